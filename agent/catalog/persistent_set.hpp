#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/base/ref_ptr.hpp"

namespace weft::agent {

// An ordered set as a B+-tree whose copies share everything: copying is one pointer, and a change
// copies only the path to its leaf, or nothing when no copy of the set is left. Copies may be read
// and dropped on any thread; one set is changed by one thread.
//
// Items carry their keys. Order has static int compare(const Item&, const Key&) for each type of
// key that is searched for, Item itself included; items that compare 0 are the same entry.
template <class Item, class Order>
class PersistentSet {
public:
    std::size_t size() const { return size_; }

    // Null when absent. Valid until this set is changed.
    template <class Key>
    const Item* find(const Key& key) const {
        const Node* node = root_.get();
        if (node == nullptr) return nullptr;
        while (!node->is_leaf) {
            const Branch& branch = as_branch(*node);
            node = branch.children[child_for(branch, key)].get();
        }
        const Leaf& leaf = as_leaf(*node);
        const std::size_t at = lower_bound(leaf.items, leaf.count, key);
        return at < leaf.count && Order::compare(leaf.items[at], key) == 0 ? &leaf.items[at]
                                                                           : nullptr;
    }

    // Adds the item, or puts it in the place of the one with the same key. True when it was added.
    bool put(Item item) {
        if (!root_) root_ = RefPtr<Node>(new Leaf);
        bool added = false;
        RefPtr<Node> right = insert(root_, std::move(item), added);
        if (right) {
            RefPtr<Node> grown(new Branch);
            append_child(as_branch(*grown), std::move(root_));
            append_child(as_branch(*grown), std::move(right));
            root_ = std::move(grown);
        }
        size_ += added ? 1 : 0;
        return added;
    }

    template <class Key>
    bool erase(const Key& key) {
        if (find(key) == nullptr) return false;
        remove(root_, key);
        while (root_ && !root_->is_leaf && root_->count == 1) {
            RefPtr<Node> only = as_branch(*root_).children[0];
            root_ = std::move(only);
        }
        if (root_->count == 0) root_ = nullptr;
        --size_;
        return true;
    }

    // Visits all items in order, or those not before `from`, until visit(item) returns false.
    template <class Visit>
    void scan(Visit&& visit) const {
        if (root_) visit_all(*root_, visit);
    }
    template <class Key, class Visit>
    void scan_from(const Key& from, Visit&& visit) const {
        if (root_) visit_from(*root_, from, visit);
    }

    // Order, fill and depth of the whole tree.
    void check_invariants() const {
        std::size_t items = 0;
        if (root_) check(*root_, items);
        WEFT_ASSERT(items == size_);
        const Item* previous = nullptr;
        scan([&](const Item& item) {
            WEFT_ASSERT(previous == nullptr || Order::compare(*previous, item) < 0);
            previous = &item;
            return true;
        });
    }

private:
    static constexpr std::size_t kFanout = 32;
    static constexpr std::size_t kSparse = kFanout / 4;  // fewer: join with a neighbour
    static constexpr std::size_t kJoined =
        kFanout * 3 / 4;  // ... if the result leaves room to grow

    struct Node : RefCounted {
        explicit Node(bool leaf) : is_leaf(leaf) {}
        virtual ~Node() = default;
        const bool is_leaf;
        std::uint16_t count = 0;
    };
    struct Leaf final : Node {
        Leaf() : Node(true) {}
        std::array<Item, kFanout> items;
    };
    struct Branch final : Node {
        Branch() : Node(false) {}
        std::array<RefPtr<Node>, kFanout> children;
        std::array<Item, kFanout> firsts;  // always the first item below each child
    };

    static const Leaf& as_leaf(const Node& node) { return static_cast<const Leaf&>(node); }
    static const Branch& as_branch(const Node& node) { return static_cast<const Branch&>(node); }
    static Leaf& as_leaf(Node& node) { return static_cast<Leaf&>(node); }
    static Branch& as_branch(Node& node) { return static_cast<Branch&>(node); }

    static const Item& first_of(const Node& node) {
        return node.is_leaf ? as_leaf(node).items[0] : as_branch(node).firsts[0];
    }

    // The node, made this set's own first. Owning a parent before its child makes the child's count
    // tell the truth.
    static Node& own(RefPtr<Node>& slot) {
        if (!slot->is_unique()) {
            slot = slot->is_leaf ? RefPtr<Node>(new Leaf(as_leaf(*slot)))
                                 : RefPtr<Node>(new Branch(as_branch(*slot)));
        }
        return *slot;
    }

