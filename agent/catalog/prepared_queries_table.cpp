#include "agent/catalog/prepared_queries_table.hpp"

#include <algorithm>

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

int PreparedQueriesTable::BySession::compare(const PreparedQueryPtr& a, const SessionKey& key) {
    const int order = fold_compare(a->row.session, key.session);
    return order != 0 ? order : fold_compare(a->row.id, key.id);
}

PreparedQueryPtr PreparedQueriesTable::find(std::string_view id) const {
    const PreparedQueryPtr* found = by_id_.find(id);
    return found ? *found : PreparedQueryPtr();
}

PreparedQueryPtr PreparedQueriesTable::find_name(std::string_view name) const {
    const PreparedQueryPtr* found = name.empty() ? nullptr : by_name_.find(name);
    return found ? *found : PreparedQueryPtr();
}

PreparedQueryPtr PreparedQueriesTable::find_template(std::string_view name) const {
    for (std::size_t length = std::min(name.size(), kMaxQueryNameBytes) + 1; length-- > 0;) {
        const PreparedQueryPtr* found = by_name_.find(name.substr(0, length));
        if (found && (*found)->row.is_template()) return *found;
    }
    return {};
}

void PreparedQueriesTable::replace(const PreparedQueryPtr& old, const PreparedQueryPtr& fresh) {
    if (old) {
        by_id_.erase(old);
        if (has_name(old->row)) by_name_.erase(old);
        if (!old->row.session.empty()) by_session_.erase(old);
    }
    if (!fresh) return;
    by_id_.put(fresh);
    if (has_name(fresh->row)) by_name_.put(fresh);
    if (!fresh->row.session.empty()) by_session_.put(fresh);
}

std::string PreparedQueriesTable::encode(const PreparedQueryEntry& entry) {
    return encode_value(entry.row);
}

std::optional<PreparedQueryRow> PreparedQueriesTable::decode(std::string_view value) {
    return decode_value<PreparedQueryRow>(value);
}

void PreparedQueriesTable::check_invariants() const {
    by_id_.check_invariants();
    by_name_.check_invariants();
    by_session_.check_invariants();
    std::size_t named = 0;
    std::size_t bound = 0;
    scan([&](const PreparedQueryPtr& entry) {
        if (has_name(entry->row)) {
            ++named;
            WEFT_ASSERT(by_name_.find(entry) != nullptr && *by_name_.find(entry) == entry);
        }
        if (!entry->row.session.empty()) {
            ++bound;
            WEFT_ASSERT(by_session_.find(entry) != nullptr && *by_session_.find(entry) == entry);
        }
        return true;
    });
    WEFT_ASSERT(by_name_.size() == named);
    WEFT_ASSERT(by_session_.size() == bound);
}

}  // namespace weft::agent
