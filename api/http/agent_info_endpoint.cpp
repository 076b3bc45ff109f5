#include <algorithm>
#include <array>
#include <cctype>

#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"

// What the agent says about itself, and what it can be told to do: self, host, metrics,
// monitor, maintenance, reload, leave.
namespace weft::api {
namespace {

Response prometheus_text(const AgentControl& control) {
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = control.metrics_prometheus();
    return response;
}

Response metrics(const Endpoints& endpoints, const Request& request) {
    if (request.parameter("format") != "prometheus")
        return Response::json(endpoints.control.metrics_json());
    if (!endpoints.facts.prometheus_retention) {
        return Response::text(415,
                              "Prometheus is not enabled since its retention time is not positive");
    }
    return prometheus_text(endpoints.control);
}

void maintain_node(const Endpoints& endpoints, const Request& request, Respond respond) {
    auto enable = read_enable(request);
    if (!enable) return respond(Response::text(400, enable.error().context));
    std::string reason(request.parameter("reason").value_or(""));
    endpoints.local.node_maintenance(enable.value(), std::move(reason),
                                     empty_or_failure(std::move(respond)));
}

void reload(const Endpoints& endpoints, const Request&, Respond respond) {
    endpoints.control.reload(empty_or_failure(std::move(respond)));
}

void leave(const Endpoints& endpoints, const Request&, Respond respond) {
    endpoints.control.leave([respond = std::move(respond)] { respond(Response::empty()); });
}

std::string log_level(const Request& request) {
    std::string level(request.parameter("loglevel").value_or(""));
    for (char& c : level) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (level.empty()) return "info";
    return level == "error" ? "err" : level;
}

using StreamOutcome = std::variant<Response, std::shared_ptr<void>>;

StreamOutcome monitor(const Endpoints& endpoints, const Request& request,
                      std::shared_ptr<Stream> stream) {
    constexpr std::array<std::string_view, 5> kLevels = {"trace", "debug", "info", "warn", "err"};
    const std::string level = log_level(request);
    if (std::find(kLevels.begin(), kLevels.end(), level) == kLevels.end()) {
        return Response::text(400, "Bad request: Unknown log level: " +
                                       std::string(request.parameter("loglevel").value_or("")));
    }
    // The connection owns the stream and the subscription; a strong reference here would keep both
    // for ever.
    auto sink = [weak = std::weak_ptr(stream)](LogLine line) {
        if (const auto alive = weak.lock()) alive->write(*line + "\n");
    };
    auto subscription =
        endpoints.control.subscribe_log(level, request.has("logjson"), std::move(sink));
    if (!subscription) {
        const Error& error = subscription.error();
        if (error.code == make_error_code(Errc::Limit))
            return Response::too_many(Refusal::Streams, error.message());
        return failure(error);
    }
    return std::shared_ptr<void>(std::move(subscription).value());
}

void add_puts(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    add_put(routes, endpoints, "/v1/agent/maintenance", maintain_node);
    add_put(routes, endpoints, "/v1/agent/reload", reload);
    add_put(routes, endpoints, "/v1/agent/leave", leave);
}

}  // namespace

void add_agent_info_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, Handler handler) {
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/agent/self", answer_with([endpoints](const Request&) {
            return Response::json(endpoints->control.self_json());
        }));
    get("/v1/agent/host", answer_with([endpoints](const Request&) {
            return Response::json(endpoints->control.host_json());
        }));
    get("/v1/agent/metrics", WorkerHandler([endpoints](const Request& request) -> WorkerOutcome {
            return metrics(*endpoints, request);
        }));
    get("/metrics", WorkerHandler([endpoints](const Request&) -> WorkerOutcome {
            return prometheus_text(endpoints->control);
        }));
    get("/v1/agent/monitor",
        StreamHandler([endpoints](const Request& request, std::shared_ptr<Stream> stream) {
            return monitor(*endpoints, request, std::move(stream));
        }));
    add_puts(routes, endpoints);
}

}  // namespace weft::api
