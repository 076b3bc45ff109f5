#include "agent/base/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace weft {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(bytes.size() - i, 3);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= left ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

Result<std::string> go_base64(std::string_view text) {
    const auto illegal = [](std::size_t at) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("illegal base64 data at input byte {}", at));
    };
    std::string out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t digits = 0;   // of the group of four under way
    std::size_t padding = 0;  // at its end
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\r' || c == '\n') continue;
        if (c == '=') {
            if (digits < 2 || digits + padding >= 4) return illegal(at);
            ++padding;
            continue;
        }
        const std::size_t value = kDigits.find(c);
        if (value == kDigits.npos || padding > 0) return illegal(at);
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (++digits < 4) continue;
        for (const int shift : {16, 8, 0}) out.push_back(static_cast<char>(bits >> shift & 0xff));
        bits = 0;
        digits = 0;
    }
    if (digits == 0) return out;
    if (digits + padding != 4) return illegal(text.size());
    bits <<= 6 * (4 - digits);
    out.push_back(static_cast<char>(bits >> 16 & 0xff));
    if (digits == 3) out.push_back(static_cast<char>(bits >> 8 & 0xff));
    return out;
}

}  // namespace weft
