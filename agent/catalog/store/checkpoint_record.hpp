#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/store/catalog_store.hpp"

// The bytes of a checkpoint's record in catalogdb, before they are sealed.
namespace weft::agent {

std::string encode_checkpoint(const Checkpoint& checkpoint);
Result<Checkpoint> decode_checkpoint(std::string_view payload);
// Format 1 had no term.
Result<Checkpoint> decode_checkpoint_1(std::string_view payload);

}  // namespace weft::agent
