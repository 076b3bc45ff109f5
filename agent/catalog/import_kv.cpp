#include "agent/catalog/import.hpp"

namespace weft::agent {

Result<void> Importer::add_key(const ParsedKey& key, const StoredRecord& record) {
    auto row = KvTable::decode(record.value);
    if (!row || row->key.empty()) return corrupt("malformed key");
    auto entry = make_ref<KvEntry>();
    entry->row = std::move(*row);
    if (KvTable::key_of(*entry) != record.key) return corrupt("key under another's key");
    if (root_.kv.find(key.id)) return corrupt("key given twice");
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

}  // namespace weft::agent
