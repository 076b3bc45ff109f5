#include "agent/config_entry/entry_lookup.hpp"

#include <algorithm>
#include <utility>

namespace weft::agent {

void EntrySet::put(ConfigEntry entry) {
    EntryKey key = key_of(entry);
    entries_[std::move(key)] = std::make_shared<const ConfigEntry>(std::move(entry));
}

EntryPtr EntrySet::find(const EntryKey& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : found->second;
}

std::vector<EntryKey> EntrySet::keys(EntryKind kind) const {
    std::vector<EntryKey> found;
    for (const auto& [key, entry] : entries_) {
        if (key.kind == kind) found.push_back(key);
    }
    return found;
}

ChangedEntries::ChangedEntries(const EntryLookup& before, const std::vector<EntryChange>& changes)
    : before_(before) {
    for (const EntryChange& change : changes) changes_[change.key] = change.entry;
}

EntryPtr ChangedEntries::find(const EntryKey& key) const {
    const auto changed = changes_.find(key);
    return changed == changes_.end() ? before_.find(key) : changed->second;
}

std::vector<EntryKey> ChangedEntries::keys(EntryKind kind) const {
    std::vector<EntryKey> found = before_.keys(kind);
    std::erase_if(found, [&](const EntryKey& key) { return changes_.contains(key); });
    for (const auto& [key, entry] : changes_) {
        if (key.kind == kind && entry) found.push_back(key);
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace weft::agent
