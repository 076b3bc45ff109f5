#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::sim {

// A running hash of all that happened in a world: two runs of one seed must end with the same.
class Trace {
public:
    void add(std::string_view bytes);
    void add(std::uint64_t number);

    std::uint64_t hash() const { return hash_; }
    std::string str() const;  // 16 hexadecimal digits

private:
    std::uint64_t hash_ = 0;
};

}  // namespace weft::sim
