#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/definition_body.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/row_json.hpp"

// /v1/agent/checks and /v1/agent/check/*: the checks registered with this agent.
namespace weft::api {
namespace {

// Consul looks at selectors when it meets the first check: a wrong one is no error while there are
// none, and its text then has no prefix.
Response list(const Endpoints& endpoints, const Request& request) {
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    const std::string_view text = request.parameter("filter").value_or("");
    if (auto syntax = check_filter_syntax(text); !syntax) {
        return Response::text(500, std::string(kFilterErrorPrefix) + syntax.error().context);
    }
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    const std::vector<LocalCheck> checks = endpoints.local.checks();
    if (!checks.empty()) {
        auto filter = parse_filter(text, check_fields());
        if (!filter) return Response::text(500, filter.error().context);
        for (const LocalCheck& check : checks) {
            if (!filter.value().matches(&check.row)) continue;
            writer.key(check.row.id.view());
            write_local_check(writer, check);
        }
    }
    writer.end_object();
    return Response::json(std::move(body));
}

void register_check(const Endpoints& endpoints, const Request& request, Respond respond) {
    auto definition = read_check_body(request.body);
    if (!definition) return respond(Response::text(400, definition.error().message()));
    endpoints.local.register_check(std::move(definition).value(),
                                   empty_or_failure(std::move(respond)));
}

// Consul answers success for a check that it does not have.
void deregister_check(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (request.rest.empty()) return respond(Response::text(500, "CheckID missing"));
    endpoints.local.deregister_check(
        request.rest, [respond = std::move(respond)](Result<void> result) {
            const bool unknown = !result && result.error().code == make_error_code(Errc::NotFound);
            respond(result || unknown ? Response::empty() : failure(result.error()));
        });
}

template <agent::Status status>
void set_status(const Endpoints& endpoints, const Request& request, Respond respond) {
    std::string note(request.parameter("note").value_or(""));
    endpoints.local.update_ttl(request.rest, status, std::move(note),
                               empty_or_failure(std::move(respond)));
}

void update_check(const Endpoints& endpoints, const Request& request, Respond respond) {
    auto update = read_check_update_body(request.body);
    if (!update) return respond(Response::text(400, update.error().message()));
    endpoints.local.update_ttl(request.rest, update.value().status,
                               std::move(update.value().output),
                               empty_or_failure(std::move(respond)));
}

}  // namespace

void add_agent_check_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto put = [&](std::string pattern,
                         void (*act)(const Endpoints&, const Request&, Respond)) {
        ControlHandler handler{
            [endpoints, act](std::shared_ptr<const Request> request, Respond respond) {
                act(*endpoints, *request, std::move(respond));
            }};
        routes.push_back({std::move(pattern), {{"PUT", std::move(handler)}}, {}});
    };
    put("/v1/agent/check/register", register_check);
    put("/v1/agent/check/deregister/", deregister_check);
    put("/v1/agent/check/pass/", set_status<agent::Status::Passing>);
    put("/v1/agent/check/warn/", set_status<agent::Status::Warning>);
    put("/v1/agent/check/fail/", set_status<agent::Status::Critical>);
    put("/v1/agent/check/update/", update_check);
    routes.push_back({"/v1/agent/checks",
                      {{"GET", answer_with([endpoints](const Request& request) {
                            return list(*endpoints, request);
                        })}},
                      {}});
}

}  // namespace weft::api
