#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

// The compression of memberlist: LZW as in GIF, with literals of 8 bits, codes of 9 to 12 bits,
// least significant bit first (T. Welch, "A Technique for High-Performance Data Compression", 1984;
// protocols: compress).
namespace weft::gossip {

// Appends what packed stands for, which must be at most so many bytes. WireErrc::BadCompression
// when it is damaged or has no end, TooLarge, Empty when it stands for nothing: then out is as it
// was. What follows the end is ignored.
Result<void> lzw_expand(std::string& out, std::string_view packed, std::size_t bytes_max);

// Appends the same codes as memberlist's own encoder makes.
void lzw_compress(std::string& out, std::string_view plain);

}  // namespace weft::gossip
