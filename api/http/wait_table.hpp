#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "agent/catalog/view.hpp"
#include "api/http/catalog_read.hpp"

namespace weft::api {

// Whoever is told that a waiter's result may have changed.
class WaitOwner {
public:
    virtual ~WaitOwner() = default;
    virtual void result_may_have_changed() = 0;
};

struct WaitGroup;

// A blocking query while it blocks: all that is left of its request. There may be tens of
// thousands.
struct Waiter : CatalogRead, boost::intrusive::list_base_hook<> {
    Waiter() = default;
    explicit Waiter(CatalogRead read) : CatalogRead(std::move(read)) {}

    std::uint64_t hash = 0;  // of the result when the wait began
    WaitOwner* owner = nullptr;
    WaitGroup* group = nullptr;  // the table's; null while due
    bool restored = false;  // due since the whole catalog was replaced: told whatever it is now
};

struct WaitGroup {
    boost::intrusive::list<Waiter> waiters;
    const agent::Watch* watch = nullptr;
};

// The waiters of a worker by what they watch, so that a change costs only those that watch what
// changed. On the worker's thread but for anyone_waits().
class WaitTable {
public:
    // What is published from here on, changed() will tell of. Whoever looked at the catalog before
    // must look again.
    void add(Waiter& waiter);

    // Does nothing when the waiter is not in the table.
    void remove(Waiter& waiter);

    // Makes the waiters of a watch due; those of a key's prefixes, too.
    void changed(const agent::Watch& watch);

    // Everybody is due, and is to be answered whatever the index.
    void restored();

    // Takes out the next that is due: the caller answers it or adds it again. Null: none.
    Waiter* take_due();

    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

    // For the thread that has just published a catalog: false when nobody waits, and whoever comes
    // later will find that catalog. Else changed() must be called.
    bool anyone_waits() { return size_.fetch_add(0) > 0; }

private:
    using Groups = std::map<agent::Watch, WaitGroup>;

    void prefixes_changed(std::string_view key);
    void make_due(WaitGroup& group);
    void make_due(Groups::iterator at);  // and forgets the group

    // Names in lower case: those that differ in case only share a group, which costs a look more.
    Groups groups_;
    boost::intrusive::list<Waiter> due_;
    // Each change of it is a read-modify-write, and so is anyone_waits(): one comes first, and the
    // other sees what was done before it.
    std::atomic<std::size_t> size_ = 0;
};

}  // namespace weft::api
