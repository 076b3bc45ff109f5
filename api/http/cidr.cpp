#include "api/http/cidr.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace weft::api {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpAddress unmapped(const IpAddress& address) {
    auto bytes = address.bytes();
    if (address.is_v4() || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin()))
        return address;
    return IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

}  // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
    auto slash = text.find('/');
    auto refused = [&] {
        return make_error(Errc::InvalidArgument,
                          "\"" + std::string(text) + "\" is no network: write it as 10.0.0.0/8");
    };
    if (slash == std::string_view::npos) return refused();
    auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return refused();
    std::string_view bits = text.substr(slash + 1);
    unsigned prefix_bits = 0;
    auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix_bits);
    if (error != std::errc{} || end != bits.data() + bits.size() ||
        prefix_bits > address->bytes().size() * 8) {
        return refused();
    }
    Cidr cidr;
    cidr.network_ = *address;
    cidr.prefix_bits_ = prefix_bits;
    return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
    IpAddress plain = network_.is_v4() ? unmapped(address) : address;
    auto bytes = plain.bytes();
    auto network = network_.bytes();
    if (bytes.size() != network.size()) return false;
    unsigned whole = prefix_bits_ / 8;
    if (!std::equal(bytes.begin(), bytes.begin() + whole, network.begin())) return false;
    unsigned rest = prefix_bits_ % 8;
    if (rest == 0) return true;
    auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
    return (bytes[whole] & mask) == (network[whole] & mask);
}

}  // namespace weft::api
