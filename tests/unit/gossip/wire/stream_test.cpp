#include "gossip/wire/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/wire/compressed.hpp"
#include "tests/unit/gossip/wire/captures.hpp"
#include "tests/unit/gossip/wire/encoded_again.hpp"

namespace weft::gossip {
namespace {

using namespace std::string_literals;

const std::string kPing = "\x00\x82\xa4Node\xa1n\xa5SeqNo\x01"s;

struct Peer {
    StreamConfig config;
    Keyring keyring;

    std::string written(std::string_view message, StreamSide side,
                        const StreamOptions& options = {}) {
        std::string out;
        write_stream(out, message, config, keyring, side, options);
        return out;
    }
    std::error_code refusal(std::string_view bytes, StreamSide side = StreamSide::Listener) {
        StreamReader reader(config, keyring, side);
        const auto read = reader.add(bytes);
        return read ? std::error_code() : read.error().code;
    }
};

// Byte by byte: nothing before the last one, the message with it.
std::optional<StreamMessage> read_bytewise(StreamReader& reader, std::string_view bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        const auto read = reader.add(bytes.substr(i, 1));
        EXPECT_TRUE(read) << i << " of " << bytes.size();
        if (!read) return std::nullopt;
        EXPECT_FALSE(read.value()) << i << " of " << bytes.size();
    }
    const auto read = reader.add(bytes.substr(bytes.size() - 1));
    EXPECT_TRUE(read) << (read ? "" : read.error().code.message());
    return read ? read.value() : std::nullopt;
}

// As from a socket.
std::optional<StreamMessage> read_in_chunks(StreamReader& reader, std::string_view bytes,
                                            std::size_t chunk) {
    while (bytes.size() > chunk) {
        const auto read = reader.add(bytes.substr(0, chunk));
        EXPECT_TRUE(read) << bytes.size() << " bytes before the end";
        if (!read || read.value()) return std::nullopt;
        bytes.remove_prefix(chunk);
    }
    const auto read = reader.add(bytes);
    EXPECT_TRUE(read);
    return read ? read.value() : std::nullopt;
}

std::string encoded_again(const StreamMessage& message, IntDialect dialect) {
    std::string out;
    ValueWriter writer(out, dialect);
    std::visit(
        [&]<class M>(const M& known) {
            if constexpr (std::is_same_v<M, PushPull>) {
                PushPullHeader header;
                header.join = known.join;
                header.nodes = static_cast<std::int64_t>(known.nodes.size());
                header.user_state_bytes = static_cast<std::int64_t>(known.user_state.size());
                append_push_pull_head(out, header, dialect);
                known.nodes.for_each([&](const NodeRecord& record) {
                    check_tags(record.meta);
                    write_record(writer, record);
                });
                out +=
                    known.user_state.empty() ? "" : serf_encoded_again(known.user_state, dialect);
            } else if constexpr (std::is_same_v<M, UserMessage>) {
                append_user_message(out, serf_encoded_again(known.blob, dialect), dialect);
            } else {
                encode_message(out, known, dialect);
            }
        },
        message);
    return out;
}

// The layers of a captured connection: whose side sent it, and how it was wrapped.
void check_capture(const Capture& capture, const CapturedUnit& unit) {
    Peer peer;
    for (const std::string& key : capture.keys) ASSERT_TRUE(peer.keyring.add(key));
    const bool has_label = unit.bytes.starts_with('\xf4');
    peer.config.label =
        has_label ? unit.bytes.substr(2, static_cast<std::uint8_t>(unit.bytes[1])) : unit.label;
    const StreamSide sender = unit.label.empty() ? StreamSide::Initiator : StreamSide::Listener;
    StreamReader reader(peer.config, peer.keyring,
                        has_label ? StreamSide::Listener : StreamSide::Initiator);
    const auto message = read_bytewise(reader, unit.bytes);
    ASSERT_TRUE(message);
    const std::string plain = encoded_again(*message, capture.dialect);

    const std::size_t head = has_label ? peer.config.label.size() + 2 : 0;
    StreamOptions options;
    if (!peer.keyring.is_empty()) {
        std::copy_n(unit.bytes.begin() + static_cast<std::ptrdiff_t>(head) + 6,
                    options.nonce.size(), options.nonce.begin());
    }
    const auto can_be_made = [&](const std::string& key) {
        const bool is_primary = key.empty() || peer.keyring.make_primary(key);
        EXPECT_TRUE(is_primary);
        for (const bool compress : {false, true}) {
            options.compress = compress;
            if (peer.written(plain, sender, options) == unit.bytes) return true;
        }
        return false;
    };
    const auto keys = capture.keys.empty() ? std::vector<std::string>{""} : capture.keys;
    EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), can_be_made));
}

