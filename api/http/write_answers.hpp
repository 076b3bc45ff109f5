#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/agent_answers.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/catalog_body.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/exchange.hpp"

// What endpoints that write have in common.
namespace weft::api {

// The answer to a request for another datacenter.
std::optional<Response> refuse_foreign(const Request& request, const AgentFacts& facts);

// A handler of writes: calls write(endpoints, request, respond) unless the request names a
// namespace, which would otherwise be written to as if it were the only one.
template <class Write>
AsyncHandler write_handler(const EndpointsPtr& endpoints, Write write) {
    return [endpoints, write](std::shared_ptr<const Request> request, Respond respond) {
        if (auto refusal = refused_namespace(*request)) return respond(std::move(*refusal));
        write(endpoints, *request, std::move(respond));
    };
}

// 413 for a body of more than bytes_max; option: the part of Consul's documentation that says more.
std::optional<Response> refuse_large(const Request& request, std::size_t bytes_max,
                                     std::string_view option);

// A refusal with that text; a header "X-Weft-Body-Error" says where the fault is.
Response refused_body(int status, std::string text, const BodyFault& fault, const Request& request);
Response refused_body(const CatalogBodyError& error, const Request& request);

// Answers whether the command's condition was met, true or false, or 500 with why it was refused.
Writer::Done answer_held(Respond respond);

// Answers with the id of what was created, or 500.
Writer::Done answer_id(std::string id, Respond respond);

}  // namespace weft::api
