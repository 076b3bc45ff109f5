#include <algorithm>

#include "agent/base/go_quote.hpp"
#include "agent/base/json_tree.hpp"
#include "api/http/endpoints.hpp"

// /v1/operator/raft/*: the consensus as operators see it.
namespace weft::api {
namespace {

// True when a server of the configuration has that ID.
bool has_server_id(const AgentControl& control, std::string_view id) {
    auto tree = parse_json(control.raft_configuration_json());
    if (!tree) return false;
    for (const auto& [name, servers] : tree.value().members) {
        if (name != "Servers") continue;
        for (const JsonValue& server : servers.items) {
            for (const auto& [field, value] : server.members) {
                if (field == "ID" && value.text == id) return true;
            }
        }
    }
    return false;
}

Response remove_peer(const Endpoints& endpoints, const Request& request) {
    const std::string_view address = request.parameter("address").value_or("");
    const std::string_view id = request.parameter("id").value_or("");
    if (address.empty() && id.empty()) {
        return Response::text(
            400,
            "Bad request: Must specify either ?id with the server's ID or ?address with IP:port of "
            "peer to remove");
    }
    if (!address.empty() && !id.empty()) {
        return Response::text(400, "Bad request: Must specify only one of ?id or ?address");
    }
    const std::vector<std::string> peers = endpoints.control.peer_addresses();
    const bool known = id.empty() ? std::find(peers.begin(), peers.end(), address) != peers.end()
                                  : has_server_id(endpoints.control, id);
    if (!known) {
        return Response::text(500,
                              (id.empty() ? "address " + go_quote(address) : "id " + go_quote(id)) +
                                  " was not found in the Raft configuration");
    }
    return Response::text(
        501, "Removing a server needs more than one, which is not in this version of weft");
}

// The consensus tells it, not the catalog.
WorkerOutcome raft_configuration(const EndpointsPtr& endpoints) {
    CatalogQuery query;
    query.has_index = false;
    query.shows_consistency = false;
    query.render = [endpoints](const agent::View&) -> Result<std::string> {
        return endpoints->control.raft_configuration_json();
    };
    return query;
}

}  // namespace

void add_operator_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const WorkerHandler configuration = [endpoints](const Request&) {
        return raft_configuration(endpoints);
    };
    const WorkerHandler peer = [endpoints](const Request& request) -> WorkerOutcome {
        return remove_peer(*endpoints, request);
    };
    routes.push_back({"/v1/operator/raft/configuration", {{"GET", configuration}}, {}});
    routes.push_back({"/v1/operator/raft/peer", {{"DELETE", peer}}, {}});
}

}  // namespace weft::api
