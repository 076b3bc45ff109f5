#include "agent/catalog/msgpack_reader.hpp"

#include <limits>

namespace weft::agent {
namespace {

// First bytes of values; https://github.com/msgpack/msgpack/blob/master/spec.md
enum Mark : std::uint8_t {
    kNil = 0xc0,
    kFalse = 0xc2,
    kTrue = 0xc3,
    kBin8 = 0xc4,
    kBin32 = 0xc6,
    kExt8 = 0xc7,
    kExt32 = 0xc9,
    kFloat32 = 0xca,
    kFloat64 = 0xcb,
    kUint8 = 0xcc,
    kUint64 = 0xcf,
    kInt8 = 0xd0,
    kInt64 = 0xd3,
    kFixExt1 = 0xd4,
    kFixExt16 = 0xd8,
    kStr8 = 0xd9,
    kStr32 = 0xdb,
    kArray16 = 0xdc,
    kArray32 = 0xdd,
    kMap16 = 0xde,
    kMap32 = 0xdf,
};

bool is_fix_positive(std::uint8_t mark) {
    return mark <= 0x7f;
}
bool is_fix_negative(std::uint8_t mark) {
    return mark >= 0xe0;
}
bool is_fix_map(std::uint8_t mark) {
    return mark >= 0x80 && mark <= 0x8f;
}
bool is_fix_array(std::uint8_t mark) {
    return mark >= 0x90 && mark <= 0x9f;
}
bool is_fix_text(std::uint8_t mark) {
    return mark >= 0xa0 && mark <= 0xbf;
}
bool is_between(std::uint8_t mark, Mark first, Mark last) {
    return mark >= first && mark <= last;
}

std::size_t width(std::uint8_t mark, Mark first, std::size_t first_width) {
    return first_width << (mark - first);
}

// The low bytes of a value of that width, with their sign.
std::int64_t sign_extend(std::uint64_t value, std::size_t bytes) {
    const unsigned unused = static_cast<unsigned>(64 - 8 * bytes);
    return static_cast<std::int64_t>(value << unused) >> unused;
}

}  // namespace

std::uint64_t MsgpackReader::take(std::size_t size) {
    std::uint64_t value = 0;
    for (const char byte : take_bytes(size)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

std::string_view MsgpackReader::take_bytes(std::uint64_t size) {
    if (failed_ || size > rest_.size()) {
        fail();
        return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

std::uint32_t MsgpackReader::checked_count(std::uint64_t count, std::uint64_t values_each) {
    if (failed_ || count * values_each > rest_.size()) {
        fail();
        return 0;
    }
    return static_cast<std::uint32_t>(count);
}

std::uint32_t MsgpackReader::read_array() {
    const auto mark = static_cast<std::uint8_t>(take(1));
    if (failed_) return 0;
    if (is_fix_array(mark)) return checked_count(mark & 0x0fU, 1);
    if (is_between(mark, kArray16, kArray32))
        return checked_count(take(width(mark, kArray16, 2)), 1);
    fail();
    return 0;
}

std::uint32_t MsgpackReader::read_map() {
    const auto mark = static_cast<std::uint8_t>(take(1));
    if (failed_) return 0;
    if (is_fix_map(mark)) return checked_count(mark & 0x0fU, 2);
    if (is_between(mark, kMap16, kMap32)) return checked_count(take(width(mark, kMap16, 2)), 2);
    fail();
    return 0;
}

std::string_view MsgpackReader::read_text() {
    const auto mark = static_cast<std::uint8_t>(take(1));
    if (failed_) return {};
    if (is_fix_text(mark)) return take_bytes(mark & 0x1fU);
    if (is_between(mark, kStr8, kStr32)) return take_bytes(take(width(mark, kStr8, 1)));
    fail();
    return {};
}

bool MsgpackReader::read_bool() {
    const auto mark = static_cast<std::uint8_t>(take(1));
    if (mark != kTrue && mark != kFalse) fail();
    return mark == kTrue && !failed_;
}

std::uint64_t MsgpackReader::read_unsigned() {
    const std::uint8_t mark = peek();
    if (is_between(mark, kUint8, kUint64)) {
        take(1);
        return take(width(mark, kUint8, 1));
    }
    const std::int64_t value = read_signed();
    if (value < 0) fail();
    return failed_ ? 0 : static_cast<std::uint64_t>(value);
}

std::int64_t MsgpackReader::read_signed() {
    const auto mark = static_cast<std::uint8_t>(take(1));
    if (failed_) return 0;
    if (is_fix_positive(mark)) return mark;
    if (is_fix_negative(mark)) return static_cast<std::int8_t>(mark);
    if (is_between(mark, kInt8, kInt64)) {
        const std::size_t bytes = width(mark, kInt8, 1);
        return sign_extend(take(bytes), bytes);
    }
    if (is_between(mark, kUint8, kUint64)) {
        const std::uint64_t value = take(width(mark, kUint8, 1));
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return static_cast<std::int64_t>(value);
        }
    }
    fail();
    return 0;
}

std::int32_t MsgpackReader::read_int32() {
    const std::int64_t value = read_signed();
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
        fail();
        return 0;
    }
    return static_cast<std::int32_t>(value);
}

void MsgpackReader::skip() {
    // Each value takes at least one byte, so what is outstanding stays below the size of the input
    // or fails.
    for (std::uint64_t outstanding = 1; outstanding > 0 && !failed_; --outstanding) {
        outstanding += skip_one();
        if (outstanding - 1 > rest_.size()) fail();
    }
}

// Skips one value, or the head of a container; returns how many values that one holds.
std::uint64_t MsgpackReader::skip_one() {
    const std::uint8_t mark = peek();
    if (is_fix_array(mark) || is_between(mark, kArray16, kArray32)) return read_array();
    if (is_fix_map(mark) || is_between(mark, kMap16, kMap32)) return 2 * std::uint64_t{read_map()};
    take(1);
    if (is_fix_text(mark)) {
        take_bytes(mark & 0x1fU);
    } else if (is_between(mark, kStr8, kStr32)) {
        take_bytes(take(width(mark, kStr8, 1)));
    } else if (is_between(mark, kBin8, kBin32)) {
        take_bytes(take(width(mark, kBin8, 1)));
    } else if (is_between(mark, kExt8, kExt32)) {
        take_bytes(1 + take(width(mark, kExt8, 1)));
    } else if (is_between(mark, kFixExt1, kFixExt16)) {
        take_bytes(1 + width(mark, kFixExt1, 1));
    } else if (is_between(mark, kUint8, kUint64)) {
        take_bytes(width(mark, kUint8, 1));
    } else if (is_between(mark, kInt8, kInt64)) {
        take_bytes(width(mark, kInt8, 1));
    } else if (mark == kFloat32 || mark == kFloat64) {
        take_bytes(mark == kFloat32 ? 4 : 8);
    } else if (mark == 0xc1) {
        fail();  // never used
    }
    return 0;
}

}  // namespace weft::agent
