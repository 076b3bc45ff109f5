#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

struct ConfigEntryEntry : RefCounted {
    ConfigEntryRow row;
};
using ConfigEntryPtr = RefPtr<const ConfigEntryEntry>;

// More are refused: each write of an entry is checked against all of them.
inline constexpr std::size_t kMaxConfigEntries = 16'384;
inline constexpr std::size_t kMaxConfigEntryBytes = 16 * 1024 * 1024;  // of all, as bytes() counts

// Configuration entries by kind and name.
class ConfigEntriesTable {
public:
    static constexpr TableTag kTag = TableTag::ConfigEntries;
    using Ptr = ConfigEntryPtr;

    ConfigEntryPtr find(std::string_view kind, std::string_view name) const;
    std::size_t size() const { return by_key_.size(); }
    std::size_t bytes() const { return bytes_; }
    static std::size_t bytes_of(const ConfigEntryRow& row) {
        return row.kind.size() + row.name.size() + row.body.size();
    }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_key_.scan(visit);
    }
    template <class Visit>
    void scan_kind(std::string_view kind, Visit&& visit) const {
        by_key_.scan_from(Key{kind, {}}, [&](const ConfigEntryPtr& entry) {
            return entry->row.kind == kind && visit(entry);
        });
    }

    // Puts fresh in the place of old, of the same key; either may be null.
    void replace(const ConfigEntryPtr& old, const ConfigEntryPtr& fresh);

    static std::string key_of(const ConfigEntryEntry& entry) {
        return record_key(kTag, entry.row.kind, folded(entry.row.name));
    }
    static std::string encode(const ConfigEntryEntry& entry);
    static std::optional<ConfigEntryRow> decode(std::string_view value);
    ConfigEntryPtr find_record(const ParsedKey& key) const {
        return is_folded(key.id) ? find(key.name, key.id) : ConfigEntryPtr();
    }

    void check_invariants() const;

private:
    struct Key {
        std::string_view kind;
        std::string_view name;
    };
    struct ByKey {
        static int compare(const ConfigEntryPtr& a, const Key& key) {
            const int order = exact_compare(a->row.kind, key.kind);
            return order != 0 ? order : fold_compare(a->row.name, key.name);
        }
        static int compare(const ConfigEntryPtr& a, const ConfigEntryPtr& b) {
            return compare(a, Key{b->row.kind, b->row.name});
        }
    };

    PersistentSet<ConfigEntryPtr, ByKey> by_key_;
    std::size_t bytes_ = 0;
};

// The name of an entry's watch.
std::string config_entry_watch(std::string_view kind, std::string_view name);

}  // namespace weft::agent
