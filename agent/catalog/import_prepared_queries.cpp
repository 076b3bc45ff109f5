#include "agent/base/uuid.hpp"
#include "agent/catalog/import.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

Result<void> Importer::add_prepared_query(const ParsedKey& key, const StoredRecord& record) {
    const PreparedQueriesTable& queries = root_.prepared_queries;
    auto row = PreparedQueriesTable::decode(record.value);
    if (!row || !is_uuid(row->id) || !is_folded(row->id)) return corrupt("malformed query");
    auto entry = make_ref<PreparedQueryEntry>();
    entry->row = std::move(*row);
    if (PreparedQueriesTable::key_of(*entry) != record.key)
        return corrupt("prepared query under another's key");
    if (queries.find(key.name)) return corrupt("prepared query given twice");
    if (queries.size() == kMaxPreparedQueries) return corrupt("too many prepared queries");
    const SharedText& name = entry->row.name;
    const bool is_nameless = name.empty() && entry->row.is_template();
    if (is_nameless ? queries.find_template({}) : queries.find_name(name))
        return corrupt("two prepared queries of one name");
    if (!entry->row.session.empty()) {
        const SessionPtr session = root_.sessions.find(entry->row.session);
        if (!session || entry->row.session != session->row.id)
            return corrupt("prepared query of an unknown session");
        entry->row.session = session->row.id;
    }
    put(root_.prepared_queries, PreparedQueryPtr(entry));
    return success();
}

}  // namespace weft::agent
