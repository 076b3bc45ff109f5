#include <utility>

#include "agent/base/json_writer.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/selectors.hpp"

// GET /v1/internal/federation-state*: how datacenters reach each other, told by each of itself.
// There is one datacenter, which tells nothing that could change.
namespace weft::api {
namespace {

constexpr std::uint64_t kIndex = 1;

void write_state(JsonWriter& writer, const Endpoints& endpoints) {
    writer.begin_object();
    writer.field("Datacenter", endpoints.facts.datacenter);
    writer.field("UpdatedAt", endpoints.control.leading_since());
    writer.field("PrimaryModifyIndex", kIndex);
    writer.field("CreateIndex", kIndex);
    writer.field("ModifyIndex", kIndex);
    writer.end_object();
}

// Blocks until its time is over.
CatalogQuery unchanging(std::function<void(JsonWriter&)> write) {
    CatalogQuery query;
    // No check is ever in that state.
    query.watch = {agent::WatchKind::State, "federated"};
    query.shows_consistency = false;
    query.render = [write = std::move(write)](const agent::View&) -> Result<std::string> {
        std::string body;
        JsonWriter writer(body);
        write(writer);
        return body;
    };
    return query;
}

WorkerOutcome all(const EndpointsPtr& endpoints, const Request&) {
    return unchanging([endpoints](JsonWriter& writer) {
        writer.begin_array();
        write_state(writer, *endpoints);
        writer.end_array();
    });
}

WorkerOutcome mesh_gateways(const EndpointsPtr&, const Request&) {
    return unchanging([](JsonWriter& writer) {
        writer.begin_object();
        writer.end_object();
    });
}

WorkerOutcome one(const EndpointsPtr& endpoints, const Request& request) {
    if (request.rest.empty()) return Response::text(400, "Bad request: Missing datacenter name");
    if (request.rest != endpoints->facts.datacenter) return Response::empty(404);
    return unchanging([endpoints](JsonWriter& writer) {
        writer.begin_object();
        writer.key("State");
        write_state(writer, *endpoints);
        writer.field("Index", kIndex);
        writer.field("LastContact", 0);
        writer.field("KnownLeader", true);
        writer.field("ConsistencyLevel", "");
        writer.end_object();
    });
}

}  // namespace

void add_federation_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern,
                         WorkerOutcome (*answer)(const EndpointsPtr&, const Request&)) {
        WorkerHandler handler = [endpoints, answer](const Request& request) {
            return answer(endpoints, request);
        };
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/internal/federation-states", all);
    get("/v1/internal/federation-states/mesh-gateways", mesh_gateways);
    get("/v1/internal/federation-state/", one);
}

}  // namespace weft::api
