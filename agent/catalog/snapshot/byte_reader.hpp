#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "agent/base/result.hpp"

namespace weft::agent {

// Reads some bytes into the front of the buffer, at least one; 0: the end.
using ReadBytes = std::function<Result<std::size_t>(std::span<char> buffer)>;

// Reads as many bytes as the buffer holds; fewer only at the end.
Result<std::size_t> read_fully(const ReadBytes& read, std::span<char> buffer);

// Appends that many bytes. Takes memory only as they come, whatever the size claims.
Result<void> read_exactly(const ReadBytes& read, std::size_t size, std::string& out);

// Of a text that outlives it.
ReadBytes reader_of(std::string_view text);

// What every reader here says of bytes that end too early.
Error cut_off();

}  // namespace weft::agent
