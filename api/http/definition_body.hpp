#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"
#include "api/http/body_fault.hpp"

// Bodies of the agent's own registrations. An error's context is the text of the 400 answer.
namespace weft::api {

// PUT /v1/agent/service/register. Valid by Consul's rules.
Result<agent::ServiceDefinition> read_service_body(std::string_view body, BodyFault& fault);

// PUT /v1/agent/check/register.
Result<agent::CheckDefinition> read_check_body(std::string_view body, BodyFault& fault);

struct CheckUpdate {
    agent::Status status = agent::Status::Critical;
    std::string output;
};

// PUT /v1/agent/check/update/:id.
Result<CheckUpdate> read_check_update_body(std::string_view body, BodyFault& fault);

}  // namespace weft::api
