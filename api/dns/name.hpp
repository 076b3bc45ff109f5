#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::api {

inline constexpr std::size_t kMaxDnsNameBytes = 255;
inline constexpr std::size_t kMaxDnsLabelBytes = 63;

// ASCII only, as RFC 4343 compares names.
constexpr std::uint8_t dns_lower(std::uint8_t c) {
    return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + ('a' - 'A')) : c;
}

// A domain name in wire form: labels, each behind its length, and the root's zero byte. A value
// without pointers into anything, so that parsing a query needs no allocation. Case is kept as
// given.
class DnsName {
public:
    DnsName() { bytes_[0] = 0; }

    // "a.b" and "a.b." alike; "" and "." are the root. Nothing for labels or names that do not fit
    // (RFC 1035, 2.3.4).
    static std::optional<DnsName> from_text(std::string_view text);
    // The bytes must be a whole, uncompressed name.
    static std::optional<DnsName> from_wire(std::span<const std::uint8_t> wire);

    std::span<const std::uint8_t> wire() const { return {bytes_.data(), size_}; }
    std::string_view key() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }
    std::size_t size() const { return size_; }
    std::size_t label_count() const;

    DnsName lower() const;
    std::string str() const;  // with the final dot

    // Without regard to case.
    bool same_as(const DnsName& other) const;
    bool is_below_or_at(const DnsName& zone) const;
    // The labels in front of zone; the name must be below or at it.
    DnsName without(const DnsName& zone) const;

    bool operator==(const DnsName& other) const { return key() == other.key(); }

private:
    friend class NameReader;

    std::array<std::uint8_t, kMaxDnsNameBytes> bytes_;
    std::uint8_t size_ = 1;
};

// Reads names out of a message, following compression pointers, which may only point backwards.
class NameReader {
public:
    explicit NameReader(std::span<const std::uint8_t> message) : message_(message) {}

    // Moves at behind the name. Nothing when the name is broken, too long or runs out of the
    // message.
    std::optional<DnsName> read(std::size_t& at) const;
    bool skip(std::size_t& at) const;

private:
    std::span<const std::uint8_t> message_;
};

}  // namespace weft::api
