#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft {

// Compiles an expression as Go's regexp package does, whose engine RE2 is. memory_max: bytes that
// it may take. The error's context is Go's: "error parsing regexp: missing closing ): `(`".
Result<std::unique_ptr<re2::RE2>> compile_go_regex(std::string_view expression,
                                                   std::int64_t memory_max);

}  // namespace weft