TEST(StreamCapture, EveryStreamOfRealAgentsIsReadAndMadeAgain) {
    std::size_t streams = 0;
    for (const Capture& capture : captures()) {
        SCOPED_TRACE(capture.name);
        for (const CapturedUnit& unit : capture.units) {
            if (unit.is_datagram) continue;
            ++streams;
            check_capture(capture, unit);
        }
    }
    EXPECT_GT(streams, 100u);
}

TEST(Stream, KeysAndLabelsMustAgree) {
    Peer plain;
    Peer sealed;
    ASSERT_TRUE(sealed.keyring.add(std::string(16, 'k')));
    EXPECT_EQ(plain.refusal(sealed.written(kPing, StreamSide::Initiator)), WireErrc::Encrypted);
    EXPECT_EQ(sealed.refusal(kPing), WireErrc::NotEncrypted);
    sealed.config.accepts_plain = true;
    EXPECT_FALSE(sealed.refusal(kPing));
    Peer blue;
    blue.config.label = "blue";
    const std::string labelled = blue.written(kPing, StreamSide::Initiator);
    EXPECT_FALSE(blue.refusal(labelled));
    EXPECT_EQ(blue.refusal(kPing), WireErrc::WrongLabel);
    EXPECT_EQ(plain.refusal(labelled), WireErrc::WrongLabel);
    EXPECT_FALSE(blue.refusal(labelled.substr(0, 4))) << "there is more to come";
    EXPECT_EQ(blue.refusal("\xf4\x04re"), WireErrc::WrongLabel);
    EXPECT_FALSE(blue.refusal(kPing, StreamSide::Initiator)) << "an answer has no label";
}

TEST(Stream, SizesAreRefusedBeforeTheyAreReceived) {
    Peer peer;
    const auto head = [](std::int64_t nodes, std::int64_t bytes) {
        std::string out;
        PushPullHeader header;
        header.nodes = nodes;
        header.user_state_bytes = bytes;
        append_push_pull_head(out, header);
        return out;
    };
    EXPECT_EQ(peer.refusal(head((std::int64_t{1} << 20) + 1, 0)), WireErrc::TooLarge);
    EXPECT_EQ(peer.refusal(head(-1, 0)), WireErrc::TooLarge);
    EXPECT_EQ(peer.refusal(head(0, (std::int64_t{20} << 20) + 1)), WireErrc::TooLarge);
    EXPECT_EQ(peer.refusal(head(1, 0) + "\x81\xa4Port\xff"), WireErrc::OutOfRange);
    EXPECT_EQ(peer.refusal("\x08\x81\xaaUserMsgLen\xff"), WireErrc::TooLarge);
    Peer sealed;
    ASSERT_TRUE(sealed.keyring.add(std::string(16, 'k')));
    EXPECT_EQ(sealed.refusal("\x0a\x7f\xff\xff\xff"), WireErrc::TooLarge);
    EXPECT_EQ(sealed.refusal("\x0a\x00\x00\x00\x01\x01"s), WireErrc::Truncated);
    peer.config.frame_bytes_max = 10;
    EXPECT_EQ(peer.refusal(std::string(300, '\x06')), WireErrc::TooLarge);
}

