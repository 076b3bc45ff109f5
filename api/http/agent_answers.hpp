#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/exchange.hpp"

// What the endpoints under /v1/agent share.
namespace weft::api {

// 500 with the error's text, as Consul answers; 501 for what this version does not have.
Response failure(const Error& error);

// Answers an empty 200, or the failure.
LocalServices::Done empty_or_failure(Respond respond);

// Answers an empty 200 also when there is no such thing, as Consul does.
LocalServices::Done ok_if_unknown(Respond respond);

// ?ns= and its header are refused by an agent without namespaces.
std::optional<Response> refused_namespace(const Request& request);

// The flag of a maintenance request; an error's context is the text of the 400 answer.
Result<bool> read_enable(const Request& request);

// A control handler that answers at once.
ControlHandler answer_with(std::function<Response(const Request&)> answer);

// PUT, on the control thread.
void add_put(std::vector<Route>& routes, const EndpointsPtr& endpoints, std::string pattern,
             void (*act)(const Endpoints&, const Request&, Respond));

// From a worker: runs work on the control thread, or answers 500 with what it throws.
void on_control(const Endpoints& endpoints, Respond respond, std::function<void(Respond)> work);

// What a request's body, or its filter, means, or how it is refused.
template <class Body>
using ReadBody = std::variant<Response, Body>;

// Reads on the worker, for a body may be large and a filter slow; acts on the control thread.
template <class Body>
AsyncHandler read_then_act(EndpointsPtr endpoints, ReadBody<Body> (*read)(const Request&),
                           void (*act)(const Endpoints&, const Body&, Respond)) {
    return [=](std::shared_ptr<const Request> request, Respond respond) {
        ReadBody<Body> body = read(*request);
        if (auto* refusal = std::get_if<Response>(&body)) return respond(std::move(*refusal));
        on_control(*endpoints, std::move(respond),
                   [endpoints, act, body = std::get<Body>(std::move(body))](Respond answer) {
                       act(*endpoints, body, std::move(answer));
                   });
    };
}

}  // namespace weft::api
