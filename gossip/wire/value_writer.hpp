#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gossip/wire/value_reader.hpp"

namespace weft::gossip {

// How a non-negative number of a signed field is written. Peers read both; we write Unsigned.
enum class IntDialect : std::uint8_t {
    Unsigned,  // like any other number: serf up to 0.10.1
    Signed,    // by the signed markers: serf from 0.10.2
};

// Appends values in the dialect that every peer reads: each in its shortest form, texts and bytes
// as raw.
class ValueWriter {
public:
    explicit ValueWriter(std::string& out, IntDialect dialect = IntDialect::Unsigned)
        : out_(out), dialect_(dialect) {}

    void write_nil();
    void write_bool(bool value);
    void write_unsigned(std::uint64_t value);
    void write_signed(std::int64_t value);
    void write_real(double value);
    void write_text(std::string_view text);
    void write_bytes(const Bytes& bytes);
    void write_array(std::size_t count);
    void write_map(std::size_t pairs);

private:
    void put(std::uint8_t byte) { out_.push_back(static_cast<char>(byte)); }
    void put_big_endian(std::uint64_t value, std::size_t bytes);
    void put_count(std::size_t count, std::uint8_t fix, std::size_t fix_end, std::uint8_t wide);

    std::string& out_;
    IntDialect dialect_;
};

}  // namespace weft::gossip
