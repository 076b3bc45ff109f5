#pragma once

#include "agent/base/result.hpp"
#include "agent/catalog/command.hpp"

namespace weft::agent {

class Mutation;

// Consul's "Must provide key"; nothing for an operation that has the key it needs.
std::optional<Error> check_key(const KvOperation& operation);

// Does what check_key() accepted. False: its condition was not met, and nothing changed. So it is
// after an error.
Result<bool> write_key(Mutation& mutation, const KvOperation& operation);

}  // namespace weft::agent
