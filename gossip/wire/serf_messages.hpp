#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "agent/base/result.hpp"
#include "gossip/wire/messages.hpp"
#include "gossip/wire/record.hpp"
#include "gossip/wire/tags.hpp"

// What Serf says in memberlist's user messages (protocols: Serf messages). Texts and bytes point
// into what was decoded.
namespace weft::gossip {

// The first byte of a blob.
enum class SerfType : std::uint8_t {
    Leave = 0,
    Join = 1,
    PushPull = 2,
    UserEvent = 3,
    Query = 4,
    QueryAnswer = 5,
    ConflictAnswer = 6,  // this and the next two only in payloads of queries and answers
    KeyRequest = 7,
    KeyAnswer = 8,
    Relay = 9,
};

using LamportTime = std::uint64_t;

// What is read of lists: more than a correct peer has.
inline constexpr ElementLimit kFilterLimit{32};
inline constexpr ElementLimit kListedKeyLimit{1024};
// A ring has up to 65,536 members, and peers remember as many again that have left.
inline constexpr ElementLimit kListedMemberLimit{std::uint32_t{1} << 17};
inline constexpr ElementLimit kEventSlotLimit{512};  // the whole ring of events
// Agents that fire at once do so at one Lamport time, so that it may have more events than anybody
// needs to be told of. They must not cost the view of the ring that they come with.
inline constexpr ElementLimit kSlotEventLimit{128, true};

struct LeaveIntent {
    static constexpr SerfType kType = SerfType::Leave;
    LamportTime time = 0;
    std::string_view node;
    bool prune = false;  // forget it, too
};

struct JoinIntent {
    static constexpr SerfType kType = SerfType::Join;
    LamportTime time = 0;
    std::string_view node;
};

struct UserEvent {
    static constexpr SerfType kType = SerfType::UserEvent;
    LamportTime time = 0;
    std::string_view name;
    Bytes payload;
    bool coalesce = false;  // handlers may be told of the newest only
};

// Flags of queries and of their answers.
inline constexpr std::uint32_t kQueryAck = 1;          // please acknowledge; this is it
inline constexpr std::uint32_t kQueryNoBroadcast = 2;  // is not passed on

struct Query {
    static constexpr SerfType kType = SerfType::Query;
    LamportTime time = 0;
    std::uint32_t id = 0;
    Bytes address;  // of the asker, who is answered directly
    std::uint16_t port = 0;
    std::string_view source_node;
    List<std::string_view> filters;
    std::uint32_t flags = 0;
    std::uint8_t relay_factor = 0;
    std::int64_t timeout_ns = 0;
    std::string_view name;
    Bytes payload;
};

struct QueryAnswer {
    static constexpr SerfType kType = SerfType::QueryAnswer;
    LamportTime time = 0;
    std::uint32_t id = 0;
    std::string_view from;
    std::uint32_t flags = 0;
    Bytes payload;
};

struct MemberRecord {
    std::string_view name;
    Bytes address;
    std::uint16_t port = 0;
    MapByText<std::string_view> tags;
    std::int64_t status = 0;  // 0 none, 1 alive, 2 leaving, 3 left, 4 failed
    std::uint8_t protocol_min = 0;
    std::uint8_t protocol_max = 0;
    std::uint8_t protocol_current = 0;
    std::uint8_t delegate_min = 0;
    std::uint8_t delegate_max = 0;
    std::uint8_t delegate_current = 0;
};

// Not a record: the member itself, or nil when it is not known.
struct ConflictAnswer {
    static constexpr SerfType kType = SerfType::ConflictAnswer;
    std::optional<MemberRecord> member;
};

struct KeyRequest {
    static constexpr SerfType kType = SerfType::KeyRequest;
    Bytes key;
};

struct KeyAnswer {
    static constexpr SerfType kType = SerfType::KeyAnswer;
    bool result = false;
    std::string_view message;
    List<std::string_view> keys;  // in base64
    std::string_view primary_key;
};

struct PastEvent {
    std::string_view name;
    Bytes payload;
};

struct EventsAtTime {
    LamportTime time = 0;
    List<PastEvent> events;
};

// The user state of memberlist's push/pull.
struct SerfPushPull {
    static constexpr SerfType kType = SerfType::PushPull;
    LamportTime time = 0;
    MapByText<LamportTime> status_times;  // by name, of every member
    List<std::string_view> left_members;
    LamportTime event_time = 0;
    List<std::optional<EventsAtTime>> events;  // a slot of the ring each
    LamportTime query_time = 0;
};

struct RelayAddress {
    Bytes ip;
    std::int64_t port = 0;
    std::string_view zone;
};

struct RelayHeader {
    RelayAddress destination;
    std::string_view destination_name;
};

struct Relay {
    static constexpr SerfType kType = SerfType::Relay;
    RelayHeader header;
    std::string_view blob;  // to be passed on
};

template <class Fields, Of<LeaveIntent> M>
void visit_fields(Fields& fields, M& message) {
    fields("LTime", message.time);
    fields("Node", message.node);
    fields("Prune", message.prune);
}

template <class Fields, Of<JoinIntent> M>
void visit_fields(Fields& fields, M& message) {
    fields("LTime", message.time);
    fields("Node", message.node);
}

template <class Fields, Of<UserEvent> M>
void visit_fields(Fields& fields, M& message) {
    fields("CC", message.coalesce);
    fields("LTime", message.time);
    fields("Name", message.name);
    fields("Payload", message.payload);
}

template <class Fields, Of<Query> M>
void visit_fields(Fields& fields, M& message) {
    fields("Addr", message.address);
    fields("Filters", message.filters, kFilterLimit);
    fields("Flags", message.flags);
    fields("ID", message.id);
    fields("LTime", message.time);
    fields("Name", message.name);
    fields("Payload", message.payload);
    fields("Port", message.port);
    fields("RelayFactor", message.relay_factor);
    fields("SourceNode", message.source_node);
    fields("Timeout", message.timeout_ns);
}

template <class Fields, Of<QueryAnswer> M>
void visit_fields(Fields& fields, M& message) {
    fields("Flags", message.flags);
    fields("From", message.from);
    fields("ID", message.id);
    fields("LTime", message.time);
    fields("Payload", message.payload);
}

template <class Fields, Of<MemberRecord> M>
void visit_fields(Fields& fields, M& member) {
    fields("Addr", member.address);
    fields("DelegateCur", member.delegate_current);
    fields("DelegateMax", member.delegate_max);
    fields("DelegateMin", member.delegate_min);
    fields("Name", member.name);
    fields("Port", member.port);
    fields("ProtocolCur", member.protocol_current);
    fields("ProtocolMax", member.protocol_max);
    fields("ProtocolMin", member.protocol_min);
    fields("Status", member.status);
    fields("Tags", member.tags, kTagLimit);
}

template <class Fields, Of<KeyRequest> M>
void visit_fields(Fields& fields, M& message) {
    fields("Key", message.key);
}

template <class Fields, Of<KeyAnswer> M>
void visit_fields(Fields& fields, M& message) {
    fields("Keys", message.keys, kListedKeyLimit);
    fields("Message", message.message);
    fields("PrimaryKey", message.primary_key);
    fields("Result", message.result);
}

template <class Fields, Of<PastEvent> M>
void visit_fields(Fields& fields, M& event) {
    fields("Name", event.name);
    fields("Payload", event.payload);
}

template <class Fields, Of<EventsAtTime> M>
void visit_fields(Fields& fields, M& slot) {
    fields("Events", slot.events, kSlotEventLimit);
    fields("LTime", slot.time);
}

template <class Fields, Of<SerfPushPull> M>
void visit_fields(Fields& fields, M& message) {
    fields("EventLTime", message.event_time);
    fields("Events", message.events, kEventSlotLimit);
    fields("LTime", message.time);
    fields("LeftMembers", message.left_members, kListedMemberLimit);
    fields("QueryLTime", message.query_time);
    fields("StatusLTimes", message.status_times, kListedMemberLimit);
}

template <class Fields, Of<RelayAddress> M>
void visit_fields(Fields& fields, M& address) {
    fields("IP", address.ip);
    fields("Port", address.port);
    fields("Zone", address.zone);
}

template <class Fields, Of<RelayHeader> M>
void visit_fields(Fields& fields, M& header) {
    fields("DestAddr", header.destination);
    fields("DestName", header.destination_name);
}

using SerfMessage = std::variant<LeaveIntent, JoinIntent, SerfPushPull, UserEvent, Query,
                                 QueryAnswer, ConflictAnswer, KeyRequest, KeyAnswer, Relay>;

// blob: a type and what belongs to it; the body of a user message without its own type. All of it
// is read, down to the last field, since a blob is passed on as it came: what is accepted here will
// be accepted by peers. Errors are of WireErrc.
Result<SerfMessage> decode_serf(std::string_view blob);

// Appends the type and the message.
void encode_serf(std::string& out, const SerfMessage& message,
                 IntDialect dialect = IntDialect::Unsigned);

}  // namespace weft::gossip
