#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "gossip/wire/messages.hpp"
#include "gossip/wire/packet.hpp"
#include "tests/unit/gossip/wire/captures.hpp"
#include "tests/unit/gossip/wire/encoded_again.hpp"

// Every datagram that real agents sent must come apart, and go together again to the same bytes.
namespace weft::gossip {
namespace {

std::string encoded_again(std::string_view bytes, IntDialect dialect) {
    if (static_cast<MessageType>(bytes.front()) == MessageType::User) {
        return "\x08" + serf_encoded_again(bytes.substr(1), dialect);
    }
    const auto message = decode_message(bytes);
    if (!message) return message.error().code.message();
    std::string out;
    std::visit(
        [&]<class M>(const M& known) {
            if constexpr (std::is_same_v<M, Alive>) check_tags(known.meta);
            if constexpr (std::is_same_v<M, Ack>) check_coordinate(known.payload);
            encode_message(out, known, dialect);
        },
        message.value());
    return out;
}

class Ring {
public:
    Ring(const Capture& capture, std::string_view datagram) : dialect_(capture.dialect) {
        for (const std::string& key : capture.keys) EXPECT_TRUE(keyring_.add(key));
        if (static_cast<MessageType>(datagram.front()) == MessageType::Label) {
            config_.label = datagram.substr(2, static_cast<std::uint8_t>(datagram[1]));
        }
    }

    // Whether the datagram can be made again, with one key or the other.
    void check(std::string_view datagram) {
        const auto packet = reader_.read(datagram);
        ASSERT_TRUE(packet) << packet.error().code.message();
        EXPECT_EQ(packet.value().parts_dropped, 0u);
        std::vector<std::string> messages;
        for (const std::string_view message : packet.value().messages) {
            messages.push_back(encoded_again(message, dialect_));
            EXPECT_EQ(messages.back(), message);
        }
        const PacketLayers layers = packet.value().layers;
        EXPECT_EQ(layers.encrypted, !keyring_.is_empty());
        EXPECT_EQ(layers.compound, messages.size() > 1);
        EXPECT_TRUE(can_be_made(datagram, {messages.begin(), messages.end()}, layers));
    }

private:
    bool can_be_made(std::string_view datagram, const std::vector<std::string_view>& messages,
                     const PacketLayers& layers) {
        PacketWriter::Options options{
            .crc = layers.crc, .compress = layers.compressed, .nonce = {}};
        const std::size_t label = config_.label.empty() ? 0 : config_.label.size() + 2;
        if (layers.encrypted) {
            std::copy_n(datagram.begin() + static_cast<std::ptrdiff_t>(label) + 1,
                        options.nonce.size(), options.nonce.begin());
        }
        const auto matches = [&] {
            std::string out;
            writer_.write(out, messages, options);
            return out == datagram;
        };
        if (keyring_.is_empty()) return matches();
        const auto keys = keyring_.keys();
        return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
            return keyring_.make_primary(key) && matches();
        });
    }

    IntDialect dialect_;
    PacketConfig config_;
    Keyring keyring_;
    PacketReader reader_{config_, keyring_};
    PacketWriter writer_{config_, keyring_};
};

TEST(PacketCapture, EveryDatagramOfRealAgentsIsReadAndMadeAgain) {
    std::size_t datagrams = 0;
    for (const Capture& capture : captures()) {
        SCOPED_TRACE(capture.name);
        for (const CapturedUnit& unit : capture.units) {
            if (!unit.is_datagram) continue;
            ++datagrams;
            Ring(capture, unit.bytes).check(unit.bytes);
        }
    }
    EXPECT_GT(datagrams, 2000u);
}

}  // namespace
}  // namespace weft::gossip
