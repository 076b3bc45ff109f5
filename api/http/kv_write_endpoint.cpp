#include <algorithm>
#include <utility>

#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/write_answers.hpp"

// PUT and DELETE /v1/kv/:key.
namespace weft::api {
namespace {

using agent::KvOperation;
using agent::KvVerb;

// With all parameters, as Go's url.Values.Encode() writes them.
Response conflict(const Request& request) {
    auto parameters = request.query;
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text = "Conflicting flags: ";
    for (const auto& [name, value] : parameters) {
        if (&name != &parameters.front().first) text += '&';
        text += go_query_escape(name) + "=" + go_query_escape(value);
    }
    return Response::text(400, std::move(text));
}

bool has_several(const Request& request, std::initializer_list<std::string_view> names) {
    return std::count_if(names.begin(), names.end(),
                         [&](std::string_view name) { return request.has(name); }) > 1;
}

Result<KvOperation> put_operation(const Request& request) {
    KvOperation operation{.key = request.rest, .value = request.body};
    if (const auto flags = request.parameter("flags")) {
        WEFT_TRY(operation.flags, go_parse_uint(*flags));
    }
    if (const auto index = request.parameter("cas")) {
        operation.verb = KvVerb::Cas;
        WEFT_TRY(const std::uint64_t number, go_parse_uint(*index));
        operation.index = agent::Index{number};
    }
    if (const auto session = request.parameter("acquire")) {
        operation.verb = KvVerb::Lock;
        operation.session = *session;
    }
    if (const auto session = request.parameter("release")) {
        operation.verb = KvVerb::Unlock;
        operation.session = *session;
    }
    return operation;
}

Result<KvOperation> delete_operation(const Request& request) {
    KvOperation operation{.verb = KvVerb::Delete, .key = request.rest};
    if (request.has("recurse")) operation.verb = KvVerb::DeleteTree;
    if (const auto index = request.parameter("cas")) {
        operation.verb = KvVerb::DeleteCas;
        WEFT_TRY(const std::uint64_t number, go_parse_uint(*index));
        operation.index = agent::Index{number};
    }
    return operation;
}

void write(const Endpoints& endpoints, const Request& request, Result<KvOperation> operation,
           Respond respond) {
    if (!operation) return respond(Response::text(500, operation.error().message()));
    if (auto refusal = refuse_foreign(request, endpoints.facts)) return respond(*refusal);
    endpoints.writer.write(agent::KvCommand{std::move(operation).value(), {}},
                           answer_held(std::move(respond)));
}

void put(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    if (request.rest.empty()) return respond(Response::text(400, "Missing key name"));
    if (has_several(request, {"cas", "acquire", "release"})) return respond(conflict(request));
    auto operation = put_operation(request);
    if (operation) {
        if (auto refusal = refuse_large(request, endpoints->limits.kv_value_bytes, kKvLimitOption))
            return respond(*refusal);
    }
    write(*endpoints, request, std::move(operation), std::move(respond));
}

void remove(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    if (has_several(request, {"recurse", "cas"})) return respond(conflict(request));
    if (request.rest.empty() && !request.has("recurse"))
        return respond(Response::text(400, "Missing key name"));
    write(*endpoints, request, delete_operation(request), std::move(respond));
}

}  // namespace

void add_kv_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back(
        {"/v1/kv/",
         {{"PUT", write_handler(endpoints, put)}, {"DELETE", write_handler(endpoints, remove)}},
         {}});
}

}  // namespace weft::api
