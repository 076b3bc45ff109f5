#include "agent/base/json_writer.hpp"
#include "api/http/endpoints.hpp"

// GET /v1/status/*: who leads and who votes. Answered without a leader too.
namespace weft::api {
namespace {

Response leader(const Endpoints& endpoints) {
    std::string body;
    JsonWriter(body).value(endpoints.control.leader_address());
    return Response::json(std::move(body));
}

Response peers(const Endpoints& endpoints) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const std::string& address : endpoints.control.peer_addresses()) writer.value(address);
    writer.end_array();
    return Response::json(std::move(body));
}

bool is_elsewhere(const Endpoints& endpoints, const Request& request) {
    const std::string_view datacenter = request.parameter("dc").value_or("");
    return !datacenter.empty() && datacenter != endpoints.facts.datacenter;
}

}  // namespace

void add_status_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, Response (*answer)(const Endpoints&)) {
        WorkerHandler handler = [endpoints, answer](const Request& request) -> WorkerOutcome {
            if (is_elsewhere(*endpoints, request))
                return Response::text(500, "No path to datacenter");
            return answer(*endpoints);
        };
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/status/leader", leader);
    get("/v1/status/peers", peers);
}

}  // namespace weft::api
