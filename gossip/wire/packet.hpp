#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/wire/keyring.hpp"

// Datagrams: messages in their layers (protocols: datagram pipeline). From the inside out:
// compound, compress, crc, encryption, label; each but the messages may be absent.
namespace weft::gossip {

struct PacketConfig {
    std::string label;  // up to 255 bytes; what has another one is not ours
    // Also takes what is not encrypted, while a ring changes over. Without keys nothing else is.
    bool accepts_plain = false;
    // Of one datagram, compressed layers expanded.
    std::size_t expanded_bytes_max = std::size_t{64} << 10;
    std::size_t messages_max = 255;  // what one compound holds; nobody sends two
};

struct PacketLayers {
    bool encrypted = false;
    bool crc = false;
    bool compressed = false;
    bool compound = false;
};

struct Packet {
    std::span<const std::string_view> messages;  // a type and its body each, without layers
    PacketLayers layers;
    std::size_t parts_dropped = 0;  // of compounds: cut off, damaged or too many
};

// Takes datagrams apart. Keeps its memory from one to the next.
class PacketReader {
public:
    // Both outlive it. An empty keyring: nothing is encrypted.
    PacketReader(const PacketConfig& config, Keyring& keyring)
        : config_(config), keyring_(keyring) {}

    // Holds until the next call, and as long as the datagram. Errors are of WireErrc.
    Result<Packet> read(std::string_view datagram);

private:
    Result<std::string_view> without_label(std::string_view datagram) const;
    Result<std::string_view> decrypted(std::string_view bytes);
    Result<std::string_view> without_crc(std::string_view bytes);
    Result<void> collect(std::string_view bytes, int depth);
    Result<void> collect_parts(std::string_view bytes, int depth);
    Result<void> collect_compressed(std::string_view bytes, int depth);

    const PacketConfig& config_;
    Keyring& keyring_;
    std::string plain_;
    std::deque<std::string> expanded_;  // the first few are of this datagram
    std::size_t expanded_count_ = 0;
    std::size_t expanded_bytes_ = 0;
    std::vector<std::string_view> messages_;
    PacketLayers layers_;
    std::size_t parts_dropped_ = 0;
};

// Puts datagrams together. Keeps its memory from one to the next.
class PacketWriter {
public:
    static constexpr std::size_t kPartsMax = 255;

    struct Options {
        bool crc = false;        // for receivers that are known to take it; of no use with keys
        bool compress = false;   // where that makes it smaller
        Keyring::Nonce nonce{};  // random; used when there is a key
    };

    // As for PacketReader.
    PacketWriter(const PacketConfig& config, Keyring& keyring)
        : config_(config), keyring_(keyring) {}

    // Appends a datagram of 1 to kPartsMax messages, none beyond 65,535 bytes.
    void write(std::string& out, std::span<const std::string_view> messages,
               const Options& options);

private:
    const PacketConfig& config_;
    Keyring& keyring_;
    std::string inner_;
    std::string outer_;
};

// The head of labelled datagrams and streams; nothing without a label.
void append_label(std::string& out, std::string_view label);

}  // namespace weft::gossip
