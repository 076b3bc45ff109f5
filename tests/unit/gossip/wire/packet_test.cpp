#include "gossip/wire/packet.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gossip/wire/compressed.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {
namespace {

using namespace std::string_literals;

const std::string kNack = "\x0b\x81\xa5SeqNo\x10";
const std::string kKey(16, 'k');

struct Layers {
    PacketConfig config;
    Keyring keyring;
    PacketReader reader{config, keyring};
    PacketWriter writer{config, keyring};

    std::string written(const std::vector<std::string_view>& messages,
                        const PacketWriter::Options& options = {}) {
        std::string out;
        writer.write(out, messages, options);
        return out;
    }
    std::vector<std::string> read(std::string_view datagram) {
        const auto packet = reader.read(datagram);
        EXPECT_TRUE(packet);
        if (!packet) return {};
        return {packet.value().messages.begin(), packet.value().messages.end()};
    }
    std::error_code refusal(std::string_view datagram) {
        const auto packet = reader.read(datagram);
        return packet ? std::error_code() : packet.error().code;
    }
};

std::string compressed(std::string_view bytes) {
    std::string out;
    append_compressed(out, bytes);
    return out;
}

std::string compound(const std::vector<std::string>& parts) {
    std::string out = "\x07"s + static_cast<char>(parts.size());
    for (const std::string& part : parts) {
        out.push_back(static_cast<char>(part.size() >> 8));
        out.push_back(static_cast<char>(part.size()));
    }
    for (const std::string& part : parts) out += part;
    return out;
}

TEST(Packet, LayersGoOnAndComeOff) {
    Layers layers;
    const std::string large = "\x08" + std::string(500, 'x');
    EXPECT_EQ(layers.written({kNack}), kNack);
    EXPECT_EQ(layers.written({kNack, kNack}), compound({kNack, kNack}));
    const std::string crc = layers.written({kNack}, {.crc = true});
    EXPECT_EQ(crc.size(), kNack.size() + 5);
    EXPECT_EQ(layers.read(crc), std::vector<std::string>{kNack});
    const std::string small = layers.written({large}, {.compress = true});
    EXPECT_LT(small.size(), large.size() / 4);
    EXPECT_EQ(layers.read(small), std::vector<std::string>{large});
    EXPECT_EQ(layers.written({kNack}, {.compress = true}), kNack) << "it would grow";
}

TEST(Packet, EncryptionNeedsAKeyOfTheRing) {
    Layers ours;
    ASSERT_TRUE(ours.keyring.add(kKey));
    const std::string sealed = ours.written({kNack, kNack}, {.crc = true});
    EXPECT_EQ(ours.read(sealed), (std::vector<std::string>{kNack, kNack}));
    EXPECT_EQ(ours.refusal(kNack + std::string(40, 'x')), WireErrc::Undecryptable);
    EXPECT_EQ(ours.refusal(kNack), WireErrc::Undecryptable) << "shorter than any that is sealed";
    EXPECT_EQ(ours.refusal(compound({kNack, kNack, kNack, kNack})), WireErrc::Undecryptable);
    EXPECT_EQ(ours.refusal(""), WireErrc::Truncated);
    EXPECT_EQ(ours.refusal(sealed.substr(0, 20)), WireErrc::Truncated);
    for (std::size_t i = 1; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(ours.refusal(changed), WireErrc::Undecryptable) << i;
    }
    Layers others;
    ASSERT_TRUE(others.keyring.add(std::string(32, 'o')));
    EXPECT_EQ(others.refusal(sealed), WireErrc::Undecryptable);
    ASSERT_TRUE(others.keyring.add(kKey));
    EXPECT_EQ(others.read(sealed).size(), 2u) << "any key of the ring decrypts";
    others.config.accepts_plain = true;
    EXPECT_EQ(others.read(kNack), std::vector<std::string>{kNack});
}

TEST(Packet, LabelIsOursOrTheDatagramIsNot) {
    Layers plain;
    Layers blue;
    blue.config.label = "blue";
    ASSERT_TRUE(blue.keyring.add(kKey));
    const std::string labelled = blue.written({kNack});
    EXPECT_EQ(labelled.substr(0, 6), "\xf4\x04"s + "blue");
    EXPECT_EQ(blue.read(labelled), std::vector<std::string>{kNack});
    EXPECT_EQ(blue.refusal(labelled.substr(6)), WireErrc::WrongLabel);
    EXPECT_EQ(plain.refusal(labelled), WireErrc::WrongLabel);
    Layers red;
    red.config.label = "redd";
    ASSERT_TRUE(red.keyring.add(kKey));
    EXPECT_EQ(red.refusal("\xf4\x04redd"s + labelled.substr(6)), WireErrc::Undecryptable)
        << "the label is authenticated";
    EXPECT_EQ(plain.refusal("\xf4\x00x"s), WireErrc::Truncated);
}

TEST(Packet, OneBadPartDoesNotCostTheOthers) {
    Layers layers;
    const auto packet = layers.reader.read(
        compound({kNack, "", compressed(kNack).substr(0, 12), compound({kNack}), kNack}));
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet.value().messages.size(), 3u);
    EXPECT_EQ(packet.value().parts_dropped, 2u);
    const std::string cut = compound({kNack, kNack, kNack});
    const auto truncated = layers.reader.read(std::string_view(cut).substr(0, cut.size() - 1));
    ASSERT_TRUE(truncated);
    EXPECT_EQ(truncated.value().messages.size(), 2u);
    EXPECT_EQ(truncated.value().parts_dropped, 1u);
}

TEST(Packet, NestingExpansionAndCountsAreBounded) {
    Layers layers;
    std::string deep = kNack;
    for (int i = 0; i < 5; ++i) deep = compressed(deep);
    EXPECT_EQ(layers.refusal(deep), WireErrc::TooDeep);
    EXPECT_EQ(layers.refusal(compressed(std::string(70'000, '\x08'))), WireErrc::TooLarge);
    EXPECT_EQ(layers.refusal(compressed("")), WireErrc::Empty);
    const std::string many = compressed("\x08" + std::string(5'000, 'x'));
    const auto packet = layers.reader.read(compound(std::vector<std::string>(20, many)));
    ASSERT_TRUE(packet);
    EXPECT_LE(packet.value().messages.size() * 5'000, std::size_t{64} << 10);
    EXPECT_EQ(packet.value().messages.size() + packet.value().parts_dropped, 20u);
    // Compounds in a compound.
    const std::string full = compound(std::vector<std::string>(200, kNack));
    const auto twice = layers.reader.read(compound({full, full}));
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice.value().messages.size(), 255u);
    EXPECT_EQ(twice.value().parts_dropped, 145u);
    layers.config.messages_max = 3;
    const auto few = layers.reader.read(compound(std::vector<std::string>(5, kNack)));
    EXPECT_EQ(few.value().messages.size(), 3u);
    EXPECT_EQ(few.value().parts_dropped, 2u);
}

TEST(Packet, DamageIsRefused) {
    Layers layers;
    EXPECT_EQ(layers.refusal(""), WireErrc::Empty);
    std::string crc = layers.written({kNack}, {.crc = true});
    EXPECT_EQ(layers.refusal(crc.substr(0, 4)), WireErrc::Truncated);
    crc.back() ^= 1;
    EXPECT_EQ(layers.refusal(crc), WireErrc::BadChecksum);
    EXPECT_EQ(layers.refusal("\x07"), WireErrc::Truncated);
    EXPECT_EQ(layers.refusal("\x07\x02\x00\x01"s), WireErrc::Truncated);
}

}  // namespace
}  // namespace weft::gossip
