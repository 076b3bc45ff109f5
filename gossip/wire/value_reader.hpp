#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gossip/wire/errc.hpp"

namespace weft::gossip {

// A byte string as peers tell them apart: none (nil on the wire) or one, which may be empty.
using Bytes = std::optional<std::string_view>;

// Reads the MessagePack dialect of Serf's peers value by value, from bytes that nobody vouches for
// (protocols: MessagePack before its string types, with what newer peers are known to send). Rules:
// nil stands for the zero of any field; any integer marker does for a number that fits; raw, str
// and bin do for text and bytes alike.
//
// What does not fit makes it fail for good: every later read gives a zero, so that callers look at
// failure() once, at the end. Allocates nothing; what it returns points into the bytes.
class ValueReader {
public:
    explicit ValueReader(std::string_view bytes) : rest_(bytes) {}

    std::optional<WireErrc> failure() const { return failure_; }
    bool failed() const { return failure_.has_value(); }
    void fail(WireErrc why);

    // What was not read yet.
    std::string_view rest() const { return rest_; }
    // What reading cost so far: one or two for each value, however long its text.
    std::size_t steps() const { return steps_; }

    // Whether the next value is nil, which is then behind us.
    bool take_nil();

    std::uint64_t read_unsigned(std::uint64_t max);
    std::int64_t read_signed(std::int64_t min, std::int64_t max);
    bool read_bool();
    double read_real();
    std::string_view read_text();
    Bytes read_bytes();
    // nullopt for nil. Never more than bytes are left, since each element needs one.
    std::optional<std::uint32_t> read_array();
    std::optional<std::uint32_t> read_map();  // number of pairs

    // One value of any kind with all that is in it, as its bytes.
    std::string_view skip();

private:
    struct Integer {
        std::uint64_t bits = 0;  // two's complement when negative
        bool negative = false;
    };

    std::uint8_t take_marker();
    std::uint64_t take_big_endian(std::size_t bytes);
    std::string_view take(std::uint64_t bytes);
    Integer read_integer();
    Bytes read_raw();
    std::optional<std::uint32_t> read_count(std::uint8_t fix, std::uint8_t wide,
                                            std::uint32_t values_each);
    std::uint64_t skip_one();

    std::string_view rest_;
    std::size_t steps_ = 0;
    std::optional<WireErrc> failure_;
};

}  // namespace weft::gossip
