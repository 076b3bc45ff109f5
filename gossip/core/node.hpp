#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/counters.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/output.hpp"
#include "gossip/wire/coordinate.hpp"
#include "gossip/wire/keyring.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

// A member as the application sees it.
struct MemberView {
    DescriptionPtr member;
    MemberStatus status = MemberStatus::None;
    LamportTime status_time = 0;
};

struct QueryParams {
    std::string name;
    std::string payload;
    std::vector<std::string> filter_nodes;                         // empty: no such filter
    std::vector<std::pair<std::string, std::string>> filter_tags;  // tag and expression (RE2)
    bool wants_ack = false;
    std::uint8_t relay_factor = 0;
    Duration timeout{};  // zero: by the size of the ring
};

// One agent of a ring: memberlist's part and Serf's, composed (SWIM, Lifeguard, Vivaldi; see
// README). Pure: inputs and the time go in, what to send comes out. Every method that takes an
// Output adds to it. One thread.
//
// The shell sends and receives datagrams and streams in their layers; the node sees and makes the
// messages inside. It seals with keyring(), which key queries of the ring change.
class Node {
public:
    // config is valid. rng and pool outlive it; agents of one process may share a pool.
    Node(const NodeConfig& config, Keyring keyring, Rng& rng, DescriptionPool& pool, Instant now);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // ---- from the network

    // The messages of one datagram (Packet::messages), which need only live during the call.
    void receive(const Endpoint& from, std::span<const std::string_view> messages, Instant now,
                 Output& out);
    // The host at that address said that nobody listens on the port of a datagram sent there.
    void port_unreachable(const Endpoint& at, Instant now, Output& out);

    // Of a dial: that it is open, and then one of the other two.
    void dial_opened(DialId id, Instant now, Output& out);
    void dial_answered(DialId id, const StreamMessage& answer, Instant now, Output& out);
    void dial_failed(DialId id, DialFailure failure, std::string_view why, Instant now,
                     Output& out);
    // A stream that somebody else opened. What to answer, for StreamSide::Listener; empty: nothing,
    // just close.
    std::string accept(const Endpoint& from, const StreamMessage& message, Instant now,
                       Output& out);

    // Takes these as known already and alive: nothing is passed on, and nobody told. For simulated
    // rings that are too large to tell each of each.
    struct Known {
        DescriptionPtr member;
        std::uint32_t incarnation = 0;
    };
    void preload(std::span<const Known> members, Instant now);

    // ---- time

    // At next_deadline() or later. The lateness itself is evidence of this agent's health.
    void tick(Instant now, Output& out);
    Instant next_deadline() const;

    // ---- from the application

    // Push/pull with each of them; then an intent is spread. ignore_old_events: those that the ring
    // had before are not delivered.
    void join(std::span<const Endpoint> seeds, bool ignore_old_events, Instant now, Output& out);
    // Says farewell; event::LeaveFinished follows. What is said of this agent is refuted until its
    // intent is spread, then no more.
    void leave(Instant now, Output& out);
    bool is_leaving() const;
    // Has a failed member count as left; prune: forgotten. Errc::NotFound for a name that the ring
    // does not know.
    Result<void> force_leave(std::string_view name, bool prune, Instant now, Output& out);
    // Tags: Errc::Limit beyond what peers take.
    Result<void> set_tags(std::span<const std::pair<std::string_view, std::string_view>> tags,
                          Instant now, Output& out);
    // Errc::Limit when it is larger than config allows.
    Result<void> fire_event(std::string_view name, std::string_view payload, bool coalesce,
                            Instant now, Output& out);
    // The id that answers carry. Errc::Limit as for events, and for queries under way.
    Result<std::uint32_t> ask(const QueryParams& params, Instant now, Output& out);
    // To event::QueryReceived, once. Errc::Timeout after its deadline, Errc::NotFound for none.
    Result<void> answer(LamportTime time, std::uint32_t id, std::string_view payload, Instant now,
                        Output& out);

    // ---- to look at

    Keyring& keyring();
    const Counters& counters() const;
    std::vector<MemberView> members() const;  // by name
    // Rises when what members() says of somebody is other, but for status times.
    std::uint64_t member_changes() const;
    std::optional<MemberView> find(std::string_view name) const;
    DescriptionPtr self() const;
    int health_score() const;  // 0: healthy
    std::size_t suspects() const;
    std::size_t broadcasts_waiting() const;  // for packets to go with
    // Of a member whose probe was answered, or of this agent itself.
    std::optional<Coordinate> coordinate(std::string_view name) const;
    // What a restart must not fall below.
    std::uint32_t incarnation() const;
    struct Clocks {
        LamportTime member = 0;
        LamportTime event = 0;
        LamportTime query = 0;

        friend bool operator==(const Clocks&, const Clocks&) = default;
    };
    Clocks clocks() const;

    // For tests and the simulator: ends the program when the parts contradict each other.
    void check_invariants() const;

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weft::gossip
