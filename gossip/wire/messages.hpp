#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "agent/base/result.hpp"
#include "gossip/wire/record.hpp"

// The messages of memberlist (protocols: memberlist messages). Texts and bytes point into what was
// decoded. Addresses are 4 or 16 raw bytes, kept as they came: peers compare them as bytes.
namespace weft::gossip {

// The first byte of a message or layer.
enum class MessageType : std::uint8_t {
    Ping = 0,
    IndirectPing = 1,
    Ack = 2,
    Suspect = 3,
    Alive = 4,
    Dead = 5,
    PushPull = 6,
    Compound = 7,
    User = 8,
    Compress = 9,
    Encrypt = 10,
    Nack = 11,
    Crc = 12,
    Error = 13,
    Label = 244,
};

inline void append_type(std::string& out, MessageType type) {
    out.push_back(static_cast<char>(type));
}

struct Ping {
    static constexpr MessageType kType = MessageType::Ping;
    std::uint32_t sequence = 0;
    std::string_view node;  // who is meant; others do not answer
    // Where the ack goes; not set by old peers.
    Bytes source_address;
    std::uint16_t source_port = 0;
    std::string_view source_node;
};

struct IndirectPing {
    static constexpr MessageType kType = MessageType::IndirectPing;
    std::uint32_t sequence = 0;
    Bytes target_address;
    std::uint16_t target_port = 0;
    std::string_view node;  // at the target
    bool wants_nack = false;
    // Between agents that know it: open a stream to the target besides, and say in the nack what
    // that showed.
    bool wants_sight = false;
    Bytes source_address;
    std::uint16_t source_port = 0;
    std::string_view source_node;
};

struct Ack {
    static constexpr MessageType kType = MessageType::Ack;
    std::uint32_t sequence = 0;
    Bytes payload;  // a coordinate, on direct probes
};

// What a helper saw of a target that did not answer; unknown numbers are as Nothing.
enum class Sight : std::uint8_t {
    Nothing = 0,  // did not look, or cannot tell
    Refused = 1,  // the host says that nobody listens
    Silent = 2,   // the host says nothing at all
};

struct Nack {
    static constexpr MessageType kType = MessageType::Nack;
    std::uint32_t sequence = 0;
    std::uint8_t sight = 0;  // a Sight; not from other programs
};

struct Suspect {
    static constexpr MessageType kType = MessageType::Suspect;
    std::uint32_t incarnation = 0;
    std::string_view node;
    std::string_view from;  // the accuser
};

struct Dead {
    static constexpr MessageType kType = MessageType::Dead;
    std::uint32_t incarnation = 0;
    std::string_view node;
    std::string_view from;  // equal to node: it has left

