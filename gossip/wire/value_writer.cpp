#include "gossip/wire/value_writer.hpp"

#include <bit>
#include <limits>

namespace weft::gossip {

void ValueWriter::put_big_endian(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) put(static_cast<std::uint8_t>(value >> (8 * i)));
}

void ValueWriter::write_nil() {
    put(0xc0);
}

void ValueWriter::write_bool(bool value) {
    put(value ? 0xc3 : 0xc2);
}

void ValueWriter::write_unsigned(std::uint64_t value) {
    if (value < 0x80) return put(static_cast<std::uint8_t>(value));
    std::uint8_t marker = 0xcc;
    std::size_t bytes = 1;
    while (bytes < 8 && value >> (8 * bytes) != 0) {
        bytes *= 2;
        ++marker;
    }
    put(marker);
    put_big_endian(value, bytes);
}

void ValueWriter::write_signed(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0 && dialect_ == IntDialect::Unsigned) return write_unsigned(bits);
    if (-32 <= value && value <= 127) return put(static_cast<std::uint8_t>(bits));
    std::uint8_t marker = 0xd0;
    std::size_t bytes = 1;
    const auto fits = [&] {
        const std::int64_t bound = std::int64_t{1} << (8 * bytes - 1);
        return -bound <= value && value < bound;
    };
    while (bytes < 8 && !fits()) {
        bytes *= 2;
        ++marker;
    }
    put(marker);
    put_big_endian(bits, bytes);
}

void ValueWriter::write_real(double value) {
    put(0xcb);
    put_big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

// wide: the marker with a 16-bit count; the next one has 32 bits.
void ValueWriter::put_count(std::size_t count, std::uint8_t fix, std::size_t fix_end,
                            std::uint8_t wide) {
    if (count < fix_end) return put(static_cast<std::uint8_t>(fix | count));
    const bool is_short = count <= std::numeric_limits<std::uint16_t>::max();
    put(is_short ? wide : static_cast<std::uint8_t>(wide + 1));
    put_big_endian(count, is_short ? 2 : 4);
}

void ValueWriter::write_text(std::string_view text) {
    put_count(text.size(), 0xa0, 32, 0xda);
    out_.append(text);
}

void ValueWriter::write_bytes(const Bytes& bytes) {
    bytes ? write_text(*bytes) : write_nil();
}

void ValueWriter::write_array(std::size_t count) {
    put_count(count, 0x90, 16, 0xdc);
}

void ValueWriter::write_map(std::size_t pairs) {
    put_count(pairs, 0x80, 16, 0xde);
}

}  // namespace weft::gossip
