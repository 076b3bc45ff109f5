#include "gossip/wire/value_reader.hpp"

#include <bit>

namespace weft::gossip {
namespace {

// Levels of arrays and maps in each other. Real messages have four.
constexpr std::size_t kDepthMax = 32;

constexpr std::uint8_t kNil = 0xc0;
constexpr std::uint8_t kFalse = 0xc2;
constexpr std::uint8_t kTrue = 0xc3;
constexpr std::uint8_t kBin8 = 0xc4;
constexpr std::uint8_t kBin32 = 0xc6;
constexpr std::uint8_t kReal32 = 0xca;
constexpr std::uint8_t kReal64 = 0xcb;
constexpr std::uint8_t kUnsigned8 = 0xcc;
constexpr std::uint8_t kUnsigned64 = 0xcf;
constexpr std::uint8_t kSigned8 = 0xd0;
constexpr std::uint8_t kSigned64 = 0xd3;
constexpr std::uint8_t kString8 = 0xd9;
constexpr std::uint8_t kRaw32 = 0xdb;
constexpr std::uint8_t kArray16 = 0xdc;
constexpr std::uint8_t kArray32 = 0xdd;
constexpr std::uint8_t kMap16 = 0xde;
constexpr std::uint8_t kMap32 = 0xdf;

constexpr bool is_between(std::uint8_t value, std::uint8_t first, std::uint8_t last) {
    return first <= value && value <= last;
}

std::uint64_t sign_extended(std::uint64_t bits, std::size_t bytes) {
    if (bytes == 8) return bits;
    const std::uint64_t sign = std::uint64_t{1} << (bytes * 8 - 1);
    return (bits ^ sign) - sign;
}

}  // namespace

void ValueReader::fail(WireErrc why) {
    if (!failure_) failure_ = why;
    rest_ = {};
}

bool ValueReader::take_nil() {
    if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) != kNil) return false;
    ++steps_;
    rest_.remove_prefix(1);
    return true;
}

std::uint8_t ValueReader::take_marker() {
    return static_cast<std::uint8_t>(take_big_endian(1));
}

