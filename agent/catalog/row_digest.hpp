#pragma once

#include <string_view>

#include "agent/catalog/view.hpp"

namespace weft::agent {

// XXH3, 128 bits, of a row's key and encoded value.
Digest row_digest(std::string_view key, std::string_view value);

// Sums modulo 2^128: a state's digest is the sum over its rows, so that it does not depend on the
// order of changes.
Digest& operator+=(Digest& sum, const Digest& row);
Digest& operator-=(Digest& sum, const Digest& row);

}  // namespace weft::agent
