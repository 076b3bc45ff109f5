#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

struct PreparedQueryEntry : RefCounted {
    PreparedQueryRow row;
};
using PreparedQueryPtr = RefPtr<const PreparedQueryEntry>;

inline constexpr std::size_t kMaxPreparedQueries = 16'384;
// A template is searched for by each beginning of a name, from the longest of this size on.
inline constexpr std::size_t kMaxQueryNameBytes = 512;

// Prepared queries by id, by name and by the session that they end with.
class PreparedQueriesTable {
public:
    static constexpr TableTag kTag = TableTag::PreparedQueries;
    using Ptr = PreparedQueryPtr;

    PreparedQueryPtr find(std::string_view id) const;  // in either case
    // Null for the empty name, which queries that are no templates share.
    PreparedQueryPtr find_name(std::string_view name) const;
    // The one with the longest name that name begins with.
    PreparedQueryPtr find_template(std::string_view name) const;
    std::size_t size() const { return by_id_.size(); }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_id_.scan(visit);
    }
    template <class Visit>
    void scan_session(std::string_view session, Visit&& visit) const {
        by_session_.scan_from(SessionKey{session, {}}, [&](const PreparedQueryPtr& entry) {
            return fold_compare(entry->row.session, session) == 0 && visit(entry);
        });
    }

    // Puts fresh in the place of old, of the same id; either may be null.
    void replace(const PreparedQueryPtr& old, const PreparedQueryPtr& fresh);

    static std::string key_of(const PreparedQueryEntry& entry) {
        return record_key(kTag, entry.row.id);
    }
    static std::string encode(const PreparedQueryEntry& entry);
    static std::optional<PreparedQueryRow> decode(std::string_view value);
    PreparedQueryPtr find_record(const ParsedKey& key) const {
        return key.id.empty() ? find(key.name) : PreparedQueryPtr();
    }

    void check_invariants() const;

private:
    struct SessionKey {
        std::string_view session;
        std::string_view id;
    };
    struct ById {
        static int compare(const PreparedQueryPtr& a, std::string_view id) {
            return fold_compare(a->row.id, id);
        }
        static int compare(const PreparedQueryPtr& a, const PreparedQueryPtr& b) {
            return compare(a, b->row.id.view());
        }
    };
    struct ByName {
        static int compare(const PreparedQueryPtr& a, std::string_view name) {
            return fold_compare(a->row.name, name);
        }
        static int compare(const PreparedQueryPtr& a, const PreparedQueryPtr& b) {
            return compare(a, b->row.name.view());
        }
    };
    struct BySession {
        static int compare(const PreparedQueryPtr& a, const SessionKey& key);
        static int compare(const PreparedQueryPtr& a, const PreparedQueryPtr& b) {
            return compare(a, SessionKey{b->row.session, b->row.id});
        }
    };

    static bool has_name(const PreparedQueryRow& row) {
        return !row.name.empty() || row.is_template();
    }

    PersistentSet<PreparedQueryPtr, ById> by_id_;
    PersistentSet<PreparedQueryPtr, ByName> by_name_;  // of those that have a name of their own
    PersistentSet<PreparedQueryPtr, BySession> by_session_;  // of those that have one
};

}  // namespace weft::agent
