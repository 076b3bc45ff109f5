#pragma once

#include <cstdint>
#include <string_view>

namespace weft::gossip {

// The finalizer of murmur3: each bit of the result depends on all of the value.
constexpr std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
    return value ^ (value >> 33);
}

// FNV-1a, mixed. Agents compare these with each other (ProbeSchedule, StateDigest): another
// function would be another protocol.
constexpr std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return mixed(hash);
}

// Of several, in that order.
template <class... Values>
constexpr std::uint64_t hash_of(std::uint64_t first, Values... rest) {
    std::uint64_t hash = mixed(first);
    ((hash = mixed(hash * 31 + static_cast<std::uint64_t>(rest))), ...);
    return hash;
}

}  // namespace weft::gossip
