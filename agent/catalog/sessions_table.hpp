#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

struct SessionEntry : RefCounted {
    SessionRow row;
};
using SessionPtr = RefPtr<const SessionEntry>;

// The checks of its node that a session depends on, whichever list they stand in.
std::vector<SharedText> checks_of_session(const SessionRow& row);

// Sessions by id, by node and by the checks that they depend on.
class SessionsTable {
public:
    static constexpr TableTag kTag = TableTag::Sessions;
    using Ptr = SessionPtr;

    SessionPtr find(std::string_view id) const;  // in either case
    std::size_t size() const { return by_id_.size(); }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_id_.scan(visit);
    }
    template <class Visit>
    void scan_node(std::string_view node, Visit&& visit) const {
        by_node_.scan_from(NodeKey{node, {}}, [&](const SessionPtr& entry) {
            return fold_compare(entry->row.node, node) == 0 && visit(entry);
        });
    }
    template <class Visit>
    void scan_check(std::string_view node, std::string_view check, Visit&& visit) const {
        by_check_.scan_from(CheckKey{node, check, {}}, [&](const Link& link) {
            return link.check == check && fold_compare(link.session->row.node, node) == 0 &&
                   visit(link.session);
        });
    }

    // Puts fresh in the place of old, of the same id; either may be null.
    void replace(const SessionPtr& old, const SessionPtr& fresh);

    static std::string key_of(const SessionEntry& entry) { return record_key(kTag, entry.row.id); }
    static std::string encode(const SessionEntry& entry);
    static std::optional<SessionRow> decode(std::string_view value);
    SessionPtr find_record(const ParsedKey& key) const {
        return key.id.empty() ? find(key.name) : SessionPtr();
    }

    void check_invariants() const;

private:
    struct Link {
        SharedText check;
        SessionPtr session;
        bool operator==(const Link&) const = default;
    };
    struct NodeKey {
        std::string_view node;
        std::string_view id;
    };
    struct CheckKey {
        std::string_view node;
        std::string_view check;
        std::string_view id;
    };
    struct ById {
        static int compare(const SessionPtr& a, std::string_view id) {
            return fold_compare(a->row.id, id);
        }
        static int compare(const SessionPtr& a, const SessionPtr& b) {
            return compare(a, b->row.id.view());
        }
    };
    struct ByNode {
        static int compare(const SessionPtr& a, const NodeKey& key);
        static int compare(const SessionPtr& a, const SessionPtr& b) {
            return compare(a, NodeKey{b->row.node, b->row.id});
        }
    };
    struct ByCheck {
        static int compare(const Link& a, const CheckKey& key);
        static int compare(const Link& a, const Link& b) {
            return compare(a, CheckKey{b.session->row.node, b.check, b.session->row.id});
        }
    };

    PersistentSet<SessionPtr, ById> by_id_;
    PersistentSet<SessionPtr, ByNode> by_node_;
    PersistentSet<Link, ByCheck> by_check_;
};

}  // namespace weft::agent
