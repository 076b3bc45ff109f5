#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/base/assert.hpp"
#include "agent/base/time.hpp"

namespace weft::sim {

// What will happen in a world, in order of time; of what happens at one time, what was added first
// comes first. So a run depends on nothing but its inputs. The clock of the world is that of the
// event that was taken last.
//
// A heap of four children a node over small keys; the events themselves stay in slots that are used
// again, so that a world in steady state allocates nothing here.
template <class Event>
class EventQueue {
public:
    Instant now() const { return now_; }
    bool is_empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }

    // There must be one.
    Instant next_at() const { return heap_.front().at; }

    // What is past happens now.
    void add(Instant at, Event event) {
        std::uint32_t slot = 0;
        if (free_.empty()) {
            slot = static_cast<std::uint32_t>(events_.size());
            events_.push_back(std::move(event));
        } else {
            slot = free_.back();
            free_.pop_back();
            events_[slot] = std::move(event);
        }
        heap_.push_back({at < now_ ? now_ : at, next_sequence_++, slot});
        rise(heap_.size() - 1);
    }

    // Moves the clock to the next event and hands it out. There must be one.
    Event take() {
        WEFT_ASSERT(!heap_.empty());
        const Key first = heap_.front();
        heap_.front() = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) sink(0);
        now_ = first.at;
        free_.push_back(first.slot);
        return std::exchange(events_[first.slot], Event{});
    }

    // Lets time pass until then without an event; there must be none before.
    void advance(Instant to) {
        WEFT_ASSERT(heap_.empty() || heap_.front().at >= to);
        if (to > now_) now_ = to;
    }

private:
    struct Key {
        Instant at;
        std::uint64_t sequence;
        std::uint32_t slot;

        bool before(const Key& other) const {
            return at != other.at ? at < other.at : sequence < other.sequence;
        }
    };
    static constexpr std::size_t kChildren = 4;

    void rise(std::size_t place) {
        const Key key = heap_[place];
        while (place > 0) {
            const std::size_t parent = (place - 1) / kChildren;
            if (!key.before(heap_[parent])) break;
            heap_[place] = heap_[parent];
            place = parent;
        }
        heap_[place] = key;
    }

    void sink(std::size_t place) {
        const Key key = heap_[place];
        while (true) {
            const std::size_t first = place * kChildren + 1;
            if (first >= heap_.size()) break;
            const std::size_t end = std::min(first + kChildren, heap_.size());
            std::size_t least = first;
            for (std::size_t child = first + 1; child < end; ++child) {
                if (heap_[child].before(heap_[least])) least = child;
            }
            if (!heap_[least].before(key)) break;
            heap_[place] = heap_[least];
            place = least;
        }
        heap_[place] = key;
    }

    Instant now_{};
    std::uint64_t next_sequence_ = 0;
    std::vector<Key> heap_;
    std::vector<Event> events_;
    std::vector<std::uint32_t> free_;
};

}  // namespace weft::sim
