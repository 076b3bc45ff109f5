#pragma once

#include <string_view>

#include "agent/catalog/text_order.hpp"

// The key of what belongs to a node, services and checks: the node's name, which is the same
// whatever its case, then an id. Shared by their tables.
namespace weft::agent {

struct NodeItemKey {
    std::string_view node;
    std::string_view id;
};

template <class Row>
NodeItemKey node_item_key(const Row& row) {
    return {row.node, row.id};
}

inline int node_item_compare(const NodeItemKey& a, const NodeItemKey& b) {
    const int order = fold_compare(a.node, b.node);
    return order != 0 ? order : id_compare(a.id, b.id);
}

// The order of a table's primary index.
template <class Ptr>
struct ByNodeItem {
    static int compare(const Ptr& a, const NodeItemKey& key) {
        return node_item_compare(node_item_key(a->row), key);
    }
    static int compare(const Ptr& a, const Ptr& b) { return compare(a, node_item_key(b->row)); }
};

// Visits the items of one node, by id, until visit returns false.
template <class Set, class Visit>
void scan_node_items(const Set& by_key, std::string_view node, Visit&& visit) {
    by_key.scan_from(NodeItemKey{node, {}}, [&](const auto& entry) {
        return fold_compare(entry->row.node, node) == 0 && visit(entry);
    });
}

// Puts fresh in the place of old in an index, ordered by Order, of the rows that `belongs` picks;
// either may be null.
template <class Order, class Set, class Ptr, class Belongs>
void reindex(Set& set, const Ptr& old, const Ptr& fresh, Belongs belongs) {
    const bool was = old && belongs(old->row);
    const bool is = fresh && belongs(fresh->row);
    if (was && (!is || Order::compare(old, fresh) != 0)) set.erase(old);
    if (is) set.put(fresh);
}

}  // namespace weft::agent
