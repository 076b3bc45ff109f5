#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

// Stored bytes. Every value is sealed: payload, then 8 bytes of XXH3-64 over key and payload, so
// that a value under a wrong key is found like a flipped bit. Integers are little-endian.
namespace weft {

inline constexpr std::size_t kNumberBytes = 8;
inline constexpr std::size_t kSealBytes = 8;

void put_number(std::string& out, std::uint64_t number);
// Takes 8 bytes off the front; the caller has checked that they are there.
std::uint64_t take_number(std::string_view& bytes);

// A payload of one number.
std::string encode_number(std::uint64_t number);
Result<std::uint64_t> decode_number(std::string_view payload);

// Appends the seal to value, which holds the payload.
void seal(std::string_view key, std::string& value);
// The payload, or Errc::Corrupt.
Result<std::string_view> unseal(std::string_view key, std::string_view value);

}  // namespace weft
