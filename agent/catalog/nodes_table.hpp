#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

struct NodeEntry : RefCounted {
    NodeRow row;
};
using NodePtr = RefPtr<const NodeEntry>;

// Nodes by name, by id and by address.
class NodesTable {
public:
    static constexpr TableTag kTag = TableTag::Nodes;
    using Ptr = NodePtr;

    NodePtr find(std::string_view name) const;
    NodePtr find_by_id(std::string_view id) const;
    NodePtr find_by_address(std::string_view address) const;  // the first by name
    std::size_t size() const { return by_name_.size(); }
    template <class Visit>
    void scan(Visit&& visit) const {
        by_name_.scan(visit);
    }

    // Puts fresh in the place of old; either may be null.
    void replace(const NodePtr& old, const NodePtr& fresh);

    static std::string key_of(const NodeEntry& entry) { return record_key(kTag, entry.row.name); }
    static std::string encode(const NodeEntry& entry);
    static std::optional<NodeRow> decode(std::string_view value);
    NodePtr find_record(const ParsedKey& key) const { return find(key.name); }

    void check_invariants() const;

private:
    struct ByName {
        static int compare(const NodePtr& a, std::string_view name);
        static int compare(const NodePtr& a, const NodePtr& b) {
            return compare(a, b->row.name.view());
        }
    };
    struct ById {
        static int compare(const NodePtr& a, std::string_view id);
        static int compare(const NodePtr& a, const NodePtr& b) {
            return compare(a, b->row.id.view());
        }
    };
    struct AddressKey {
        std::string_view address;
        std::string_view name;
    };
    struct ByAddress {
        static int compare(const NodePtr& a, const AddressKey& key);
        static int compare(const NodePtr& a, const NodePtr& b) {
            return compare(a, AddressKey{b->row.address, b->row.name});
        }
    };

    PersistentSet<NodePtr, ByName> by_name_;
    PersistentSet<NodePtr, ById> by_id_;
    PersistentSet<NodePtr, ByAddress> by_address_;
};

}  // namespace weft::agent
