#include <vector>

#include "agent/catalog/mutation.hpp"

namespace weft::agent {

void Mutation::put_prepared_query(PreparedQueryRow row) {
    const PreparedQueryPtr old = root_.prepared_queries.find(row.id);
    if (old && old->row.same_content(row)) return;
    stamp(row, old ? &old->row : nullptr);
    auto made = make_ref<PreparedQueryEntry>();
    made->row = std::move(row);
    const PreparedQueryPtr fresh(made);
    replace(root_.prepared_queries, old, fresh);
    touch_prepared_query(fresh->row, Change::Put);
}

void Mutation::remove_prepared_query(std::string_view id) {
    const PreparedQueryPtr entry = root_.prepared_queries.find(id);
    if (!entry) return;
    replace(root_.prepared_queries, entry, PreparedQueryPtr());
    touch_prepared_query(entry->row, Change::Removal);
}

void Mutation::remove_queries_of(std::string_view session) {
    std::vector<SharedText> ids;
    root_.prepared_queries.scan_session(session, [&](const PreparedQueryPtr& entry) {
        ids.push_back(entry->row.id);
        return true;
    });
    for (const SharedText& id : ids) remove_prepared_query(id);
}

void Mutation::touch_prepared_query(const PreparedQueryRow& row, Change change) {
    root_.globals.prepared_queries = index_;
    if (change == Change::Removal) root_.globals.prepared_query_removals = index_;
    journal_.watch(WatchKind::PreparedQueries);
    journal_.watch(WatchKind::PreparedQuery, row.id);
}

}  // namespace weft::agent
