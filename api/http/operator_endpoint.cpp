#include <algorithm>
#include <charconv>

#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/json_decode.hpp"

// /v1/operator/raft/* and /v1/operator/autopilot/*: the consensus as operators see it.
namespace weft::api {
namespace body {

// Durations are checked, then refused with the rest: there is nothing yet that would use them.
struct AutopilotBody {
    bool cleanup_dead_servers = false, disable_upgrade_migration = false;
    Duration last_contact_threshold{}, server_stabilization_time{};
    std::uint64_t max_trailing_logs = 0, min_quorum = 0, create_index = 0, modify_index = 0;
    std::string redundancy_zone_tag, upgrade_version_tag;
};

template <class Reader>
void read_fields(Reader& read, AutopilotBody& autopilot) {
    using agent::FieldNames;
    read(FieldNames{"CleanupDeadServers", {}}, autopilot.cleanup_dead_servers);
    read(FieldNames{"LastContactThreshold", {}}, autopilot.last_contact_threshold);
    read(FieldNames{"MaxTrailingLogs", {}}, autopilot.max_trailing_logs);
    read(FieldNames{"MinQuorum", {}}, autopilot.min_quorum);
    read(FieldNames{"ServerStabilizationTime", {}}, autopilot.server_stabilization_time);
    read(FieldNames{"RedundancyZoneTag", {}}, autopilot.redundancy_zone_tag);
    read(FieldNames{"DisableUpgradeMigration", {}}, autopilot.disable_upgrade_migration);
    read(FieldNames{"UpgradeVersionTag", {}}, autopilot.upgrade_version_tag);
    read(FieldNames{"CreateIndex", {}}, autopilot.create_index);
    read(FieldNames{"ModifyIndex", {}}, autopilot.modify_index);
}

}  // namespace body

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

Response set_autopilot(const Request& request) {
    if (const auto cas = request.parameter("cas"); cas && !cas->empty()) {
        std::uint64_t index = 0;
        const auto [end, status] = std::from_chars(cas->data(), cas->data() + cas->size(), index);
        if (status != std::errc{} || end != cas->data() + cas->size()) {
            return Response::text(
                400, "Bad request: Error parsing cas value: strconv.ParseUint: parsing " +
                         go_quote(*cas) + ": invalid syntax");
        }
    }
    body::AutopilotBody autopilot;
    if (auto decoded = decode_body(request.body, "AutopilotConfiguration", autopilot); !decoded) {
        return Response::text(
            400, "Bad request: Error parsing autopilot config: " + decoded.error().message());
    }
    return Response::text(
        501, "Changing autopilot needs more than one server, which is not in this version of weft");
}

// As Consul says that the servers are not healthy; the body is the same.
Response autopilot_health(const AgentControl& control) {
    AutopilotHealth health = control.autopilot_health();
    Response response = Response::json(std::move(health.json));
    if (!health.healthy) response.status = 429;
    return response;
}

WorkerHandler worker(std::function<Response(const Request&)> answer) {
    return [answer = std::move(answer)](const Request& request) -> WorkerOutcome {
        return answer(request);
    };
}

}  // namespace

void add_operator_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto json = [&](std::string (AgentControl::*read)() const) {
        return worker([endpoints, read](const Request&) {
            return Response::json((endpoints->control.*read)());
        });
    };
    routes.push_back({"/v1/operator/raft/configuration",
                      {{"GET", json(&AgentControl::raft_configuration_json)}},
                      {}});
    routes.push_back(
        {"/v1/operator/raft/peer",
         {{"DELETE", worker([endpoints](const Request& r) { return remove_peer(*endpoints, r); })}},
         {}});
    routes.push_back({"/v1/operator/autopilot/configuration",
                      {{"GET", json(&AgentControl::autopilot_configuration_json)},
                       {"PUT", worker(set_autopilot)}},
                      {}});
    routes.push_back({"/v1/operator/autopilot/health",
                      {{"GET", worker([endpoints](const Request&) {
                            return autopilot_health(endpoints->control);
                        })}},
                      {}});
}

}  // namespace weft::api
