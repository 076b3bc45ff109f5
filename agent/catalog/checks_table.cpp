#include "agent/catalog/checks_table.hpp"

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {
namespace {

bool is_any(const CheckRow&) {
    return true;
}
bool is_not_passing(const CheckRow& row) {
    return row.status != Status::Passing;
}

}  // namespace

int ChecksTable::ByBound::compare(const CheckPtr& a, const BoundKey& key) {
    int order = fold_compare(a->row.node, key.node);
    if (order == 0) order = id_compare(a->row.service_id, key.service_id);
    return order != 0 ? order : id_compare(a->row.id, key.id);
}

int ChecksTable::ByState::compare(const CheckPtr& a, const StateKey& key) {
    if (a->row.status != key.status) return a->row.status < key.status ? -1 : 1;
    return ByKey::compare(a, {key.node, key.id});
}

CheckPtr ChecksTable::find(std::string_view node, std::string_view id) const {
    const CheckPtr* found = by_key_.find(NodeItemKey{node, id});
    return found ? *found : CheckPtr();
}

void ChecksTable::replace(const CheckPtr& old, const CheckPtr& fresh) {
    reindex<ByKey>(by_key_, old, fresh, is_any);
    reindex<ByBound>(by_bound_, old, fresh, is_any);
    reindex<ByState>(by_state_, old, fresh, is_not_passing);
}

std::string ChecksTable::encode(const CheckEntry& entry) {
    return encode_value(entry.row);
}

std::optional<CheckRow> ChecksTable::decode(std::string_view value) {
    return decode_value<CheckRow>(value);
}

void ChecksTable::check_invariants() const {
    by_key_.check_invariants();
    by_bound_.check_invariants();
    by_state_.check_invariants();
    std::size_t not_passing = 0;
    scan([&](const CheckPtr& entry) {
        const auto holds = [&](const auto& set) {
            return set.find(entry) != nullptr && *set.find(entry) == entry;
        };
        WEFT_ASSERT(holds(by_bound_));
        const bool listed = is_not_passing(entry->row);
        not_passing += listed ? 1 : 0;
        WEFT_ASSERT(!listed || holds(by_state_));
        return true;
    });
    WEFT_ASSERT(by_bound_.size() == size());
    WEFT_ASSERT(by_state_.size() == not_passing);
}

}  // namespace weft::agent
