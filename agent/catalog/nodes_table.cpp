#include "agent/catalog/nodes_table.hpp"

#include "agent/catalog/stored_value.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

NodePtr or_null(const NodePtr* found) {
    return found ? *found : NodePtr();
}

}  // namespace

int NodesTable::ByName::compare(const NodePtr& a, std::string_view name) {
    return fold_compare(a->row.name, name);
}
int NodesTable::ById::compare(const NodePtr& a, std::string_view id) {
    return fold_compare(a->row.id, id);
}
int NodesTable::ByAddress::compare(const NodePtr& a, const AddressKey& key) {
    const int order = exact_compare(a->row.address, key.address);
    return order != 0 ? order : fold_compare(a->row.name, key.name);
}

NodePtr NodesTable::find(std::string_view name) const {
    return or_null(by_name_.find(name));
}

NodePtr NodesTable::find_by_id(std::string_view id) const {
    return id.empty() ? NodePtr() : or_null(by_id_.find(id));
}

NodePtr NodesTable::find_by_address(std::string_view address) const {
    NodePtr first;
    by_address_.scan_from(AddressKey{address, {}}, [&](const NodePtr& entry) {
        if (entry->row.address == address) first = entry;
        return false;
    });
    return first;
}

void NodesTable::replace(const NodePtr& old, const NodePtr& fresh) {
    if (old && (!fresh || fold_compare(old->row.id, fresh->row.id) != 0))
        by_id_.erase(old->row.id.view());
    if (old && (!fresh || ByAddress::compare(old, fresh) != 0)) by_address_.erase(old);
    if (!fresh) {
        by_name_.erase(old);
        return;
    }
    by_name_.put(fresh);
    by_address_.put(fresh);
    if (!fresh->row.id.empty()) by_id_.put(fresh);
}

std::string NodesTable::encode(const NodeEntry& entry) {
    return encode_value(entry.row);
}

std::optional<NodeRow> NodesTable::decode(std::string_view value) {
    return decode_value<NodeRow>(value);
}

void NodesTable::check_invariants() const {
    by_name_.check_invariants();
    by_id_.check_invariants();
    by_address_.check_invariants();
    std::size_t with_id = 0;
    scan([&](const NodePtr& entry) {
        if (!entry->row.id.empty()) {
            ++with_id;
            WEFT_ASSERT(find_by_id(entry->row.id) == entry);
        }
        WEFT_ASSERT(by_address_.find(entry) != nullptr && *by_address_.find(entry) == entry);
        return true;
    });
    WEFT_ASSERT(with_id == by_id_.size());
    WEFT_ASSERT(size() == by_address_.size());
}

}  // namespace weft::agent
