#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/definition_body.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/go_text.hpp"
#include "api/http/row_json.hpp"
#include "api/http/service_watch.hpp"
#include "api/http/write_answers.hpp"

// /v1/agent/services and /v1/agent/service/*: the services registered with this agent.
namespace weft::api {
namespace {

ReadBody<Filter> read_services_filter(const Request& request) {
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    auto filter = parse_filter(request.parameter("filter").value_or(""), service_fields());
    if (!filter)
        return Response::text(500, std::string(kFilterErrorPrefix) + filter.error().context);
    return std::move(filter).value();
}

void list(const Endpoints& endpoints, const Filter& filter, Respond respond) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    for (const LocalService& service : endpoints.local.services()) {
        if (!filter.matches(&service.row)) continue;
        writer.key(service.row.id.view());
        write_local_service(writer, service.row);
    }
    writer.end_object();
    respond(Response::json(std::move(body)));
}

struct Registration {
    agent::ServiceDefinition definition;
    bool replaces_checks = false;
};

ReadBody<Registration> read_registration(const Request& request) {
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    BodyFault fault;
    auto definition = read_service_body(request.body, fault);
    if (!definition) return refused_body(400, definition.error().message(), fault, request);
    if (definition.value().has_sidecar_service) {
        return Response::text(
            501,
            "Connect.SidecarService needs the service mesh, which is not in this version of weft: "
            "register the service without it");
    }
    const auto replace = request.parameter("replace-existing-checks");
    const bool replaces = replace && (replace->empty() || go_parse_bool(*replace).value_or(false));
    return Registration{std::move(definition).value(), replaces};
}

void register_service(const Endpoints& endpoints, const Registration& registration,
                      Respond respond) {
    endpoints.local.register_service(registration.definition, registration.replaces_checks,
                                     empty_or_failure(std::move(respond)));
}

void deregister_service(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refused_namespace(request)) return respond(std::move(*refusal));
    if (request.rest.empty()) return respond(Response::text(500, "ServiceID missing"));
    endpoints.local.deregister_service(request.rest, ok_if_unknown(std::move(respond)));
}

void maintain_service(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (request.rest.empty()) return respond(Response::text(400, "Missing service ID"));
    auto enable = read_enable(request);
    if (!enable) return respond(Response::text(400, enable.error().context));
    if (auto refusal = refused_namespace(request)) return respond(std::move(*refusal));
    std::string reason(request.parameter("reason").value_or(""));
    endpoints.local.service_maintenance(
        request.rest, enable.value(), std::move(reason),
        [respond = std::move(respond), id = request.rest](Result<void> result) {
            if (!result && result.error().code == make_error_code(Errc::NotFound)) {
                return respond(
                    Response::text(404, "No service registered with ID " + go_quote(id)));
            }
            respond(result ? Response::empty() : failure(result.error()));
        });
}

}  // namespace

void add_agent_service_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back({"/v1/agent/service/register",
                      {{"PUT", read_then_act(endpoints, read_registration, register_service)}},
                      {}});
    add_put(routes, endpoints, "/v1/agent/service/deregister/", deregister_service);
    add_put(routes, endpoints, "/v1/agent/service/maintenance/", maintain_service);

    routes.push_back({"/v1/agent/services",
                      {{"GET", read_then_act(endpoints, read_services_filter, list)}},
                      {}});
    const auto watch = ServiceWatch::start(endpoints->local, endpoints->timers, endpoints->seed);
    ControlHandler one{[watch](std::shared_ptr<const Request> request, Respond respond) {
        if (auto refusal = refused_namespace(*request)) return respond(std::move(*refusal));
        watch->answer(std::move(request), std::move(respond));
    }};
    routes.push_back({"/v1/agent/service/", {{"GET", std::move(one)}}, {}});
}

}  // namespace weft::api
