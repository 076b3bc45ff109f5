#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/node_item_key.hpp"
#include "agent/catalog/nodes_table.hpp"

namespace weft::agent {

// A service row with its node's, so that listing the instances of a service looks up nothing. A
// change of the node replaces the entries of all its services.
struct ServiceEntry : RefCounted {
    ServiceRow row;
    NodePtr node;
};
using ServicePtr = RefPtr<const ServiceEntry>;

// The name that a connect instance serves: a proxy its destination's, a native service its own;
// empty for others.
std::string_view connect_name(const ServiceRow& row);

// Service instances by node and id, by name, by connect name and by address.
class ServicesTable {
public:
    static constexpr TableTag kTag = TableTag::Services;
    using Ptr = ServicePtr;

    ServicePtr find(std::string_view node, std::string_view id) const;
    ServicePtr find_by_address(std::string_view address) const;  // the first by node and id
    std::size_t size() const { return by_key_.size(); }

    template <class Visit>
    void scan(Visit&& visit) const {
        by_key_.scan(visit);
    }
    template <class Visit>
    void scan_node(std::string_view node, Visit&& visit) const {
        scan_node_items(by_key_, node, visit);
    }
    // Instances whose name is equal without regard to case.
    template <class Visit>
    void scan_name(std::string_view name, Visit&& visit) const {
        const char* matched = nullptr;  // instances share the text of their name
        by_name_.scan_from(NamedKey{name, {}, {}}, [&](const ServicePtr& entry) {
            const std::string_view own = entry->row.name;
            if (own.data() != matched && fold_compare(own, name) != 0) return false;
            matched = own.data();
            return visit(entry);
        });
    }
    template <class Visit>
    void scan_connect(std::string_view name, Visit&& visit) const {
        by_connect_.scan_from(NamedKey{name, {}, {}}, [&](const ServicePtr& entry) {
            return fold_compare(connect_name(entry->row), name) == 0 && visit(entry);
        });
    }

    // Puts fresh in the place of old, of the same node and id; either may be null.
    void replace(const ServicePtr& old, const ServicePtr& fresh);

    static std::string key_of(const ServiceEntry& entry) {
        return record_key(kTag, entry.row.node, entry.row.id);
    }
    static std::string encode(const ServiceEntry& entry);
    static std::optional<ServiceRow> decode(std::string_view value);
    ServicePtr find_record(const ParsedKey& key) const { return find(key.name, key.id); }

    void check_invariants() const;

private:
    struct NamedKey {
        std::string_view name;
        std::string_view node;
        std::string_view id;
    };
    using ByKey = ByNodeItem<ServicePtr>;
    struct ByName {
        static int compare(const ServicePtr& a, const NamedKey& key);
        static int compare(const ServicePtr& a, const ServicePtr& b) {
            return compare(a, NamedKey{b->row.name, b->row.node, b->row.id});
        }
    };
    struct ByConnect {
        static int compare(const ServicePtr& a, const NamedKey& key);
        static int compare(const ServicePtr& a, const ServicePtr& b) {
            return compare(a, NamedKey{connect_name(b->row), b->row.node, b->row.id});
        }
    };
    struct ByAddress {
        static int compare(const ServicePtr& a, const NamedKey& key);  // the name is an address
        static int compare(const ServicePtr& a, const ServicePtr& b) {
            return compare(a, NamedKey{b->row.address, b->row.node, b->row.id});
        }
    };

    PersistentSet<ServicePtr, ByKey> by_key_;
    PersistentSet<ServicePtr, ByName> by_name_;
    PersistentSet<ServicePtr, ByConnect> by_connect_;  // connect instances only
    PersistentSet<ServicePtr, ByAddress> by_address_;  // those with an address of their own only
};

}  // namespace weft::agent
