#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/definition_body.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/row_json.hpp"
#include "api/http/write_answers.hpp"

// /v1/agent/checks and /v1/agent/check/*: the checks registered with this agent.
namespace weft::api {
namespace {

// Consul looks at selectors when it meets the first check: a wrong one is no error while there are
// none, and its text then has no prefix.
ReadBody<Result<Filter>> read_checks_filter(const Request& request) {
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    const std::string_view text = request.parameter("filter").value_or("");
    if (auto syntax = check_filter_syntax(text); !syntax) {
        return Response::text(500, std::string(kFilterErrorPrefix) + syntax.error().context);
    }
    return parse_filter(text, check_fields());
}

void list(const Endpoints& endpoints, const Result<Filter>& filter, Respond respond) {
    const std::vector<LocalCheck> checks = endpoints.local.checks();
    if (!checks.empty() && !filter) return respond(Response::text(500, filter.error().context));
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    for (const LocalCheck& check : checks) {
        if (!filter.value().matches(&check.row)) continue;
        writer.key(check.row.id.view());
        write_local_check(writer, check);
    }
    writer.end_object();
    respond(Response::json(std::move(body)));
}

ReadBody<agent::CheckDefinition> read_definition(const Request& request) {
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    BodyFault fault;
    auto definition = read_check_body(request.body, fault);
    if (!definition) return refused_body(400, definition.error().message(), fault, request);
    return std::move(definition).value();
}

void register_check(const Endpoints& endpoints, const agent::CheckDefinition& definition,
                    Respond respond) {
    endpoints.local.register_check(definition, empty_or_failure(std::move(respond)));
}

void deregister_check(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refused_namespace(request)) return respond(std::move(*refusal));
    if (request.rest.empty()) return respond(Response::text(500, "CheckID missing"));
    endpoints.local.deregister_check(request.rest, ok_if_unknown(std::move(respond)));
}

template <agent::Status status>
void set_status(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refused_namespace(request)) return respond(std::move(*refusal));
    std::string note(request.parameter("note").value_or(""));
    endpoints.local.update_ttl(request.rest, status, std::move(note),
                               empty_or_failure(std::move(respond)));
}

struct Update {
    std::string id;
    CheckUpdate content;
};

ReadBody<Update> read_update(const Request& request) {
    BodyFault fault;
    auto content = read_check_update_body(request.body, fault);
    if (!content) return refused_body(400, content.error().message(), fault, request);
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    return Update{request.rest, std::move(content).value()};
}

void update_check(const Endpoints& endpoints, const Update& update, Respond respond) {
    endpoints.local.update_ttl(update.id, update.content.status, update.content.output,
                               empty_or_failure(std::move(respond)));
}

}  // namespace

void add_agent_check_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto put = [&](std::string pattern, AsyncHandler handler) {
        routes.push_back({std::move(pattern), {{"PUT", std::move(handler)}}, {}});
    };
    put("/v1/agent/check/register", read_then_act(endpoints, read_definition, register_check));
    put("/v1/agent/check/update/", read_then_act(endpoints, read_update, update_check));
    add_put(routes, endpoints, "/v1/agent/check/deregister/", deregister_check);
    add_put(routes, endpoints, "/v1/agent/check/pass/", set_status<agent::Status::Passing>);
    add_put(routes, endpoints, "/v1/agent/check/warn/", set_status<agent::Status::Warning>);
    add_put(routes, endpoints, "/v1/agent/check/fail/", set_status<agent::Status::Critical>);
    routes.push_back(
        {"/v1/agent/checks", {{"GET", read_then_act(endpoints, read_checks_filter, list)}}, {}});
}

}  // namespace weft::api
