#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/node_item_key.hpp"
#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

struct CheckEntry : RefCounted {
    CheckRow row;
};
using CheckPtr = RefPtr<const CheckEntry>;

// Checks by node and id, by what they are bound to (a service of the node, or the node), and by
// state.
class ChecksTable {
public:
    static constexpr TableTag kTag = TableTag::Checks;
    using Ptr = CheckPtr;

    CheckPtr find(std::string_view node, std::string_view id) const;
    std::size_t size() const { return by_key_.size(); }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_key_.scan(visit);
    }
    template <class Visit>
    void scan_node(std::string_view node, Visit&& visit) const {
        scan_node_items(by_key_, node, visit);
    }
    // Checks bound to that service of the node; to the node itself when service_id is empty.
    template <class Visit>
    void scan_bound(std::string_view node, std::string_view service_id, Visit&& visit) const {
        by_bound_.scan_from(BoundKey{node, service_id, {}}, [&](const CheckPtr& entry) {
            return entry->row.service_id == service_id &&
                   fold_compare(entry->row.node, node) == 0 && visit(entry);
        });
    }
    template <class Visit>
    void scan_state(Status status, Visit&& visit) const {
        const auto visit_if = [&](const CheckPtr& entry) {
            return entry->row.status != status || visit(entry);
        };
        if (status == Status::Passing) {
            by_key_.scan(visit_if);
        } else {
            by_state_.scan_from(StateKey{status, {}, {}}, [&](const CheckPtr& entry) {
                return entry->row.status == status && visit(entry);
            });
        }
    }

    // Puts fresh in the place of old, of the same node and id; either may be null.
    void replace(const CheckPtr& old, const CheckPtr& fresh);

    static std::string key_of(const CheckEntry& entry) {
        return record_key(kTag, entry.row.node, entry.row.id);
    }
    static std::string encode(const CheckEntry& entry);
    static std::optional<CheckRow> decode(std::string_view value);
    CheckPtr find_record(const ParsedKey& key) const { return find(key.name, key.id); }

    void check_invariants() const;

private:
    struct BoundKey {
        std::string_view node;
        std::string_view service_id;
        std::string_view id;
    };
    struct StateKey {
        Status status;
        std::string_view node;
        std::string_view id;
    };
    using ByKey = ByNodeItem<CheckPtr>;
    struct ByBound {
        static int compare(const CheckPtr& a, const BoundKey& key);
        static int compare(const CheckPtr& a, const CheckPtr& b) {
            return compare(a, BoundKey{b->row.node, b->row.service_id, b->row.id});
        }
    };
    struct ByState {
        static int compare(const CheckPtr& a, const StateKey& key);
        static int compare(const CheckPtr& a, const CheckPtr& b) {
            return compare(a, StateKey{b->row.status, b->row.node, b->row.id});
        }
    };

    PersistentSet<CheckPtr, ByKey> by_key_;
    PersistentSet<CheckPtr, ByBound> by_bound_;
    // All but the passing ones: those are nearly all, and whoever asks for nearly all reads
    // everything anyway.
    PersistentSet<CheckPtr, ByState> by_state_;
};

}  // namespace weft::agent
