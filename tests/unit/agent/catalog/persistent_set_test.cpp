#include "agent/catalog/persistent_set.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "agent/base/rng.hpp"

namespace weft::agent {
namespace {

struct Entry : RefCounted {
    Entry(int k, int v) : key(k), value(v) {}
    int key;
    int value;
};
using EntryPtr = RefPtr<const Entry>;

struct ByKey {
    static int compare(const EntryPtr& a, int key) { return (a->key > key) - (a->key < key); }
    static int compare(const EntryPtr& a, const EntryPtr& b) { return compare(a, b->key); }
};
using Set = PersistentSet<EntryPtr, ByKey>;
using Model = std::map<int, int>;

EntryPtr entry(int key, int value) {
    return EntryPtr(make_ref<Entry>(key, value));
}

Model contents(const Set& set) {
    Model found;
    set.scan([&](const EntryPtr& item) {
        found.emplace_hint(found.end(), item->key, item->value);
        return true;
    });
    return found;
}

int next_from(const Set& set, int key) {
    int found = -1;
    set.scan_from(key, [&](const EntryPtr& item) {
        found = item->key;
        return false;
    });
    return found;
}

TEST(PersistentSet, BehavesAsAMapAndItsCopiesStayAsTheyWere) {
    Rng rng(7);
    Set set;
    Model model;
    std::vector<std::pair<Set, Model>> snapshots;
    for (int step = 0; step < 60'000; ++step) {
        // Phases of growing and of shrinking, so that nodes split and join at all heights.
        const bool growing = step / 15'000 % 2 == 0;
        const int key = static_cast<int>(rng.below(6'000));
        if (rng.below(10) < (growing ? 8U : 2U)) {
            EXPECT_EQ(set.put(entry(key, step)), model.insert_or_assign(key, step).second);
        } else {
            EXPECT_EQ(set.erase(key), model.erase(key) == 1);
        }
        if (rng.below(500) == 0) snapshots.emplace_back(set, model);
        if (snapshots.size() > 5) snapshots.erase(snapshots.begin());
        if (step % 1'000 == 0) {
            set.check_invariants();
            ASSERT_EQ(contents(set), model);
            const auto next = model.lower_bound(key);
            EXPECT_EQ(next_from(set, key), next == model.end() ? -1 : next->first);
            for (const auto& [copy, copied] : snapshots) ASSERT_EQ(contents(copy), copied);
        }
    }
    while (!model.empty()) {
        const int key = model.begin()->first;
        model.erase(model.begin());
        EXPECT_TRUE(set.erase(key));
    }
    EXPECT_EQ(set.size(), 0U);
    set.check_invariants();
}

TEST(PersistentSet, AscendingAndDescendingRunsKeepTheirOrder) {
    Set up;
    Set down;
    for (int i = 0; i < 5'000; ++i) {
        up.put(entry(i, i));
        down.put(entry(5'000 - i, i));
    }
    up.check_invariants();
    down.check_invariants();
    EXPECT_EQ(up.size(), 5'000U);
    EXPECT_EQ(down.size(), 5'000U);
    ASSERT_NE(up.find(4'321), nullptr);
    EXPECT_EQ((*up.find(4'321))->value, 4'321);
    EXPECT_EQ(up.find(5'000), nullptr);
}

// An item that counts the places for it: a node has them all, whether they are used or not.
struct Place {
    Place() { ++count; }
    Place(int k) : key(k) { ++count; }
    Place(const Place& other) : key(other.key) { ++count; }
    Place& operator=(const Place&) = default;
    ~Place() { --count; }
    bool operator==(const Place&) const = default;
    int key = 0;
    inline static int count = 0;
};
struct ByPlace {
    static int compare(const Place& a, const Place& b) { return (a.key > b.key) - (a.key < b.key); }
};

// Keys of reversed times come so. A leaf of its own for each of them took 32 times the memory.
TEST(PersistentSet, RunsBetweenOtherKeysFillTheLeaves) {
    constexpr int kItems = 20'000;
    for (const bool ascends : {true, false}) {
        const int before = Place::count;
        PersistentSet<Place, ByPlace> set;
        for (int i = 0; i < 320; ++i) set.put(Place(i < 160 ? i : kItems + 1'000 + i));
        for (int i = 0; i < kItems; ++i) set.put(Place(ascends ? 500 + i : 500 + kItems - i));
        set.check_invariants();
        EXPECT_LT(Place::count - before, 3 * kItems) << (ascends ? "ascending" : "descending");
    }
}

TEST(PersistentSet, KeepsNoEntryThatWasReplacedOrErased) {
    Set set;
    std::vector<EntryPtr> old;
    for (int i = 0; i < 2'000; ++i) set.put(entry(i, 0));
    for (int i = 0; i < 2'000; ++i) {
        old.push_back(*set.find(i));
        if (i % 3 == 0) {
            set.erase(i);
        } else {
            set.put(entry(i, 1));
        }
    }
    for (const EntryPtr& item : old) EXPECT_TRUE(item->is_unique());
}

}  // namespace
}  // namespace weft::agent