    template <class Key>
    static std::size_t lower_bound(const std::array<Item, kFanout>& items, std::size_t count,
                                   const Key& key) {
        std::size_t low = 0;
        while (count > 0) {
            const std::size_t half = count / 2;
            if (Order::compare(items[low + half], key) < 0) {
                low += half + 1;
                count -= half + 1;
            } else {
                count = half;
            }
        }
        return low;
    }

    template <class Key>
    static std::size_t child_for(const Branch& branch, const Key& key) {
        std::size_t low =
            0;  // the last child whose first item is not after the key, or the first child
        std::size_t count = branch.count;
        while (count > 1) {
            const std::size_t half = count / 2;
            if (Order::compare(branch.firsts[low + half], key) <= 0) {
                low += half;
                count -= half;
            } else {
                count = half;
            }
        }
        return low;
    }

    template <class T>
    static void insert_at(std::array<T, kFanout>& array, std::size_t count, std::size_t at,
                          T value) {
        for (std::size_t i = count; i > at; --i) array[i] = std::move(array[i - 1]);
        array[at] = std::move(value);
    }
    template <class T>
    static void remove_at(std::array<T, kFanout>& array, std::size_t count, std::size_t at) {
        for (std::size_t i = at + 1; i < count; ++i) array[i - 1] = std::move(array[i]);
        array[count - 1] = T();
    }
    template <class T>
    static void move_tail(std::array<T, kFanout>& from, std::size_t begin, std::size_t end,
                          std::array<T, kFanout>& to, std::size_t at) {
        for (std::size_t i = begin; i < end; ++i) {
            to[at + i - begin] = std::move(from[i]);
            from[i] = T();
        }
    }

    static void append_child(Branch& branch, RefPtr<Node> child) {
        branch.firsts[branch.count] = first_of(*child);
        branch.children[branch.count] = std::move(child);
        ++branch.count;
    }

    static void insert_child(Branch& branch, std::size_t at, RefPtr<Node> child) {
        insert_at(branch.firsts, branch.count, at, Item(first_of(*child)));
        insert_at(branch.children, branch.count, at, std::move(child));
        ++branch.count;
    }

    static void refresh_first(Branch& branch, std::size_t at) {
        const Item& first = first_of(*branch.children[at]);
        if (!(branch.firsts[at] == first)) branch.firsts[at] = first;
    }

    // How many stay on the left when a full node is split. Appending leaves the left one full: rows
    // mostly come in runs of ascending keys (a checkpoint, the instances of a service node by
    // node), which would leave all nodes half empty.
    static std::size_t split_point(std::size_t at) { return at == kFanout ? kFanout : kFanout / 2; }

    // Returns the right half when the node had to be split.
    static RefPtr<Node> insert(RefPtr<Node>& slot, Item item, bool& added) {
        Node& node = own(slot);
        return node.is_leaf ? insert_into_leaf(as_leaf(node), std::move(item), added)
                            : insert_into_branch(as_branch(node), std::move(item), added);
    }

    static RefPtr<Node> insert_into_leaf(Leaf& leaf, Item item, bool& added) {
        const std::size_t at = lower_bound(leaf.items, leaf.count, item);
        added = at == leaf.count || Order::compare(leaf.items[at], item) != 0;
        if (!added) {
            leaf.items[at] = std::move(item);
            return nullptr;
        }
        if (leaf.count < kFanout) {
            insert_at(leaf.items, leaf.count, at, std::move(item));
            ++leaf.count;
            return nullptr;
        }
        auto* right = new Leaf;
        RefPtr<Node> result(right);
        const std::size_t keep = split_point(at);
        move_tail(leaf.items, keep, leaf.count, right->items, 0);
        right->count = static_cast<std::uint16_t>(leaf.count - keep);
        leaf.count = static_cast<std::uint16_t>(keep);
        Leaf& target = at < keep ? leaf : *right;
        insert_at(target.items, target.count, at < keep ? at : at - keep, std::move(item));
        ++target.count;
        return result;
    }

    // Between a full leaf and the next one there is a place in either: runs of descending keys
    // would make leaves of one item there.
    static bool fits_better_behind(const Branch& branch, std::size_t at, const Item& item) {
        const Node& child = *branch.children[at];
        if (!child.is_leaf || child.count < kFanout || at + 1 == branch.count) return false;
        return branch.children[at + 1]->count < kFanout &&
               Order::compare(as_leaf(child).items[kFanout - 1], item) < 0;
    }

