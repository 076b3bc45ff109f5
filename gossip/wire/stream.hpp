#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/base/result.hpp"
#include "gossip/wire/keyring.hpp"
#include "gossip/wire/messages.hpp"

// Connections: one message in each direction, in its layers (protocols: stream pipeline). Nobody
// closes behind his message, so where it ends is found from its own bytes.
namespace weft::gossip {

struct StreamConfig {
    std::string label;                                       // up to 255 bytes
    bool accepts_plain = false;                              // although there are keys
    std::size_t frame_bytes_max = std::size_t{20} << 20;     // as received
    std::size_t expanded_bytes_max = std::size_t{40} << 20;  // of a compressed layer
    std::int64_t nodes_max = std::int64_t{1} << 20;
    std::int64_t user_bytes_max = std::int64_t{20} << 20;
};

// The records of a push/pull, decoded one after the other: there may be a million.
class NodeRecords {
public:
    NodeRecords() = default;
    NodeRecords(std::string_view bytes, std::size_t count) : bytes_(bytes), count_(count) {}

    std::size_t size() const { return count_; }

    // Calls use(const NodeRecord&) for each, in order. Those that a StreamReader gave are valid.
    template <class Use>
    void for_each(Use&& use) const {
        ValueReader reader(bytes_);
        for (std::size_t i = 0; i < count_; ++i) {
            NodeRecord record;
            read_record(reader, record);
            use(static_cast<const NodeRecord&>(record));
        }
    }

private:
    std::string_view bytes_;
    std::size_t count_ = 0;
};

struct PushPull {
    bool join = false;
    NodeRecords nodes;
    std::string_view user_state;  // a Serf blob; may be empty
    std::string_view digest;      // see PushPullHeader
    bool part = false;
};

struct UserMessage {
    std::string_view blob;
};

using StreamMessage = std::variant<PushPull, UserMessage, Ping, Ack, ErrorAnswer>;

enum class StreamSide : std::uint8_t {
    Initiator,  // sends the label; reads an answer that has none
    Listener,
};

// Reads one direction of a connection from its bytes as they come.
class StreamReader {
public:
    // side: our own. config and keyring outlive it; an empty keyring: nothing is encrypted.
    StreamReader(const StreamConfig& config, Keyring& keyring, StreamSide side)
        : config_(config), keyring_(keyring), is_labelled_(side == StreamSide::Listener) {}

    // The message, once all of it is there; it holds as long as this object. nullopt: there is more
    // to come. Errors are of WireErrc. To be called until one or the other, no further.
    Result<std::optional<StreamMessage>> add(std::string_view bytes);

private:
    using Read = Result<std::optional<StreamMessage>>;

    Result<bool> pass_label();
    Read read_encrypted(std::string_view frame);
    Read read_plain(std::string_view bytes, bool is_whole);
    Read read_compressed(std::string_view bytes, bool is_whole);
    Read read_push_pull(std::string_view bytes, bool is_whole);
    Read read_user_message(std::string_view bytes, bool is_whole);
    Read read_record_message(std::string_view bytes, bool is_whole);

    const StreamConfig& config_;
    Keyring& keyring_;
    const bool is_labelled_;
    bool label_passed_ = false;
    std::string received_;
    std::size_t begin_ = 0;  // behind the label
    std::string plain_;      // of an encrypted frame
    std::string expanded_;   // of a compressed layer

    // Of a push/pull whose nodes are coming in.
    PushPullHeader header_;
    std::size_t nodes_begin_ = 0;  // 0: the header is not there yet
    std::size_t nodes_end_ = 0;    // of those that were read
    std::int64_t nodes_read_ = 0;

    // Of a user message whose body is coming in.
    std::size_t body_begin_ = 0;  // 0: the header is not there yet
    std::size_t body_bytes_ = 0;
};

struct StreamOptions {
    bool compress = false;   // always wraps, even where that is larger
    Keyring::Nonce nonce{};  // random; used when there is a key
};

// Appends a stream of one message: a type and what belongs to it.
void write_stream(std::string& out, std::string_view message, const StreamConfig& config,
                  Keyring& keyring, StreamSide side, const StreamOptions& options);

// For building a push/pull: the type and header, to be followed by the nodes (write_record) and the
// user state.
void append_push_pull_head(std::string& out, const PushPullHeader& header,
                           IntDialect dialect = IntDialect::Unsigned);
void append_user_message(std::string& out, std::string_view blob,
                         IntDialect dialect = IntDialect::Unsigned);

}  // namespace weft::gossip
