#pragma once

#include "agent/catalog/definition.hpp"
#include "agent/cli/client_commands.hpp"

namespace weft::agent {

// The services that an HCL or JSON file defines, for `weft services register FILE`.
Result<ServiceFile> read_service_file(const std::string& path);

// The body of PUT /v1/agent/service/register that says the same.
std::string to_json(const ServiceDefinition& definition);

}  // namespace weft::agent
