#include "gossip/wire/packet.hpp"

#include <zlib.h>

#include <cstdint>

#include "agent/base/assert.hpp"
#include "gossip/wire/compressed.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {
namespace {

// Compounds and compressed layers in each other. Real agents make two.
constexpr int kWrappingsMax = 4;
constexpr std::size_t kExpansionsMax = 16;
constexpr std::size_t kCrcHeadBytes = 5;

bool is_of(std::string_view bytes, MessageType type) {
    return !bytes.empty() && static_cast<MessageType>(bytes.front()) == type;
}

std::uint32_t crc_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

void append_big_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void append_compound(std::string& out, std::span<const std::string_view> parts) {
    append_type(out, MessageType::Compound);
    out.push_back(static_cast<char>(parts.size()));
    for (const std::string_view part : parts) {
        append_big_endian(out, static_cast<std::uint32_t>(part.size()), 2);
    }
    for (const std::string_view part : parts) out.append(part);
}

}  // namespace

void append_label(std::string& out, std::string_view label) {
    if (label.empty()) return;
    append_type(out, MessageType::Label);
    out.push_back(static_cast<char>(label.size()));
    out.append(label);
}

Result<Packet> PacketReader::read(std::string_view datagram) {
    messages_.clear();
    layers_ = {};
    parts_dropped_ = 0;
    expanded_count_ = 0;
    expanded_bytes_ = 0;
    WEFT_TRY(const auto unlabelled, without_label(datagram));
    WEFT_TRY(const auto plain, decrypted(unlabelled));
    WEFT_TRY(const auto checked, without_crc(plain));
    WEFT_TRY(collect(checked, 0));
    return Packet{messages_, layers_, parts_dropped_};
}

Result<std::string_view> PacketReader::without_label(std::string_view datagram) const {
    std::string_view label;
    if (is_of(datagram, MessageType::Label)) {
        if (datagram.size() < 2) return make_error(WireErrc::Truncated);
        const std::size_t size = static_cast<std::uint8_t>(datagram[1]);
        if (size == 0 || datagram.size() < 2 + size) return make_error(WireErrc::Truncated);
        label = datagram.substr(2, size);
        datagram.remove_prefix(2 + size);
    }
    if (label != config_.label) return make_error(WireErrc::WrongLabel);
    return datagram;
}

Result<std::string_view> PacketReader::decrypted(std::string_view bytes) {
    if (keyring_.is_empty()) return bytes;
    plain_.clear();
    const auto opened = keyring_.open(plain_, bytes, config_.label);
    if (opened) {
        layers_.encrypted = true;
        return plain_;
    }
    if (config_.accepts_plain) return bytes;
    // Not a version but the type of a message: it comes from an agent without a key.
    if (opened.error().code == WireErrc::UnknownType) return make_error(WireErrc::Undecryptable);
    return opened.error();
}

Result<std::string_view> PacketReader::without_crc(std::string_view bytes) {
    if (!is_of(bytes, MessageType::Crc)) return bytes;
    if (bytes.size() < kCrcHeadBytes) return make_error(WireErrc::Truncated);
    const std::uint32_t said = big_endian(bytes.substr(1, 4));
    bytes.remove_prefix(kCrcHeadBytes);
    if (crc_of(bytes) != said) return make_error(WireErrc::BadChecksum);
    layers_.crc = true;
    return bytes;
}

Result<void> PacketReader::collect(std::string_view bytes, int depth) {
    if (bytes.empty()) return make_error(WireErrc::Empty);
    if (is_of(bytes, MessageType::Compound)) return collect_parts(bytes, depth);
    if (is_of(bytes, MessageType::Compress)) return collect_compressed(bytes, depth);
    if (messages_.size() >= config_.messages_max) return make_error(WireErrc::TooLarge);
    messages_.push_back(bytes);
    return success();
}

// One part that cannot be read does not cost the others.
Result<void> PacketReader::collect_parts(std::string_view bytes, int depth) {
    if (depth >= kWrappingsMax) return make_error(WireErrc::TooDeep);
    if (bytes.size() < 2) return make_error(WireErrc::Truncated);
    const std::size_t count = static_cast<std::uint8_t>(bytes[1]);
    if (bytes.size() < 2 + 2 * count) return make_error(WireErrc::Truncated);
    layers_.compound = true;
    const std::string_view sizes = bytes.substr(2, 2 * count);
    std::string_view rest = bytes.substr(2 + 2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t size = big_endian(sizes.substr(2 * i, 2));
        if (size > rest.size()) {
            parts_dropped_ += count - i;
            break;
        }
        if (!collect(rest.substr(0, size), depth + 1)) ++parts_dropped_;
        rest.remove_prefix(size);
    }
    return success();
}

Result<void> PacketReader::collect_compressed(std::string_view bytes, int depth) {
    if (depth >= kWrappingsMax) return make_error(WireErrc::TooDeep);
    if (expanded_count_ >= kExpansionsMax) return make_error(WireErrc::TooLarge);
    if (expanded_.size() == expanded_count_) expanded_.emplace_back();
    std::string& expanded = expanded_[expanded_count_++];
    expanded.clear();
    WEFT_TRY(expand_compressed(expanded, bytes, config_.expanded_bytes_max - expanded_bytes_));
    expanded_bytes_ += expanded.size();
    layers_.compressed = true;
    return collect(expanded, depth + 1);
}

void PacketWriter::write(std::string& out, std::span<const std::string_view> messages,
                         const Options& options) {
    WEFT_ASSERT(!messages.empty() && messages.size() <= kPartsMax);
    inner_.clear();
    if (messages.size() == 1) {
        inner_.append(messages.front());
    } else {
        append_compound(inner_, messages);
    }
    if (options.compress) {
        outer_.clear();
        append_compressed(outer_, inner_);
        if (outer_.size() < inner_.size()) inner_.swap(outer_);
    }
    if (options.crc) {
        outer_.clear();
        append_type(outer_, MessageType::Crc);
        append_big_endian(outer_, crc_of(inner_), 4);
        outer_.append(inner_);
        inner_.swap(outer_);
    }
    append_label(out, config_.label);
    if (keyring_.is_empty()) {
        out.append(inner_);
    } else {
        keyring_.seal(out, inner_, config_.label, options.nonce);
    }
}

}  // namespace weft::gossip
