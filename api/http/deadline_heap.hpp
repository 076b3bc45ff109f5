#pragma once

#include <cstddef>
#include <vector>

#include "agent/base/time.hpp"

namespace weft::api {

// Something that a DeadlineHeap tells when its time has come.
class Deadline {
public:
    virtual ~Deadline() = default;

    // Called once per passing; the heap has forgotten the deadline before.
    virtual void deadline_passed() = 0;

private:
    friend class DeadlineHeap;
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    Instant at_ = Instant::max();
    std::size_t position_ = kNone;
};

// All deadlines of a worker behind one timer. A deadline that moves later, which one does with
// every request on a connection, costs a store: its place in the heap is corrected when it comes
// up.
class DeadlineHeap {
public:
    void set(Deadline& deadline, Instant at);
    void remove(Deadline& deadline);

    // Tells those that have passed. Deadlines may be set, removed and destroyed meanwhile.
    void run(Instant now);

    // Not later than the earliest deadline; Instant::max() when there is none.
    Instant next() const { return heap_.empty() ? Instant::max() : heap_.front().at; }

private:
    struct Item {
        Instant at;
        Deadline* deadline;
    };

    void place(std::size_t position, Item item);
    void sift_up(std::size_t position);
    void sift_down(std::size_t position);

    std::vector<Item> heap_;
};

}  // namespace weft::api
