#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/shared_text.hpp"

namespace weft::agent {

// Reads msgpack value by value from bytes that nobody vouches for. A value of the wrong kind or a
// cut-off one makes it fail for good: every later read gives an empty value, so that callers check
// failed() once, at the end. Allocates nothing and never recurses, whatever the bytes claim.
class MsgpackReader {
public:
    explicit MsgpackReader(std::string_view bytes) : rest_(bytes) {}

    bool failed() const { return failed_; }
    bool at_end() const { return rest_.empty(); }
    void fail() {
        failed_ = true;
        rest_ = {};
    }

    // Number of elements that follow. Never more than bytes are left, since each needs one.
    std::uint32_t read_array();
    std::uint32_t read_map();  // number of pairs
    std::string_view read_text();
    bool read_bool();
    std::uint64_t read_unsigned();
    std::int64_t read_signed();
    std::int32_t read_int32();
    void skip();  // one value of any kind with all that is in it

private:
    std::uint64_t take(std::size_t size);  // big-endian
    std::string_view take_bytes(std::uint64_t size);
    std::uint8_t peek() const {
        return rest_.empty() ? 0 : static_cast<std::uint8_t>(rest_.front());
    }
    std::uint32_t checked_count(std::uint64_t count, std::uint64_t values_each);
    std::uint64_t skip_one();

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace weft::agent