// It is read again from its begin with each byte that comes.
TEST(Stream, HeadersAndRecordsThatDoNotEndAreRefused) {
    std::string many = "\xde\x07\xd0"s;
    for (int i = 0; i < 1'999; ++i) many += "\xa1x\x01";
    const std::string long_text = "\x81\xa1x\xdb\x00\x10\x00\x00"s + std::string(70'000, 'x');
    std::string nodes;
    PushPullHeader header;
    header.nodes = 3;
    append_push_pull_head(nodes, header);
    nodes += "\x80";
    for (const std::string& head : {"\x00"s, "\x06"s, "\x08"s, "\x0d"s, nodes}) {
        Peer peer;
        EXPECT_EQ(peer.refusal(head + many), WireErrc::TooLarge) << head;
        EXPECT_EQ(peer.refusal(head + long_text), WireErrc::TooLarge) << head;
        EXPECT_FALSE(peer.refusal(head + many.substr(0, 300))) << head;
        EXPECT_FALSE(peer.refusal(head + long_text.substr(0, 60'000))) << head;
    }
    Peer peer;
    EXPECT_EQ(peer.refusal("\x09" + many), WireErrc::TooLarge);
    EXPECT_FALSE(peer.refusal("\x09" + long_text)) << "what is compressed may be large";
}

TEST(Stream, LargeMessagesMayComeInPieces) {
    Peer peer;
    std::string state;
    PushPullHeader header;
    header.nodes = 5'000;
    header.user_state_bytes = 300'000;
    append_push_pull_head(state, header);
    ValueWriter writer(state);
    for (int i = 0; i < 5'000; ++i) write_record(writer, NodeRecord{});
    state += std::string(300'000, 's');
    std::string user;
    append_user_message(user, std::string(300'000, 'u'));
    // Bytes that do not get fewer.
    Rng rng(7);
    std::string blob;
    for (int i = 0; i < 200'000; ++i) blob.push_back(static_cast<char>(rng.below(256)));
    std::string inner;
    append_user_message(inner, blob);
    std::string compressed;
    append_compressed(compressed, inner);
    ASSERT_GT(compressed.size(), 200'000u);

    StreamReader of_state(peer.config, peer.keyring, StreamSide::Listener);
    const auto push_pull = read_in_chunks(of_state, state, 1'000);
    ASSERT_TRUE(push_pull);
    EXPECT_EQ(std::get<PushPull>(*push_pull).nodes.size(), 5'000u);
    EXPECT_EQ(std::get<PushPull>(*push_pull).user_state.size(), 300'000u);
    StreamReader of_user(peer.config, peer.keyring, StreamSide::Listener);
    const auto user_message = read_in_chunks(of_user, user, 1'000);
    ASSERT_TRUE(user_message);
    EXPECT_EQ(std::get<UserMessage>(*user_message).blob, std::string(300'000, 'u'));
    StreamReader of_compressed(peer.config, peer.keyring, StreamSide::Listener);
    const auto expanded = read_in_chunks(of_compressed, compressed, 1'000);
    ASSERT_TRUE(expanded);
    EXPECT_EQ(std::get<UserMessage>(*expanded).blob, blob);
}

TEST(Stream, DamageAndNestingAreRefused) {
    Peer peer;
    EXPECT_EQ(peer.refusal("\x2a"), WireErrc::UnknownType);
    EXPECT_EQ(peer.refusal("\x03\x80"), WireErrc::UnknownType) << "suspicions come in datagrams";
    std::string once;
    append_compressed(once, kPing);
    EXPECT_FALSE(peer.refusal(once));
    std::string twice;
    append_compressed(twice, once);
    EXPECT_EQ(peer.refusal(twice), WireErrc::TooDeep);
    std::string cut;
    append_compressed(cut, kPing.substr(0, 5));
    EXPECT_EQ(peer.refusal(cut), WireErrc::Truncated);
    std::string empty;
    append_compressed(empty, "");
    EXPECT_EQ(peer.refusal(empty), WireErrc::Empty);
}

}  // namespace
}  // namespace weft::gossip
