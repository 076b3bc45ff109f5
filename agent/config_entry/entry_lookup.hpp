#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/config_entry/entry.hpp"

namespace weft::agent {

using EntryPtr = std::shared_ptr<const ConfigEntry>;

// Entries to be read: those of a catalog, those of a file, or both.
class EntryLookup {
public:
    virtual ~EntryLookup() = default;

    // Null when there is none.
    virtual EntryPtr find(const EntryKey& key) const = 0;

    // Of all entries of a kind, in order.
    virtual std::vector<EntryKey> keys(EntryKind kind) const = 0;
};

// The entry of that name, when there is one. It lives as long as `keep` has it.
template <class Entry>
const Entry* find_entry(const EntryLookup& entries, std::string_view name, EntryPtr& keep) {
    keep = entries.find(entry_key(Entry::kKind, name));
    return keep ? std::get_if<Entry>(keep.get()) : nullptr;
}

// Entries in memory.
class EntrySet final : public EntryLookup {
public:
    void put(ConfigEntry entry);
    void erase(const EntryKey& key) { entries_.erase(key); }

    EntryPtr find(const EntryKey& key) const override;
    std::vector<EntryKey> keys(EntryKind kind) const override;

private:
    std::map<EntryKey, EntryPtr> entries_;
};

// An entry that is to be put, or, when it is null, deleted.
struct EntryChange {
    EntryKey key;
    EntryPtr entry;
};

// Entries as they will be after some changes; each key is changed once.
class ChangedEntries final : public EntryLookup {
public:
    ChangedEntries(const EntryLookup& before, const std::vector<EntryChange>& changes);

    EntryPtr find(const EntryKey& key) const override;
    std::vector<EntryKey> keys(EntryKind kind) const override;

private:
    const EntryLookup& before_;
    std::map<EntryKey, EntryPtr> changes_;
};

}  // namespace weft::agent
