#include "agent/base/uuid.hpp"
#include "agent/catalog/import.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

Result<void> Importer::add_session(const ParsedKey& key, const StoredRecord& record) {
    auto row = SessionsTable::decode(record.value);
    if (!row || !is_uuid(row->id) || !is_folded(row->id)) return corrupt("malformed session");
    const NodePtr node = root_.nodes.find(row->node);
    if (!node || row->node != node->row.name) return corrupt("session of an unknown node");
    row->node = node->row.name;
    for (const SharedText& id : checks_of_session(*row)) {
        const CheckPtr check = root_.checks.find(row->node, id);
        if (!check || check->row.status == Status::Critical)
            return corrupt("session of a check that is unknown or critical");
    }
    auto entry = make_ref<SessionEntry>();
    entry->row = std::move(*row);
    if (SessionsTable::key_of(*entry) != record.key) return corrupt("session under another's key");
    if (root_.sessions.find(key.name)) return corrupt("session given twice");
    raise(SubjectKind::Node, entry->row.node, {Aspect::Sessions}, entry->row.modify_index);
    put(root_.sessions, SessionPtr(entry));
    return success();
}

Result<void> Importer::add_key(const ParsedKey& key, const StoredRecord& record) {
    auto row = KvTable::decode(record.value);
    if (!row || row->key.empty()) return corrupt("malformed key");
    auto entry = make_ref<KvEntry>();
    entry->row = std::move(*row);
    if (KvTable::key_of(*entry) != record.key) return corrupt("key under another's key");
    if (root_.kv.find(key.id)) return corrupt("key given twice");
    if (!entry->row.session.empty()) {
        const SessionPtr session = root_.sessions.find(entry->row.session);
        if (!session || entry->row.session != session->row.id)
            return corrupt("key locked by an unknown session");
        entry->row.session = session->row.id;
    }
    put(root_.kv, KvPtr(entry));
    return success();
}

Result<void> Importer::add_kv_tombstone(const ParsedKey& key, const StoredRecord& record) {
    const auto at = KvTombstones::decode(record.value);
    if (!at || *at == Index() || !key.name.empty() || key.id.empty())
        return corrupt("malformed index of a deleted key");
    if (root_.kv.find(key.id)) return corrupt("index of a deleted key that exists");
    if (root_.kv_tombstones.find(key.id)) return corrupt("index of a deleted key given twice");
    if (root_.kv_tombstones.size() == kMaxKvTombstones) return corrupt("too many deleted keys");
    put(root_.kv_tombstones, KvTombstones::make(key.id, *at));
    return success();
}

Result<void> Importer::add_lock_delay(const ParsedKey& key, const StoredRecord& record) {
    const auto until = LockDelays::decode(record.value);
    if (!until || *until <= UnixMillis() || !key.name.empty() || key.id.empty())
        return corrupt("malformed lock delay");
    if (root_.lock_delays.find(key.id)) return corrupt("lock delay given twice");
    if (root_.lock_delays.size() == kMaxLockDelays) return corrupt("too many lock delays");
    put(root_.lock_delays, LockDelays::make(key.id, *until));
    return success();
}

}  // namespace weft::agent
