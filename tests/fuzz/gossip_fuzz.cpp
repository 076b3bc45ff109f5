// Bytes of gossip peers, the lower layer: datagrams (plain, labelled, with a key), streams in
// chunks, LZW. The first byte chooses. What is accepted must be the same when it is encoded and
// decoded again. What Serf put into them is the fuzzer serf's.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "gossip/wire/coordinate.hpp"
#include "gossip/wire/lzw.hpp"
#include "gossip/wire/packet.hpp"
#include "gossip/wire/serf_messages.hpp"
#include "gossip/wire/stream.hpp"
#include "gossip/wire/tags.hpp"

namespace {

using namespace weft::gossip;

void check(bool holds) {
    if (!holds) std::abort();
}

template <class M>
void use_known(const M& message) {
    std::string once;
    encode_message(once, message);
    const auto again = decode_message(once);
    check(bool(again));
    std::string twice;
    std::visit([&](const auto& same) { encode_message(twice, same); }, again.value());
    check(once == twice);
}

void use_message(std::string_view bytes) {
    if (static_cast<MessageType>(bytes.front()) == MessageType::User) {
        (void)decode_serf(bytes.substr(1));
        return;
    }
    const auto message = decode_message(bytes);
    if (!message) return;
    std::visit([](const auto& known) { use_known(known); }, message.value());
    if (const auto* alive = std::get_if<Alive>(&message.value())) (void)decode_tags(alive->meta);
    if (const auto* ack = std::get_if<Ack>(&message.value())) {
        (void)decode_coordinate(ack->payload.value_or(std::string_view()));
    }
}

void use_packet(std::string_view bytes, bool labelled, bool sealed) {
    PacketConfig config;
    if (labelled) config.label = "blue-ring";
    Keyring keyring;
    if (sealed) check(bool(keyring.add(std::string(16, 'k'))));
    config.accepts_plain = true;  // nobody finds a tag by chance
    PacketReader reader(config, keyring);
    const auto packet = reader.read(bytes);
    if (!packet) return;
    check(packet.value().messages.size() <= config.messages_max);
    for (const std::string_view message : packet.value().messages) use_message(message);
}

void use_stream(std::string_view bytes, std::size_t chunk) {
    StreamConfig config;
    config.frame_bytes_max = std::size_t{1} << 20;
    config.expanded_bytes_max = std::size_t{4} << 20;
    Keyring keyring;
    StreamReader reader(config, keyring, StreamSide::Listener);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size()))) {
        const auto read = reader.add(bytes.substr(0, chunk));
        if (!read) return;
        if (!read.value()) continue;
        const StreamMessage& message = *read.value();
        if (const auto* state = std::get_if<PushPull>(&message)) {
            std::size_t nodes = 0;
            state->nodes.for_each([&](const NodeRecord&) { ++nodes; });
            check(nodes == state->nodes.size());
            (void)decode_serf(state->user_state);
        } else if (const auto* user = std::get_if<UserMessage>(&message)) {
            (void)decode_serf(user->blob);
        }
        return;
    }
}

void use_lzw(std::string_view bytes) {
    constexpr std::size_t kMost = std::size_t{1} << 20;
    std::string out;
    (void)lzw_expand(out, bytes, kMost);
    check(out.size() <= kMost);
    if (bytes.empty()) return;
    std::string packed;
    lzw_compress(packed, bytes);
    std::string again;
    check(bool(lzw_expand(again, packed, kMost)));
    check(again == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const unsigned detail = data[0] >> 2;
    switch (data[0] & 3) {
        case 0:
            use_packet(bytes, (detail & 1) != 0, (detail & 2) != 0);
            break;
        case 1:
            use_stream(bytes, detail + 1);
            break;
        case 2:
            use_stream(bytes, std::size_t{1} << 16);
            break;
        default:
            use_lzw(bytes);
            break;
    }
    return 0;
}
