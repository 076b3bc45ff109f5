#pragma once

#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// A proxy as the catalog holds it. The ports fit: definitions are validated, or were read as 32
// bits.
ProxyRow proxy_row(const ProxyDefinition& definition);

}  // namespace weft::agent
