#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

struct KvEntry : RefCounted {
    KvRow row;
};
using KvPtr = RefPtr<const KvEntry>;

// Keys with their values, in the order of their bytes.
class KvTable {
public:
    static constexpr TableTag kTag = TableTag::Kv;
    using Ptr = KvPtr;

    KvPtr find(std::string_view key) const;
    std::size_t size() const { return by_key_.size(); }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_key_.scan(visit);
    }
    // Keys that are not before `from`.
    template <class Visit>
    void scan_from(std::string_view from, Visit&& visit) const {
        by_key_.scan_from(from, visit);
    }
    // Keys that begin with prefix, itself included.
    template <class Visit>
    void scan_below(std::string_view prefix, Visit&& visit) const {
        scan_from(prefix, [&](const KvPtr& entry) {
            return entry->row.key.view().starts_with(prefix) && visit(entry);
        });
    }

    // Keys that a session has locked.
    template <class Visit>
    void scan_locked(std::string_view session, Visit&& visit) const {
        by_session_.scan_from(SessionKey{session, {}}, [&](const KvPtr& entry) {
            return entry->row.session == session && visit(entry);
        });
    }

    // Puts fresh in the place of old, of the same key; either may be null.
    void replace(const KvPtr& old, const KvPtr& fresh);

    static std::string key_of(const KvEntry& entry) { return record_key(kTag, {}, entry.row.key); }
    static std::string encode(const KvEntry& entry);
    static std::optional<KvRow> decode(std::string_view value);
    KvPtr find_record(const ParsedKey& key) const {
        return key.name.empty() ? find(key.id) : KvPtr();
    }

    void check_invariants() const;

private:
    struct ByKey {
        static int compare(const KvPtr& a, std::string_view key) {
            return exact_compare(a->row.key, key);
        }
        static int compare(const KvPtr& a, const KvPtr& b) { return compare(a, b->row.key.view()); }
    };

    struct SessionKey {
        std::string_view session;
        std::string_view key;
    };
    struct BySession {
        static int compare(const KvPtr& a, const SessionKey& key) {
            const int order = exact_compare(a->row.session, key.session);
            return order != 0 ? order : exact_compare(a->row.key, key.key);
        }
        static int compare(const KvPtr& a, const KvPtr& b) {
            return compare(a, SessionKey{b->row.session, b->row.key});
        }
    };

    PersistentSet<KvPtr, ByKey> by_key_;
    PersistentSet<KvPtr, BySession> by_session_;  // locked keys only
};

}  // namespace weft::agent
