#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::sim::model {

// The shuffled list that a node probes along, without the list: ten thousand of ten thousand would
// fill the memory. A Feistel network over the next power of four, walked until it falls inside.
class ProbeOrder {
public:
    ProbeOrder() = default;
    ProbeOrder(std::size_t size, std::uint64_t key) : size_(size), key_(key) {
        const auto bits = static_cast<unsigned>(std::bit_width(size > 1 ? size - 1 : 1));
        half_bits_ = (bits + 1) / 2;
    }

    // A permutation of 0 to size - 1.
    std::size_t at(std::size_t index) const {
        std::uint64_t value = index;
        do {
            value = permuted(value);
        } while (value >= size_);
        return value;
    }

private:
    static constexpr std::uint64_t kRounds = 6;

    std::uint64_t permuted(std::uint64_t value) const {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = value >> half_bits_;
        std::uint64_t right = value & mask;
        for (std::uint64_t round = 0; round < kRounds; ++round) {
            const std::uint64_t next = left ^ (mixed(right + (round << 32)) & mask);
            left = right;
            right = next;
        }
        return left << half_bits_ | right;
    }

    // splitmix64 (Steele, Lea, Flood 2014).
    std::uint64_t mixed(std::uint64_t value) const {
        value = (value + key_) * 0x9e3779b97f4a7c15ULL;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
        return value ^ (value >> 31);
    }

    std::size_t size_ = 1;
    std::uint64_t key_ = 0;
    unsigned half_bits_ = 1;
};

}  // namespace weft::sim::model
