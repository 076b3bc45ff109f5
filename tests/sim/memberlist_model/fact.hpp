#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/sim/memberlist_model/config.hpp"

namespace weft::sim::model {

// What is passed on: a message of memberlist, or a user event of Serf.
struct Fact {
    enum class Kind : std::uint8_t { Alive, Suspect, Dead, Event };
    Kind kind = Kind::Alive;
    NodeIndex subject = 0;  // of Event: a number of its own
    NodeIndex from = 0;     // who accuses
    std::uint32_t incarnation = 0;

    // As Consul-like names and tags make them, with what a compound adds.
    std::size_t bytes() const {
        switch (kind) {
            case Kind::Alive:
                return 240;
            case Kind::Event:
                return 80;
            default:
                return 50;
        }
    }
};

// Facts on their way into packets (protocols: broadcast queue).
class FactQueue {
public:
    // One about the same subject is replaced, unless facts of this queue stand beside each other.
    explicit FactQueue(bool replaces) : replaces_(replaces) {}

    void add(const Fact& fact);

    // What was sent least, of that the largest that fits, of that the newest. What was sent limit
    // times leaves.
    void take(std::vector<Fact>& packet, std::size_t& space, std::size_t limit);

    bool is_empty() const { return entries_.empty(); }

private:
    struct Entry {
        Fact fact;
        std::uint32_t number = 0;
        std::uint16_t transmits = 0;
        bool is_chosen = false;
    };

    bool replaces_;
    std::uint32_t next_number_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace weft::sim::model
