#include "agent/base/uuid.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>

#include "agent/base/assert.hpp"

namespace weft {

namespace {

using Bytes = std::array<unsigned char, 16>;

std::string text_of(Bytes bytes, unsigned version) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | (version << 4));
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
        fmt::format_to(std::back_inserter(out), "{:02x}", bytes[i]);
    }
    return out;
}

}  // namespace

std::string random_uuid() {
    Bytes bytes;
    WEFT_ASSERT(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return text_of(bytes, 4);
}

std::string uuid_of_name(std::string_view name) {
    Bytes bytes;
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t hash = 0xcbf29ce484222325 + half;  // FNV-1a
        for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        for (std::size_t i = 0; i < 8; ++i)
            bytes[half * 8 + i] = static_cast<unsigned char>(hash >> (8 * i));
    }
    return text_of(bytes, 8);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

}  // namespace weft
