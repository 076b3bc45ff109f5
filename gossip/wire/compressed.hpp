#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

// The compressed layer of datagrams and streams (protocols: compress).
namespace weft::gossip {

// Appends the layer around bytes, which may be larger than they are.
void append_compressed(std::string& out, std::string_view bytes);

// Appends what a layer, with its type, holds: at most so many bytes. An error of WireErrc leaves
// out as it was.
Result<void> expand_compressed(std::string& out, std::string_view layer, std::size_t bytes_max);

}  // namespace weft::gossip
