#include "tests/sim/gossip/wire_style.hpp"

#include <fmt/format.h>

#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::sim {

WireStyle WireStyle::draw(Rng& rng) {
    WireStyle style;
    style.compresses = rng.below(4) == 0;
    style.uses_crc = rng.below(2) == 0;
    if (rng.below(3) == 0) {
        const std::size_t sizes[] = {16, 24, 32};
        style.key.assign(sizes[rng.below(3)], '\0');
        for (char& byte : style.key) byte = static_cast<char>(rng.below(256));
    }
    if (rng.below(8) == 0) style.label = "simulated";
    return style;
}

gossip::Keyring WireStyle::keyring() const {
    gossip::Keyring keyring;
    if (!key.empty()) WEFT_ASSERT(keyring.add(key).has_value());
    return keyring;
}

std::string WireStyle::str() const {
    if (!has_bytes) return "messages";
    return fmt::format("bytes{}{}{}{}", compresses ? "+lzw" : "", uses_crc ? "+crc" : "",
                       key.empty() ? "" : fmt::format("+key{}", key.size() * 8),
                       label.empty() ? "" : "+label");
}

WireCodec::WireCodec(const WireStyle& style, gossip::Keyring& keyring, Rng& rng)
    : style_(style),
      keyring_(keyring),
      rng_(rng),
      packet_config_{.label = style.label},
      stream_config_{.label = style.label},
      reader_(packet_config_, keyring),
      writer_(packet_config_, keyring) {}

gossip::Keyring::Nonce WireCodec::nonce() {
    gossip::Keyring::Nonce nonce{};
    if (keyring_.is_empty()) return nonce;
    for (char& byte : nonce) byte = static_cast<char>(rng_.below(256));
    return nonce;
}

std::string WireCodec::write_datagram(const gossip::Datagram& datagram) {
    std::vector<std::string_view> messages;
    messages.reserve(datagram.messages.size());
    for (const auto& message : datagram.messages) messages.emplace_back(*message);
    std::string bytes;
    writer_.write(bytes, messages,
                  {.crc = datagram.crc && style_.uses_crc && keyring_.is_empty(),
                   .compress = style_.compresses,
                   .nonce = nonce()});
    return bytes;
}

std::string WireCodec::write_stream(std::string_view message, gossip::StreamSide side) {
    std::string bytes;
    gossip::write_stream(bytes, message, stream_config_, keyring_, side,
                         {.compress = style_.compresses, .nonce = nonce()});
    return bytes;
}

std::string meta_of(bool is_weft, std::string_view version, std::size_t bytes) {
    std::string meta;
    const std::string filler(bytes, '.');
    std::vector<std::pair<std::string_view, std::string_view>> tags{{"version", version}};
    if (is_weft) tags.emplace_back("weft", "1");
    if (bytes > 0) tags.emplace_back("filler", filler);
    WEFT_ASSERT(gossip::encode_tags(meta, tags).has_value());
    return meta;
}

void corrupt(std::string& bytes, bool has_key, Rng& rng) {
    if (bytes.empty()) return;
    if (!has_key || rng.below(4) == 0) {
        bytes.resize(rng.below(bytes.size()));
        return;
    }
    for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips) {
        bytes[rng.below(bytes.size())] ^= static_cast<char>(1U << rng.below(8));
    }
}

}  // namespace weft::sim
