#include "agent/catalog/sessions_table.hpp"

#include <set>

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

std::vector<SharedText> checks_of_session(const SessionRow& row) {
    std::vector<SharedText> checks = *row.node_checks;
    checks.insert(checks.end(), row.checks->begin(), row.checks->end());
    for (const SessionServiceCheck& check : *row.service_checks) checks.push_back(check.id);
    return checks;
}

int SessionsTable::ByNode::compare(const SessionPtr& a, const NodeKey& key) {
    const int order = fold_compare(a->row.node, key.node);
    return order != 0 ? order : fold_compare(a->row.id, key.id);
}

int SessionsTable::ByCheck::compare(const Link& a, const CheckKey& key) {
    int order = fold_compare(a.session->row.node, key.node);
    if (order == 0) order = id_compare(a.check, key.check);
    return order != 0 ? order : fold_compare(a.session->row.id, key.id);
}

SessionPtr SessionsTable::find(std::string_view id) const {
    const SessionPtr* found = by_id_.find(id);
    return found ? *found : SessionPtr();
}

void SessionsTable::replace(const SessionPtr& old, const SessionPtr& fresh) {
    if (old) {
        by_id_.erase(old);
        by_node_.erase(old);
        for (const SharedText& check : checks_of_session(old->row))
            by_check_.erase(Link{check, old});
    }
    if (!fresh) return;
    by_id_.put(fresh);
    by_node_.put(fresh);
    for (const SharedText& check : checks_of_session(fresh->row)) by_check_.put(Link{check, fresh});
}

std::string SessionsTable::encode(const SessionEntry& entry) {
    return encode_value(entry.row);
}

std::optional<SessionRow> SessionsTable::decode(std::string_view value) {
    return decode_value<SessionRow>(value);
}

void SessionsTable::check_invariants() const {
    by_id_.check_invariants();
    by_node_.check_invariants();
    by_check_.check_invariants();
    WEFT_ASSERT(by_node_.size() == size());
    std::size_t links = 0;
    scan([&](const SessionPtr& entry) {
        WEFT_ASSERT(by_node_.find(entry) != nullptr && *by_node_.find(entry) == entry);
        const auto checks = checks_of_session(entry->row);
        for (const SharedText& check : checks)
            WEFT_ASSERT(by_check_.find(Link{check, entry}) != nullptr);
        links += std::set<SharedText>(checks.begin(), checks.end()).size();
        return true;
    });
    WEFT_ASSERT(by_check_.size() == links);
}

}  // namespace weft::agent
