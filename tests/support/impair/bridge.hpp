#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/time.hpp"
#include "tests/support/impair/frame.hpp"
#include "tests/support/impair/rule.hpp"

namespace weft::test {

// Of one lane. offered + duplicated = delivered + blocked + lost + overflowed + held (waiting now).
struct Counters {
    std::uint64_t offered = 0;
    std::uint64_t bytes = 0;  // offered, with the Ethernet header
    std::uint64_t delivered = 0;
    std::uint64_t blocked = 0;
    std::uint64_t lost = 0;
    std::uint64_t overflowed = 0;  // a queue was full
    std::uint64_t corrupted = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t overtaken = 0;  // held back so that later frames pass
    std::uint64_t held = 0;
};

struct BridgeConfig {
    std::size_t ports = 2;
    std::uint64_t seed = 1;
    std::size_t held_bytes_max = std::size_t{256} << 20;  // of all frames that wait, in sum
};

// The wires between the ports 1..N: takes frames, decides what becomes of them, hands them out when
// their time has come.
//
// Pure: is told the time and keeps no timer. A lane is one protocol in one direction between two
// ports; the fate of its k-th frame depends on the seed, the lane, k and the lane's rule, and on
// nothing else.
class Bridge {
public:
    explicit Bridge(const BridgeConfig& config);

    // A frame that port `from` has sent.
    void offer(std::size_t from, Frame frame, Instant now);

    struct Delivery {
        std::size_t to;
        Frame frame;
    };
    // The next frame whose time has come; nothing when none is due.
    std::optional<Delivery> next(Instant now);

    // When next() has something; nothing: only after another offer() or set_rule().
    std::optional<Instant> next_deadline() const;

    // From the next frame on; frames that wait keep their time, except that a clog's end releases
    // what it held.
    void set_rule(std::size_t from, std::size_t to, Protocol protocol, const Rule& rule,
                  Instant now);
    const Rule& rule(std::size_t from, std::size_t to, Protocol protocol) const;
    const Counters& counters(std::size_t from, std::size_t to, Protocol protocol) const;

    std::size_t ports() const { return config_.ports; }
    std::uint64_t strays() const { return strays_; }  // frames to addresses of no port
    std::size_t held_bytes() const { return held_bytes_; }

private:
    struct Clogged {
        Frame frame;
        Travel travel;
    };
    struct Lane {
        Rule rule;
        Counters counters;
        Instant last_due{};
        std::deque<Clogged> clogged;
        std::size_t clogged_bytes = 0;
    };
    struct Link {
        std::array<Lane, kProtocols> lanes;
        Instant pipe_free{};  // when the last bit of what was sent has left
    };
    struct Waiting {
        Instant due;
        std::uint64_t sequence;  // first come, first served among equals
        std::size_t from;
        std::size_t to;
        Protocol protocol;
        Frame frame;
    };
    static bool later(const Waiting& a, const Waiting& b);

    std::size_t index(std::size_t from, std::size_t to) const;
    Lane& lane(std::size_t from, std::size_t to, Protocol protocol);
    void pass(std::size_t from, std::size_t to, Protocol protocol, Frame frame, Instant now);
    void send(std::size_t from, std::size_t to, Protocol protocol, Frame frame, Travel travel,
              Instant now);
    bool hold(Lane& lane, const Frame& frame);
    void release(std::size_t from, std::size_t to, Protocol protocol, Instant now);

    BridgeConfig config_;
    std::vector<Link> links_;
    std::vector<Waiting> waiting_;  // a heap, the earliest first
    std::uint64_t sequence_ = 0;
    std::uint64_t strays_ = 0;
    std::size_t held_bytes_ = 0;
};

}  // namespace weft::test
