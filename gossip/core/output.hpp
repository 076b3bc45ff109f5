#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/strong_id.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/description.hpp"
#include "gossip/core/endpoint.hpp"

// What follows from an input to a Node: values, for the shell to carry out and the application to
// read.
namespace weft::gossip {

using SharedBytes = std::shared_ptr<const std::string>;

// A stream that this agent wants opened.
using DialId = StrongId<struct DialTag, std::uint64_t>;

// To be sent at once, as one datagram: PacketWriter puts the messages into their layers.
struct Datagram {
    Endpoint to;
    std::vector<SharedBytes> messages;  // 1 to PacketWriter::kPartsMax
    bool crc = false;                   // the receiver is known to take it
};

// A stream to open. The shell sends the message in its layers (StreamSide::Initiator), reads one
// answer unless none is due, closes, and tells the node how it went; once for each dial.
struct Dial {
    DialId id;
    Endpoint to;
    std::string message;  // empty: only see whether it opens
    bool wants_answer = true;
    Instant deadline;  // of all of it
};

// How a dial ended without an answer.
enum class DialFailure : std::uint8_t {
    Refused,      // the host is there, nobody listens
    Unreachable,  // no route, or an error of the own machine
    Silent,       // the deadline passed and the stream was never open
    Unanswered,   // it was open, and closed or silent without a whole answer
    Garbled,      // the answer cannot be read, or is an error
};

std::string_view to_string(DialFailure failure);

// Serf's view of a member, which knows intentions besides facts.
enum class MemberStatus : std::uint8_t { None = 0, Alive = 1, Leaving = 2, Left = 3, Failed = 4 };

std::string_view to_string(MemberStatus status);

using LamportTime = std::uint64_t;

// What the application hears of, in order.
namespace event {

struct MemberJoined {
    DescriptionPtr member;
};
struct MemberUpdated {
    DescriptionPtr member;
};
struct MemberLeaving {
    DescriptionPtr member;
};
struct MemberLeft {
    DescriptionPtr member;
};
struct MemberFailed {
    DescriptionPtr member;
};
// Forgotten: gone for so long, or pruned.
struct MemberReaped {
    DescriptionPtr member;
};
// Two agents have one name. The one that was there first stays. Told seldom (Seldom), as the next
// three and MergeRefused are.
struct NameConflict {
    std::string name;
    Endpoint kept;
    Endpoint refused;
    bool is_ours = false;
};
// The table is full.
struct MemberRefused {
    std::string name;
    Endpoint at;
    std::size_t members_max = 0;
};
// So many members that it accused lately live: its word shortens no suspicion now.
struct AccuserDiscredited {
    DescriptionPtr member;
    std::size_t errors = 0;
};
// Somebody said a Lamport time that cannot be, and what came with it was dropped: from is who sent
// it, and perhaps only passed it on.
struct ClockLeap {
    Endpoint from;
    std::string clock;  // "member", "event" or "query"
    LamportTime own = 0;
    LamportTime seen = 0;
};
// Most of the ring goes by another name like ours: this agent must stop.
struct NameLost {
    std::size_t answers = 0;
    std::size_t for_us = 0;
};

// A user event, once each.
struct UserEvent {
    LamportTime time = 0;
    std::string name;
    std::string payload;
    bool coalesce = false;
};

// A question to the application; Node::answer() within the deadline.
struct QueryReceived {
    LamportTime time = 0;
    std::uint32_t id = 0;
    std::string name;
    std::string payload;
    std::string source;  // name of the asker
    Instant deadline;
};

// To a query of this agent.
struct QueryAcknowledged {
    std::uint32_t id = 0;
    std::string from;
};
struct QueryAnswered {
    std::uint32_t id = 0;
    std::string from;
    std::string payload;
};
struct QueryFinished {
    std::uint32_t id = 0;
    std::size_t acks = 0;
    std::size_t answers = 0;
};

// Each address of a join, when its turn is over.
struct JoinFinished {
    Endpoint at;
    bool joined = false;
    std::string error;  // why not
};
// The leave was spread, or its time is over: the process may end after the propagation delay.
struct LeaveFinished {
    bool spread = false;
};

// Somebody's view of the ring was not taken over: it and ours have no common version, or are rings
// of different kinds.
struct MergeRefused {
    Endpoint from;
    std::string why;
};

// UDP does not reach a member whose stream answers; once per member and state.
struct UdpBlocked {
    DescriptionPtr member;
};

// The keys are others now; to be persisted.
struct KeysChanged {};

}  // namespace event

using Event =
    std::variant<event::MemberJoined, event::MemberUpdated, event::MemberLeaving, event::MemberLeft,
                 event::MemberFailed, event::MemberReaped, event::NameConflict,
                 event::MemberRefused, event::NameLost, event::UserEvent, event::QueryReceived,
                 event::QueryAcknowledged, event::QueryAnswered, event::QueryFinished,
                 event::JoinFinished, event::LeaveFinished, event::MergeRefused, event::UdpBlocked,
                 event::KeysChanged, event::ClockLeap, event::AccuserDiscredited>;

struct Output {
    std::vector<Datagram> datagrams;
    std::vector<Dial> dials;
    std::vector<Event> events;

    void clear() {
        datagrams.clear();
        dials.clear();
        events.clear();
    }
};

}  // namespace weft::gossip