    static RefPtr<Node> insert_into_branch(Branch& branch, Item item, bool& added) {
        std::size_t at = child_for(branch, item);
        if (fits_better_behind(branch, at, item)) ++at;
        RefPtr<Node> split = insert(branch.children[at], std::move(item), added);
        refresh_first(branch, at);
        if (!split) return nullptr;
        if (branch.count < kFanout) {
            insert_child(branch, at + 1, std::move(split));
            return nullptr;
        }
        auto* right = new Branch;
        RefPtr<Node> result(right);
        const std::size_t keep = split_point(at + 1);
        move_tail(branch.children, keep, branch.count, right->children, 0);
        move_tail(branch.firsts, keep, branch.count, right->firsts, 0);
        right->count = static_cast<std::uint16_t>(branch.count - keep);
        branch.count = static_cast<std::uint16_t>(keep);
        Branch& target = at + 1 < keep ? branch : *right;
        insert_child(target, at + 1 < keep ? at + 1 : at + 1 - keep, std::move(split));
        return result;
    }

    // The key is known to be below slot.
    template <class Key>
    static void remove(RefPtr<Node>& slot, const Key& key) {
        Node& node = own(slot);
        if (node.is_leaf) {
            Leaf& leaf = as_leaf(node);
            remove_at(leaf.items, leaf.count, lower_bound(leaf.items, leaf.count, key));
            --leaf.count;
            return;
        }
        Branch& branch = as_branch(node);
        const std::size_t at = child_for(branch, key);
        remove(branch.children[at], key);
        if (branch.children[at]->count == 0) {
            remove_child(branch, at);
            return;
        }
        refresh_first(branch, at);
        if (branch.children[at]->count < kSparse && branch.count > 1)
            join(branch, at + 1 < branch.count ? at : at - 1);
    }

    static void remove_child(Branch& branch, std::size_t at) {
        remove_at(branch.children, branch.count, at);
        remove_at(branch.firsts, branch.count, at);
        --branch.count;
    }

    // Moves everything below child at + 1 into child at, if it fits.
    static void join(Branch& branch, std::size_t at) {
        const std::size_t total =
            branch.children[at]->count + std::size_t{branch.children[at + 1]->count};
        if (total > kJoined) return;
        Node& left = own(branch.children[at]);
        Node& right = own(branch.children[at + 1]);
        if (left.is_leaf) {
            move_tail(as_leaf(right).items, 0, right.count, as_leaf(left).items, left.count);
        } else {
            move_tail(as_branch(right).children, 0, right.count, as_branch(left).children,
                      left.count);
            move_tail(as_branch(right).firsts, 0, right.count, as_branch(left).firsts, left.count);
        }
        left.count = static_cast<std::uint16_t>(total);
        remove_child(branch, at + 1);
    }

    template <class Visit>
    static bool visit_all(const Node& node, Visit& visit) {
        if (node.is_leaf) {
            const Leaf& leaf = as_leaf(node);
            for (std::size_t i = 0; i < leaf.count; ++i) {
                if (!visit(leaf.items[i])) return false;
            }
            return true;
        }
        const Branch& branch = as_branch(node);
        for (std::size_t i = 0; i < branch.count; ++i) {
            if (!visit_all(*branch.children[i], visit)) return false;
        }
        return true;
    }

    template <class Key, class Visit>
    static bool visit_from(const Node& node, const Key& from, Visit& visit) {
        if (node.is_leaf) {
            const Leaf& leaf = as_leaf(node);
            for (std::size_t i = lower_bound(leaf.items, leaf.count, from); i < leaf.count; ++i) {
                if (!visit(leaf.items[i])) return false;
            }
            return true;
        }
        const Branch& branch = as_branch(node);
        const std::size_t at = child_for(branch, from);
        if (!visit_from(*branch.children[at], from, visit)) return false;
        for (std::size_t i = at + 1; i < branch.count; ++i) {
            if (!visit_all(*branch.children[i], visit)) return false;
        }
        return true;
    }

    // Returns the depth.
    static int check(const Node& node, std::size_t& items) {
        WEFT_ASSERT(node.count > 0 && node.count <= kFanout);
        if (node.is_leaf) {
            items += node.count;
            return 1;
        }
        const Branch& branch = as_branch(node);
        int depth = 0;
        for (std::size_t i = 0; i < branch.count; ++i) {
            const int below = check(*branch.children[i], items);
            WEFT_ASSERT(depth == 0 || below == depth);
            WEFT_ASSERT(branch.firsts[i] == first_of(*branch.children[i]));
            depth = below;
        }
        return depth + 1;
    }

    RefPtr<Node> root_;
    std::size_t size_ = 0;
};

}  // namespace weft::agent
