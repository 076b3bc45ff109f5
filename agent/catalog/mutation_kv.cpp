#include <algorithm>
#include <vector>

#include "agent/catalog/mutation.hpp"

namespace weft::agent {

void Mutation::put_key(KvRow row) {
    const KvPtr old = root_.kv.find(row.key);
    if (old && old->row.same_content(row)) return;
    if (old) row.key = old->row.key;
    stamp(row, old ? &old->row : nullptr);
    auto made = make_ref<KvEntry>();
    made->row = std::move(row);
    const KvPtr fresh(made);
    replace(root_.kv, old, fresh);
    if (const auto tombstone = root_.kv_tombstones.find(fresh->row.key))
        replace(root_.kv_tombstones, tombstone, {});
    journal_.watch(WatchKind::Key, fresh->row.key);
}

void Mutation::remove_key(std::string_view key) {
    if (const KvPtr entry = root_.kv.find(key)) erase_key(entry);
}

void Mutation::remove_keys_below(std::string_view prefix) {
    std::vector<KvPtr> entries;
    root_.kv.scan_below(prefix, [&](const KvPtr& entry) {
        entries.push_back(entry);
        return true;
    });
    // Of a great tree the first keys would be forgotten for the last ones: they save the way.
    const std::size_t remembered = std::min(entries.size(), kMaxKvTombstones);
    if (remembered < entries.size()) root_.globals.kv_forgotten = index_;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        take_out(entries[i]);
        if (i >= entries.size() - remembered) remember_deletion(entries[i]->row.key);
    }
}

void Mutation::erase_key(const KvPtr& entry) {
    take_out(entry);
    remember_deletion(entry->row.key);
}

void Mutation::take_out(const KvPtr& entry) {
    replace(root_.kv, entry, KvPtr());
    journal_.watch(WatchKind::Key, entry->row.key);
}

void Mutation::remember_deletion(const SharedText& key) {
    replace(root_.kv_tombstones, {}, KvTombstones::make(key, index_));
    while (root_.kv_tombstones.size() > kMaxKvTombstones ||
           root_.kv_tombstones.key_bytes() > kMaxMarkedKeyBytes) {
        const KvTombstones::Ptr oldest = root_.kv_tombstones.least();
        root_.globals.kv_forgotten = std::max(root_.globals.kv_forgotten, oldest->at);
        replace(root_.kv_tombstones, oldest, {});
    }
}

}  // namespace weft::agent