std::uint64_t ValueReader::take_big_endian(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char byte : take(bytes)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

std::string_view ValueReader::take(std::uint64_t bytes) {
    ++steps_;
    if (bytes > rest_.size()) {
        fail(WireErrc::Truncated);
        return {};
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
}

ValueReader::Integer ValueReader::read_integer() {
    if (take_nil()) return {};
    const std::uint8_t marker = take_marker();
    if (marker <= 0x7f) return {marker, false};
    if (marker >= 0xe0) return {sign_extended(marker, 1), true};
    if (is_between(marker, kUnsigned8, kUnsigned64)) {
        return {take_big_endian(std::size_t{1} << (marker - kUnsigned8)), false};
    }
    if (is_between(marker, kSigned8, kSigned64)) {
        const std::size_t bytes = std::size_t{1} << (marker - kSigned8);
        const std::uint64_t bits = sign_extended(take_big_endian(bytes), bytes);
        return {bits, static_cast<std::int64_t>(bits) < 0};
    }
    fail(WireErrc::WrongType);
    return {};
}

std::uint64_t ValueReader::read_unsigned(std::uint64_t max) {
    const Integer integer = read_integer();
    if (!integer.negative && integer.bits <= max) return integer.bits;
    fail(WireErrc::OutOfRange);
    return 0;
}

std::int64_t ValueReader::read_signed(std::int64_t min, std::int64_t max) {
    const Integer integer = read_integer();
    const auto value = static_cast<std::int64_t>(integer.bits);
    const bool fits = integer.negative == (value < 0);
    if (fits && min <= value && value <= max) return value;
    fail(WireErrc::OutOfRange);
    return 0;
}

bool ValueReader::read_bool() {
    if (take_nil()) return false;
    const std::uint8_t marker = take_marker();
    if (marker == kTrue || marker == 1) return true;
    if (marker != kFalse && marker != 0) fail(WireErrc::WrongType);
    return false;
}

double ValueReader::read_real() {
    if (rest_.empty()) {
        fail(WireErrc::Truncated);
        return 0;
    }
    const auto marker = static_cast<std::uint8_t>(rest_.front());
    if (marker == kReal64 || marker == kReal32) {
        take_marker();
        if (marker == kReal64) return std::bit_cast<double>(take_big_endian(8));
        return std::bit_cast<float>(static_cast<std::uint32_t>(take_big_endian(4)));
    }
    const Integer integer = read_integer();
    if (integer.negative) return static_cast<double>(static_cast<std::int64_t>(integer.bits));
    return static_cast<double>(integer.bits);
}

Bytes ValueReader::read_raw() {
    if (take_nil()) return std::nullopt;
    const std::uint8_t marker = take_marker();
    if (is_between(marker, 0xa0, 0xbf)) return take(marker & 0x1f);
    if (is_between(marker, kString8, kRaw32)) {
        return take(take_big_endian(std::size_t{1} << (marker - kString8)));
    }
    if (is_between(marker, kBin8, kBin32)) {
        return take(take_big_endian(std::size_t{1} << (marker - kBin8)));
    }
    fail(WireErrc::WrongType);
    return std::nullopt;
}

std::string_view ValueReader::read_text() {
    return read_raw().value_or(std::string_view());
}

Bytes ValueReader::read_bytes() {
    return read_raw();
}

std::optional<std::uint32_t> ValueReader::read_count(std::uint8_t fix, std::uint8_t wide,
                                                     std::uint32_t values_each) {
    if (take_nil()) return std::nullopt;
    const std::uint8_t marker = take_marker();
    std::uint64_t count = 0;
    if (is_between(marker, fix, fix + 0x0f)) {
        count = marker & 0x0f;
    } else if (marker == wide || marker == wide + 1) {
        count = take_big_endian(marker == wide ? 2 : 4);
    } else {
        fail(WireErrc::WrongType);
    }
    if (count * values_each > rest_.size()) fail(WireErrc::Truncated);
    if (failed()) return std::nullopt;
    return static_cast<std::uint32_t>(count);
}

std::optional<std::uint32_t> ValueReader::read_array() {
    return read_count(0x90, kArray16, 1);
}

std::optional<std::uint32_t> ValueReader::read_map() {
    return read_count(0x80, kMap16, 2);
}

// The number of values that the one just passed announces inside itself.
std::uint64_t ValueReader::skip_one() {
    if (rest_.empty()) {
        fail(WireErrc::Truncated);
        return 0;
    }
    const auto marker = static_cast<std::uint8_t>(rest_.front());
    if (is_between(marker, 0x90, 0x9f) || is_between(marker, kArray16, kArray32)) {
        return read_array().value_or(0);
    }
    if (is_between(marker, 0x80, 0x8f) || is_between(marker, kMap16, kMap32)) {
        return std::uint64_t{2} * read_map().value_or(0);
    }
    if (marker == kFalse || marker == kTrue) {
        take_marker();
    } else if (marker == kReal32 || marker == kReal64) {
        read_real();
    } else if (is_between(marker, 0xa0, 0xbf) || is_between(marker, kString8, kRaw32) ||
               is_between(marker, kBin8, kBin32)) {
        read_raw();
    } else {
        read_integer();
    }
    return 0;
}

std::string_view ValueReader::skip() {
    const std::string_view before = rest_;
    std::uint64_t open[kDepthMax + 1] = {1};  // values still to come, by level
    std::size_t level = 0;
    while (!failed()) {
        if (open[level] == 0) {
            if (level == 0) return before.substr(0, before.size() - rest_.size());
            --level;
            continue;
        }
        --open[level];
        const std::uint64_t inside = skip_one();
        if (inside == 0) continue;
        if (level == kDepthMax) {
            fail(WireErrc::TooDeep);
        } else {
            open[++level] = inside;
        }
    }
    return {};
}

}  // namespace weft::gossip
