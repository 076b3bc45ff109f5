#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/store/catalog_store.hpp"

// The bytes of catalogdb. Every value is sealed: payload, then 8 bytes of XXH3-64 over key and
// payload. Integers are little-endian.
namespace weft::agent {

std::string sealed(std::string_view key, std::string_view payload);
// The payload, or Errc::Corrupt.
Result<std::string_view> unsealed(std::string_view key, std::string_view value);

std::string encode_checkpoint(const Checkpoint& checkpoint);
Result<Checkpoint> decode_checkpoint(std::string_view payload);
// Format 1 had no term.
Result<Checkpoint> decode_checkpoint_1(std::string_view payload);

std::string encode_format(std::uint64_t format);
Result<std::uint64_t> decode_format(std::string_view payload);

}  // namespace weft::agent
