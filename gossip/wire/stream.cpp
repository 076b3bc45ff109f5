#include "gossip/wire/stream.hpp"

#include "gossip/wire/compressed.hpp"
#include "gossip/wire/packet.hpp"

namespace weft::gossip {
namespace {

constexpr std::size_t kFrameHeadBytes = 5;  // type and length
constexpr std::size_t kLabelBytesMax = 2 + 255;

// A header or record that has not come whole is read again from its begin with each byte that
// comes: were it large, or of many values, a peer that sends byte by byte would have all of our
// time. Real ones have a few hundred bytes and about 30 steps.
constexpr std::size_t kUnfinishedBytesMax = std::size_t{64} << 10;
constexpr std::size_t kUnfinishedStepsMax = 1024;

MessageType type_of(std::string_view bytes) {
    return static_cast<MessageType>(bytes.front());
}

// What a reader that failed means: when it ran out of bytes that more will come, unless these are
// all, or are too many already.
Result<std::optional<StreamMessage>> unfinished(const ValueReader& reader, std::size_t bytes,
                                                bool is_whole) {
    if (reader.failure() != WireErrc::Truncated || is_whole) return make_error(*reader.failure());
    if (bytes > kUnfinishedBytesMax || reader.steps() > kUnfinishedStepsMax) {
        return make_error(WireErrc::TooLarge);
    }
    return std::nullopt;
}

bool is_within(std::int64_t value, std::int64_t max) {
    return 0 <= value && value <= max;
}

}  // namespace

Result<std::optional<StreamMessage>> StreamReader::add(std::string_view bytes) {
    const std::size_t most = config_.frame_bytes_max + kFrameHeadBytes + kLabelBytesMax;
    if (received_.size() + bytes.size() > most) {
        return make_error(WireErrc::TooLarge);
    }
    received_.append(bytes);
    if (!label_passed_) {
        WEFT_TRY(label_passed_, pass_label());
        if (!label_passed_) return std::nullopt;
    }
    const std::string_view rest = std::string_view(received_).substr(begin_);
    if (rest.empty()) return std::nullopt;
    if (type_of(rest) == MessageType::Encrypt) {
        if (keyring_.is_empty()) return make_error(WireErrc::Encrypted);
        return read_encrypted(rest);
    }
    if (!keyring_.is_empty() && !config_.accepts_plain) return make_error(WireErrc::NotEncrypted);
    return read_plain(rest, false);
}

// False: it is not there yet.
Result<bool> StreamReader::pass_label() {
    if (received_.empty()) return false;
    const bool has_label = type_of(received_) == MessageType::Label;
    const bool wants_label = is_labelled_ && !config_.label.empty();
    if (has_label != wants_label) return make_error(WireErrc::WrongLabel);
    if (!has_label) return true;
    std::string ours;
    append_label(ours, config_.label);
    if (received_.size() < ours.size()) {
        if (ours.starts_with(received_)) return false;
        return make_error(WireErrc::WrongLabel);
    }
    if (!received_.starts_with(ours)) return make_error(WireErrc::WrongLabel);
    begin_ = ours.size();
    return true;
}

Result<std::optional<StreamMessage>> StreamReader::read_encrypted(std::string_view frame) {
    if (frame.size() < kFrameHeadBytes) return std::nullopt;
    std::size_t size = 0;
    for (const char byte : frame.substr(1, 4)) size = size << 8 | static_cast<std::uint8_t>(byte);
    if (size > config_.frame_bytes_max) return make_error(WireErrc::TooLarge);
    if (frame.size() < kFrameHeadBytes + size) return std::nullopt;
    const std::string additional = std::string(frame.substr(0, kFrameHeadBytes)) + config_.label;
    WEFT_TRY(keyring_.open(plain_, frame.substr(kFrameHeadBytes, size), additional));
    return read_plain(plain_, true);
}

Result<std::optional<StreamMessage>> StreamReader::read_plain(std::string_view bytes,
                                                              bool is_whole) {
    if (bytes.empty()) return make_error(WireErrc::Empty);
    switch (type_of(bytes)) {
        case MessageType::Compress:
            return read_compressed(bytes, is_whole);
        case MessageType::PushPull:
            return read_push_pull(bytes, is_whole);
        case MessageType::User:
            return read_user_message(bytes, is_whole);
        case MessageType::Ping:
        case MessageType::Ack:
        case MessageType::Error:
            return read_record_message(bytes, is_whole);
        default:
            return make_error(WireErrc::UnknownType);
    }
}

Result<std::optional<StreamMessage>> StreamReader::read_compressed(std::string_view bytes,
                                                                   bool is_whole) {
    if (!expanded_.empty()) return make_error(WireErrc::TooDeep);
    ValueReader reader(bytes.substr(1));
    reader.skip();
    // Of any size: what is compressed is one text, which is passed in one step.
    if (reader.failed()) return unfinished(reader, 0, is_whole);
    WEFT_TRY(expand_compressed(expanded_, bytes, config_.expanded_bytes_max));
    return read_plain(expanded_, true);
}

Result<std::optional<StreamMessage>> StreamReader::read_push_pull(std::string_view bytes,
                                                                  bool is_whole) {
    if (nodes_begin_ == 0) {
        ValueReader reader(bytes.substr(1));
        read_record(reader, header_);
        if (reader.failed()) return unfinished(reader, bytes.size(), is_whole);
        if (!is_within(header_.nodes, config_.nodes_max) ||
            !is_within(header_.user_state_bytes, config_.user_bytes_max)) {
            return make_error(WireErrc::TooLarge);
        }
        nodes_begin_ = nodes_end_ = bytes.size() - reader.rest().size();
    }
    for (; nodes_read_ < header_.nodes; ++nodes_read_) {
        ValueReader reader(bytes.substr(nodes_end_));
        NodeRecord record;
        read_record(reader, record);
        if (reader.failed()) return unfinished(reader, bytes.size() - nodes_end_, is_whole);
        nodes_end_ = bytes.size() - reader.rest().size();
    }
    const auto state_bytes = static_cast<std::size_t>(header_.user_state_bytes);
    if (bytes.size() - nodes_end_ < state_bytes) {
        if (is_whole) return make_error(WireErrc::Truncated);
        return std::nullopt;
    }
    const auto nodes = bytes.substr(nodes_begin_, nodes_end_ - nodes_begin_);
    // Again: the bytes have moved since the header came.
    PushPullHeader header;
    ValueReader reader(bytes.substr(1));
    read_record(reader, header);
    return StreamMessage(PushPull{header.join,
                                  {nodes, static_cast<std::size_t>(header.nodes)},
                                  bytes.substr(nodes_end_, state_bytes),
                                  header.digest.value_or(std::string_view()),
                                  header.part});
}

Result<std::optional<StreamMessage>> StreamReader::read_user_message(std::string_view bytes,
                                                                     bool is_whole) {
    if (body_begin_ == 0) {
        ValueReader reader(bytes.substr(1));
        UserMessageHeader header;
        read_record(reader, header);
        if (reader.failed()) return unfinished(reader, bytes.size(), is_whole);
        if (!is_within(header.bytes, config_.user_bytes_max)) return make_error(WireErrc::TooLarge);
        body_begin_ = bytes.size() - reader.rest().size();
        body_bytes_ = static_cast<std::size_t>(header.bytes);
    }
    const std::string_view body = bytes.substr(body_begin_);
    if (body.size() >= body_bytes_) return StreamMessage(UserMessage{body.substr(0, body_bytes_)});
    if (is_whole) return make_error(WireErrc::Truncated);
    return std::nullopt;
}

Result<std::optional<StreamMessage>> StreamReader::read_record_message(std::string_view bytes,
                                                                       bool is_whole) {
    ValueReader reader(bytes.substr(1));
    reader.skip();
    if (reader.failed()) return unfinished(reader, bytes.size(), is_whole);
    WEFT_TRY(const auto message, decode_message(bytes));
    if (const auto* ping = std::get_if<Ping>(&message)) return StreamMessage(*ping);
    if (const auto* ack = std::get_if<Ack>(&message)) return StreamMessage(*ack);
    return StreamMessage(std::get<ErrorAnswer>(message));
}

void write_stream(std::string& out, std::string_view message, const StreamConfig& config,
                  Keyring& keyring, StreamSide side, const StreamOptions& options) {
    std::string wrapped;
    if (options.compress) {
        append_compressed(wrapped, message);
        message = wrapped;
    }
    if (side == StreamSide::Initiator) append_label(out, config.label);
    if (keyring.is_empty()) {
        out.append(message);
        return;
    }
    std::string head;
    append_type(head, MessageType::Encrypt);
    const std::size_t size = message.size() + Keyring::kOverhead;
    for (int i = 3; i >= 0; --i) head.push_back(static_cast<char>(size >> (8 * i)));
    out.append(head);
    keyring.seal(out, message, head + config.label, options.nonce);
}

void append_push_pull_head(std::string& out, const PushPullHeader& header, IntDialect dialect) {
    append_type(out, MessageType::PushPull);
    ValueWriter writer(out, dialect);
    write_record(writer, header);
}

void append_user_message(std::string& out, std::string_view blob, IntDialect dialect) {
    append_type(out, MessageType::User);
    ValueWriter writer(out, dialect);
    write_record(writer, UserMessageHeader{static_cast<std::int64_t>(blob.size())});
    out.append(blob);
}

}  // namespace weft::gossip
