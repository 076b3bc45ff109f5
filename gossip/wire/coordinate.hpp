#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

// Vivaldi coordinates as acks carry them (protocols: network coordinates).
namespace weft::gossip {

inline constexpr std::size_t kCoordinateDimensions = 8;

// In seconds, but for the error, which has no unit. Any value may come from a peer, NaN too.
struct Coordinate {
    double adjustment = 0;
    double error = 0;
    double height = 0;
    std::array<double, kCoordinateDimensions> vector{};

    friend bool operator==(const Coordinate&, const Coordinate&) = default;
};

// payload: of an ack. Errors are of WireErrc: UnknownType for payloads of another version,
// OutOfRange for other dimensions.
Result<Coordinate> decode_coordinate(std::string_view payload);

// Appends the payload.
void encode_coordinate(std::string& out, const Coordinate& coordinate);

}  // namespace weft::gossip