    bool is_leave() const { return node == from; }
};

struct Alive {
    static constexpr MessageType kType = MessageType::Alive;
    std::uint32_t incarnation = 0;
    std::string_view node;
    Bytes address;
    std::uint16_t port = 0;
    Bytes meta;      // Serf's tags
    Bytes versions;  // six bytes: see Versions
};

struct ErrorAnswer {
    static constexpr MessageType kType = MessageType::Error;
    std::string_view text;
};

// A record of push/pull.
struct NodeRecord {
    std::string_view name;
    Bytes address;
    std::uint16_t port = 0;
    Bytes meta;
    std::uint32_t incarnation = 0;
    std::int64_t state = 0;  // 0 alive, 1 suspect, 2 dead, 3 left
    Bytes versions;
};

struct PushPullHeader {
    bool join = false;
    std::int64_t nodes = 0;             // records that follow
    std::int64_t user_state_bytes = 0;  // behind them
    // Between agents that know it, so that only differences travel: what the whole state comes to
    // (StateDigest), and that this is a part of it, to which no state is due in return.
    Bytes digest;
    bool part = false;
};

struct UserMessageHeader {
    std::int64_t bytes = 0;
};

struct CompressedLayer {
    static constexpr MessageType kType = MessageType::Compress;
    std::uint8_t algorithm = 0;  // 0: LZW; there is no other
    Bytes bytes;
};

template <class Message, class Record>
concept Of = std::same_as<std::remove_const_t<Message>, Record>;

template <class Fields, Of<Ping> M>
void visit_fields(Fields& fields, M& message) {
    fields("Node", message.node);
    fields("SeqNo", message.sequence);
    fields.unless_zero("SourceAddr", message.source_address);
    fields.unless_zero("SourceNode", message.source_node);
    fields.unless_zero("SourcePort", message.source_port);
}

template <class Fields, Of<IndirectPing> M>
void visit_fields(Fields& fields, M& message) {
    fields.unless_zero("Look", message.wants_sight);
    fields("Nack", message.wants_nack);
    fields("Node", message.node);
    fields("Port", message.target_port);
    fields("SeqNo", message.sequence);
    fields.unless_zero("SourceAddr", message.source_address);
    fields.unless_zero("SourceNode", message.source_node);
    fields.unless_zero("SourcePort", message.source_port);
    fields("Target", message.target_address);
}

template <class Fields, Of<Ack> M>
void visit_fields(Fields& fields, M& message) {
    fields("Payload", message.payload);
    fields("SeqNo", message.sequence);
}

template <class Fields, Of<Nack> M>
void visit_fields(Fields& fields, M& message) {
    fields.unless_zero("Seen", message.sight);
    fields("SeqNo", message.sequence);
}

template <class Fields, class M>
requires Of<M, Suspect> || Of<M, Dead>
void visit_fields(Fields& fields, M& message) {
    fields("From", message.from);
    fields("Incarnation", message.incarnation);
    fields("Node", message.node);
}

template <class Fields, Of<Alive> M>
void visit_fields(Fields& fields, M& message) {
    fields("Addr", message.address);
    fields("Incarnation", message.incarnation);
    fields("Meta", message.meta);
    fields("Node", message.node);
    fields("Port", message.port);
    fields("Vsn", message.versions);
}

template <class Fields, Of<ErrorAnswer> M>
void visit_fields(Fields& fields, M& message) {
    fields("Error", message.text);
}

template <class Fields, Of<NodeRecord> M>
void visit_fields(Fields& fields, M& record) {
    fields("Addr", record.address);
    fields("Incarnation", record.incarnation);
    fields("Meta", record.meta);
    fields("Name", record.name);
    fields("Port", record.port);
    fields("State", record.state);
    fields("Vsn", record.versions);
}

template <class Fields, Of<PushPullHeader> M>
void visit_fields(Fields& fields, M& header) {
    fields.unless_zero("Digest", header.digest);
    fields("Join", header.join);
    fields("Nodes", header.nodes);
    fields.unless_zero("Part", header.part);
    fields("UserStateLen", header.user_state_bytes);
}

template <class Fields, Of<UserMessageHeader> M>
void visit_fields(Fields& fields, M& header) {
    fields("UserMsgLen", header.bytes);
}

template <class Fields, Of<CompressedLayer> M>
void visit_fields(Fields& fields, M& layer) {
    fields("Algo", layer.algorithm);
    fields("Buf", layer.bytes);
}

// What a datagram may hold besides layers and user messages.
using Message = std::variant<Ping, IndirectPing, Ack, Nack, Suspect, Alive, Dead, ErrorAnswer>;

// bytes: a type and its record; what follows the record is ignored. WireErrc::UnknownType for
// other types.
Result<Message> decode_message(std::string_view bytes);

// Appends the type and the record.
template <class M>
void encode_message(std::string& out, const M& message, IntDialect dialect = IntDialect::Unsigned) {
    out.push_back(static_cast<char>(M::kType));
    ValueWriter writer(out, dialect);
    write_record(writer, message);
}

}  // namespace weft::gossip
