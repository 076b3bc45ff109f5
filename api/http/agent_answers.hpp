#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/exchange.hpp"

// What the endpoints under /v1/agent share.
namespace weft::api {

// 500 with the error's text, as Consul answers; 501 for what this version does not have.
Response failure(const Error& error);

// Answers an empty 200, or the failure.
LocalServices::Done empty_or_failure(Respond respond);

// ?ns= and its header are refused by an agent without namespaces.
std::optional<Response> refused_namespace(const Request& request);

// The flag of a maintenance request; an error's context is the text of the 400 answer.
Result<bool> read_enable(const Request& request);

// A control handler that answers at once.
ControlHandler answer_with(std::function<Response(const Request&)> answer);

}  // namespace weft::api
