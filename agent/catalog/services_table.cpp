#include "agent/catalog/services_table.hpp"

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {
namespace {

bool is_any(const ServiceRow&) {
    return true;
}
bool is_connect(const ServiceRow& row) {
    return !connect_name(row).empty();
}
bool has_address(const ServiceRow& row) {
    return !row.address.empty();
}

}  // namespace

std::string_view connect_name(const ServiceRow& row) {
    if (row.kind == "connect-proxy") return row.proxy->destination_service_name;
    return row.connect_native ? row.name.view() : std::string_view();
}

int ServicesTable::ByName::compare(const ServicePtr& a, const NamedKey& key) {
    const int order = fold_compare(a->row.name, key.name);
    return order != 0 ? order : ByKey::compare(a, {key.node, key.id});
}

int ServicesTable::ByConnect::compare(const ServicePtr& a, const NamedKey& key) {
    const int order = fold_compare(connect_name(a->row), key.name);
    return order != 0 ? order : ByKey::compare(a, {key.node, key.id});
}

int ServicesTable::ByAddress::compare(const ServicePtr& a, const NamedKey& key) {
    const int order = exact_compare(a->row.address, key.name);
    return order != 0 ? order : ByKey::compare(a, {key.node, key.id});
}

ServicePtr ServicesTable::find(std::string_view node, std::string_view id) const {
    const ServicePtr* found = by_key_.find(NodeItemKey{node, id});
    return found ? *found : ServicePtr();
}

ServicePtr ServicesTable::find_by_address(std::string_view address) const {
    ServicePtr first;
    by_address_.scan_from(NamedKey{address, {}, {}}, [&](const ServicePtr& entry) {
        if (entry->row.address == address) first = entry;
        return false;
    });
    return first;
}

void ServicesTable::replace(const ServicePtr& old, const ServicePtr& fresh) {
    reindex<ByKey>(by_key_, old, fresh, is_any);
    reindex<ByName>(by_name_, old, fresh, is_any);
    reindex<ByConnect>(by_connect_, old, fresh, is_connect);
    reindex<ByAddress>(by_address_, old, fresh, has_address);
}

std::string ServicesTable::encode(const ServiceEntry& entry) {
    return encode_value(entry.row);
}

std::optional<ServiceRow> ServicesTable::decode(std::string_view value) {
    return decode_value<ServiceRow>(value);
}

void ServicesTable::check_invariants() const {
    by_key_.check_invariants();
    by_name_.check_invariants();
    by_connect_.check_invariants();
    by_address_.check_invariants();
    std::size_t connect = 0;
    std::size_t addresses = 0;
    scan([&](const ServicePtr& entry) {
        const auto holds = [&](const auto& set) {
            return set.find(entry) != nullptr && *set.find(entry) == entry;
        };
        WEFT_ASSERT(holds(by_name_));
        connect += is_connect(entry->row) ? 1 : 0;
        addresses += has_address(entry->row) ? 1 : 0;
        WEFT_ASSERT(!is_connect(entry->row) || holds(by_connect_));
        WEFT_ASSERT(!has_address(entry->row) || holds(by_address_));
        WEFT_ASSERT(entry->node && entry->row.node == entry->node->row.name);
        return true;
    });
    WEFT_ASSERT(by_name_.size() == size());
    WEFT_ASSERT(by_connect_.size() == connect);
    WEFT_ASSERT(by_address_.size() == addresses);
}

}  // namespace weft::agent
