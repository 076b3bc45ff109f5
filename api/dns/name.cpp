#include "api/dns/name.hpp"

#include <algorithm>
#include <cstring>

namespace weft::api {

std::optional<DnsName> DnsName::from_text(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    DnsName name;
    std::size_t at = 0;
    while (!text.empty()) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        // One byte for the length and one for the root must still fit.
        if (label.empty() || label.size() > kMaxDnsLabelBytes ||
            at + label.size() + 2 > kMaxDnsNameBytes)
            return std::nullopt;
        name.bytes_[at++] = static_cast<std::uint8_t>(label.size());
        std::memcpy(name.bytes_.data() + at, label.data(), label.size());
        at += label.size();
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
        if (text.empty()) return std::nullopt;
    }
    name.bytes_[at++] = 0;
    name.size_ = static_cast<std::uint8_t>(at);
    return name;
}

std::optional<DnsName> DnsName::from_wire(std::span<const std::uint8_t> wire) {
    std::size_t at = 0;
    const auto name = NameReader(wire).read(at);
    if (!name || at != wire.size()) return std::nullopt;
    return name;
}

std::size_t DnsName::label_count() const {
    std::size_t count = 0;
    for (std::size_t at = 0; bytes_[at] != 0; at += bytes_[at] + 1u) ++count;
    return count;
}

DnsName DnsName::lower() const {
    // Lengths are below 'A', so they may be folded along with the letters.
    static_assert(kMaxDnsLabelBytes < 'A');
    DnsName lowered;
    std::transform(bytes_.begin(), bytes_.begin() + size_, lowered.bytes_.begin(), dns_lower);
    lowered.size_ = size_;
    return lowered;
}

std::string DnsName::str() const {
    std::string text;
    for (std::size_t at = 0; bytes_[at] != 0; at += bytes_[at] + 1u) {
        text.append(reinterpret_cast<const char*>(bytes_.data()) + at + 1, bytes_[at]);
        text += '.';
    }
    return text.empty() ? "." : text;
}

bool DnsName::same_as(const DnsName& other) const {
    return std::equal(bytes_.begin(), bytes_.begin() + size_, other.bytes_.begin(),
                      other.bytes_.begin() + other.size_,
                      [](std::uint8_t a, std::uint8_t b) { return dns_lower(a) == dns_lower(b); });
}

bool DnsName::is_below_or_at(const DnsName& zone) const {
    if (zone.size_ > size_) return false;
    const std::size_t start = static_cast<std::size_t>(size_ - zone.size_);
    // The suffix must begin at a label: its bytes could also be the tail of one.
    std::size_t at = 0;
    while (at < start) at += bytes_[at] + 1u;
    return at == start &&
           std::equal(bytes_.begin() + static_cast<std::ptrdiff_t>(start), bytes_.begin() + size_,
                      zone.bytes_.begin(),
                      [](std::uint8_t a, std::uint8_t b) { return dns_lower(a) == dns_lower(b); });
}

DnsName DnsName::without(const DnsName& zone) const {
    DnsName rest;
    const std::size_t length = static_cast<std::size_t>(size_ - zone.size_);
    std::memcpy(rest.bytes_.data(), bytes_.data(), length);
    rest.bytes_[length] = 0;
    rest.size_ = static_cast<std::uint8_t>(length + 1);
    return rest;
}

std::optional<DnsName> NameReader::read(std::size_t& at) const {
    DnsName name;
    std::size_t written = 0;
    std::size_t position = at;
    std::size_t after = 0;  // where the caller goes on, once a pointer was followed
    while (true) {
        if (position >= message_.size()) return std::nullopt;
        const std::uint8_t length = message_[position];
        if ((length & 0xC0) == 0xC0) {
            if (position + 1 >= message_.size()) return std::nullopt;
            const std::size_t target =
                static_cast<std::size_t>((length & 0x3F) << 8 | message_[position + 1]);
            // Each jump goes strictly backwards, so that no chain of them can be a loop.
            if (target >= position) return std::nullopt;
            if (after == 0) after = position + 2;
            position = target;
            continue;
        }
        if (length > kMaxDnsLabelBytes || position + 1u + length > message_.size() ||
            written + 1u + length > kMaxDnsNameBytes)
            return std::nullopt;
        std::memcpy(name.bytes_.data() + written, message_.data() + position, length + 1u);
        written += length + 1u;
        position += length + 1u;
        if (length == 0) break;
    }
    name.size_ = static_cast<std::uint8_t>(written);
    at = after != 0 ? after : position;
    return name;
}

bool NameReader::skip(std::size_t& at) const {
    while (at < message_.size()) {
        const std::uint8_t length = message_[at];
        if ((length & 0xC0) == 0xC0) {
            at += 2;
            return at <= message_.size();
        }
        if (length > kMaxDnsLabelBytes) return false;
        at += length + 1u;
        if (length == 0) return at <= message_.size();
    }
    return false;
}

}  // namespace weft::api
