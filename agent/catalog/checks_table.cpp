#include "agent/catalog/checks_table.hpp"

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

int ChecksTable::ByKey::compare(const CheckPtr& a, const Key& key) {
    const int order = fold_compare(a->row.node, key.node);
    return order != 0 ? order : id_compare(a->row.id, key.id);
}

int ChecksTable::ByBound::compare(const CheckPtr& a, const BoundKey& key) {
    int order = fold_compare(a->row.node, key.node);
    if (order == 0) order = id_compare(a->row.service_id, key.service_id);
    return order != 0 ? order : id_compare(a->row.id, key.id);
}

int ChecksTable::ByState::compare(const CheckPtr& a, const StateKey& key) {
    if (a->row.status != key.status) return a->row.status < key.status ? -1 : 1;
    return ByKey::compare(a, Key{key.node, key.id});
}

CheckPtr ChecksTable::find(std::string_view node, std::string_view id) const {
    const CheckPtr* found = by_key_.find(Key{node, id});
    return found ? *found : CheckPtr();
}

void ChecksTable::replace(const CheckPtr& old, const CheckPtr& fresh) {
    const auto listed_by_state = [](const CheckPtr& entry) {
        return entry && entry->row.status != Status::Passing;
    };
    if (listed_by_state(old) && (!fresh || old->row.status != fresh->row.status))
        by_state_.erase(old);
    if (old && (!fresh || ByBound::compare(old, fresh) != 0)) by_bound_.erase(old);
    if (!fresh) {
        by_key_.erase(old);
        return;
    }
    by_key_.put(fresh);
    by_bound_.put(fresh);
    if (listed_by_state(fresh)) by_state_.put(fresh);
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
        const bool listed = entry->row.status != Status::Passing;
        not_passing += listed ? 1 : 0;
        WEFT_ASSERT(!listed || holds(by_state_));
        return true;
    });
    WEFT_ASSERT(by_bound_.size() == size());
    WEFT_ASSERT(by_state_.size() == not_passing);
}

}  // namespace weft::agent
