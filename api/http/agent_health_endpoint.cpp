#include <algorithm>

#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"

// GET /v1/agent/health/service/id/:id and name/:name: the status of local services, as the HTTP
// status too, so that load balancers can use it as their own check.
namespace weft::api {
namespace {

constexpr std::string_view kNodeMaintenance = "_node_maintenance";
constexpr std::string_view kServiceMaintenance = "_service_maintenance:";

struct Health {
    AggregateStatus status = AggregateStatus::Passing;
    std::vector<LocalCheck> checks;
};

AggregateStatus status_of(const agent::CheckRow& check) {
    if (check.id == kNodeMaintenance || check.id.view().starts_with(kServiceMaintenance)) {
        return AggregateStatus::Maintenance;
    }
    switch (check.status) {
        case agent::Status::Passing:
            return AggregateStatus::Passing;
        case agent::Status::Warning:
            return AggregateStatus::Warning;
        case agent::Status::Critical:
            return AggregateStatus::Critical;
        case agent::Status::Maintenance:
            return AggregateStatus::Maintenance;
    }
    return AggregateStatus::Critical;
}

std::string_view word(AggregateStatus status) {
    switch (status) {
        case AggregateStatus::Passing:
            return "passing";
        case AggregateStatus::Warning:
            return "warning";
        case AggregateStatus::Critical:
            return "critical";
        case AggregateStatus::Maintenance:
            return "maintenance";
    }
    return "critical";
}

int http_status(AggregateStatus status) {
    if (status == AggregateStatus::Passing) return 200;
    return status == AggregateStatus::Warning ? 429 : 503;
}

// The service's own checks and those of the node, by id.
Health health_of(const LocalServices& local, std::string_view id) {
    Health health;
    health.checks = local.checks_of_service(id);
    for (LocalCheck& check : local.node_checks()) health.checks.push_back(std::move(check));
    std::sort(health.checks.begin(), health.checks.end(),
              [](const LocalCheck& a, const LocalCheck& b) { return a.row.id < b.row.id; });
    for (const LocalCheck& check : health.checks)
        health.status = std::max(health.status, status_of(check.row));
    return health;
}

void write_health(JsonWriter& writer, const agent::ServiceRow& service, const Health& health) {
    writer.begin_object();
    writer.field("AggregatedStatus", word(health.status));
    writer.key("Service");
    write_local_service(writer, service);
    writer.key("Checks");
    writer.begin_array();
    for (const LocalCheck& check : health.checks) write_aggregated_check(writer, check.row);
    writer.end_array();
    writer.end_object();
}

bool wants_text(const Request& request) {
    return request.parameter("format") == "text" ||
           request.header("Accept").value_or("").starts_with("text/plain");
}

Response with_reason(Response response, int status, std::string reason) {
    response.status = status;
    response.headers.emplace_back("X-Consul-Reason", std::move(reason));
    return response;
}

Response bare_text(int status, std::string text) {
    Response response;
    response.content_type = "text/plain";
    response.body = text;
    return with_reason(std::move(response), status, std::move(text));
}

std::string json_string(std::string_view text) {
    std::string body;
    JsonWriter(body).value(text);
    return body;
}

Response by_id(const Endpoints& endpoints, const Request& request) {
    if (request.rest.empty()) return Response::text(500, "Bad request: Missing serviceID");
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    const auto service = endpoints.local.service(request.rest);
    if (!service) {
        // Even to a client that asked for plain text, Consul answers this in JSON.
        std::string reason = "ServiceId " + request.rest + " not found";
        std::string body = wants_text(request)
                               ? json_string(reason)
                               : R"({"AggregatedStatus":"critical","Service":null,"Checks":null})";
        return with_reason(Response::json(std::move(body)), 404, std::move(reason));
    }
    const Health health = health_of(endpoints.local, request.rest);
    const int status = http_status(health.status);
    if (wants_text(request)) return bare_text(status, std::string(word(health.status)));
    std::string body;
    JsonWriter writer(body);
    write_health(writer, service->row, health);
    return with_reason(Response::json(std::move(body)), status, std::string(word(health.status)));
}

Response by_name(const Endpoints& endpoints, const Request& request) {
    if (request.rest.empty()) return Response::text(500, "Bad request: Missing service Name");
    if (auto refusal = refused_namespace(request)) return std::move(*refusal);
    int status = 404;
    std::string reason = "ServiceName " + request.rest + " Not Found";
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const LocalService& service : endpoints.local.services()) {
        if (service.row.name != std::string_view(request.rest)) continue;
        const Health health = health_of(endpoints.local, service.row.id);
        write_health(writer, service.row, health);
        // The worst instance decides.
        if (status == 404 || http_status(health.status) > status) {
            status = http_status(health.status);
            reason = word(health.status);
        }
    }
    writer.end_array();
    if (wants_text(request)) return bare_text(status, std::move(reason));
    return with_reason(Response::json(std::move(body)), status, std::move(reason));
}

}  // namespace

void add_agent_health_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern,
                         Response (*answer)(const Endpoints&, const Request&)) {
        ControlHandler handler =
            answer_with([endpoints, answer](const Request& r) { return answer(*endpoints, r); });
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/agent/health/service/id/", by_id);
    get("/v1/agent/health/service/name/", by_name);
}

}  // namespace weft::api
