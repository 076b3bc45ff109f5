#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "tests/sim/memberlist_model/fact.hpp"
#include "tests/sim/memberlist_model/probe_order.hpp"

namespace weft::sim::model {

enum class State : std::uint8_t { Unknown, Alive, Suspect, Dead };

// What one node holds of another. Nodes hold entries only of those that are not as at the start,
// which is nearly nobody: so ten thousand nodes fit that know ten thousand each.
struct Entry {
    State state = State::Alive;
    std::uint32_t incarnation = 1;
    Instant since{};

    // While it is suspect.
    Instant suspected_at{};
    Instant dead_at{};
    std::vector<NodeIndex> accusers = {};
};

struct Node {
    // The one under way; there is never more than one.
    struct Probe {
        bool is_active = false;
        bool is_acked = false;
        std::uint32_t sequence = 0;
        NodeIndex target = 0;
        Instant started{};
        int nacks_expected = 0;
        int nacks = 0;
    };
    // One for somebody else.
    struct Errand {
        std::uint32_t sequence = 0;
        NodeIndex requester = 0;
        std::uint32_t their_sequence = 0;
    };

    bool is_up = true;
    std::uint32_t incarnation = 1;
    int score = 0;  // awareness
    std::uint32_t next_sequence = 0;
    boost::unordered_flat_map<NodeIndex, Entry> others;
    FactQueue memberlist_queue{true};
    FactQueue event_queue{false};
    std::vector<std::uint32_t> events_seen;

    ProbeOrder order;
    std::size_t order_at = 0;
    Probe probe;
    bool tick_missed = false;  // Go's ticker holds one for who is late
    std::vector<Errand> errands;

    Duration gossip_phase{};
    bool gossip_scheduled = false;
};

}  // namespace weft::sim::model
