#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/json_decode.hpp"
#include "api/http/write_answers.hpp"

// /v1/operator/autopilot/*: how servers are kept, and how they are.
namespace weft::api {
namespace body {

using agent::FieldNames;

struct AutopilotBody {
    bool cleanup_dead_servers = false, disable_upgrade_migration = false;
    ReadableDuration last_contact_threshold{}, server_stabilization_time{};
    std::uint64_t max_trailing_logs = 0, create_index = 0, modify_index = 0;
    std::uint32_t min_quorum = 0;
    std::string redundancy_zone_tag, upgrade_version_tag;
};

template <class Reader>
void read_fields(Reader& read, AutopilotBody& autopilot) {
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

std::string render(const agent::AutopilotRow& row) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    writer.field("CleanupDeadServers", row.cleanup_dead_servers);
    writer.field("LastContactThreshold",
                 format_go_duration(Duration(row.last_contact_threshold_ns)));
    writer.field("MaxTrailingLogs", row.max_trailing_logs);
    writer.field("MinQuorum", row.min_quorum);
    writer.field("ServerStabilizationTime",
                 format_go_duration(Duration(row.server_stabilization_time_ns)));
    writer.field("RedundancyZoneTag", row.redundancy_zone_tag.view());
    writer.field("DisableUpgradeMigration", row.disable_upgrade_migration);
    writer.field("UpgradeVersionTag", row.upgrade_version_tag.view());
    writer.field("CreateIndex", row.create_index.get());
    writer.field("ModifyIndex", row.modify_index.get());
    writer.end_object();
    return body;
}

// Consul's answers here have no index and do not wait.
WorkerOutcome configuration(const Request&) {
    CatalogQuery query;
    query.has_index = false;
    query.shows_consistency = false;
    query.render = [](const agent::View& view) -> Result<std::string> {
        return render(view.autopilot());
    };
    return query;
}

agent::AutopilotRow row_of(const body::AutopilotBody& body) {
    agent::AutopilotRow row;
    row.cleanup_dead_servers = body.cleanup_dead_servers;
    row.last_contact_threshold_ns = body.last_contact_threshold.value.count();
    row.max_trailing_logs = body.max_trailing_logs;
    row.min_quorum = body.min_quorum;
    row.server_stabilization_time_ns = body.server_stabilization_time.value.count();
    row.redundancy_zone_tag = body.redundancy_zone_tag;
    row.disable_upgrade_migration = body.disable_upgrade_migration;
    row.upgrade_version_tag = body.upgrade_version_tag;
    return row;
}

Result<agent::AutopilotCommand> read_change(const Request& request, BodyFault& fault) {
    const auto bad = [](std::string_view what, const Error& error) {
        return make_error(Errc::InvalidArgument, "Bad request: Error parsing " + std::string(what) +
                                                     ": " + error.message());
    };
    body::AutopilotBody body;
    const auto decoded = decode_body(request.body, "AutopilotConfiguration", body, fault, "api");
    if (!decoded) return bad("autopilot config", decoded.error());
    agent::AutopilotCommand command{row_of(body), {}};
    if (const auto error = agent::check_autopilot(command.configuration))
        return bad("autopilot config", *error);
    if (const auto cas = request.parameter("cas")) {
        const auto index = go_parse_uint(*cas);
        if (!index) return bad("cas value", index.error());
        command.cas = agent::Index(index.value());
    }
    return command;
}

void change(const Endpoints& endpoints, const Request& request, Respond respond) {
    BodyFault fault;
    auto command = read_change(request, fault);
    if (!command) return respond(refused_body(400, command.error().message(), fault, request));
    if (auto refusal = refuse_foreign(request, endpoints.facts)) return respond(*refusal);
    endpoints.writer.write(std::move(command).value(), answer_held(std::move(respond)));
}

// As Consul says that the servers are not healthy; the body is the same.
Response health(const Endpoints& endpoints) {
    AutopilotHealth health = endpoints.control.autopilot_health();
    Response response = Response::json(std::move(health.json));
    if (!health.healthy) response.status = 429;
    return response;
}

// Newer than the recorded version.
Response state(const Endpoints& endpoints) {
    return Response::json(endpoints.control.autopilot_state_json());
}

}  // namespace

void add_autopilot_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, Response (*answer)(const Endpoints&)) {
        WorkerHandler handler = [endpoints, answer](const Request& request) -> WorkerOutcome {
            if (auto refusal = refuse_foreign(request, endpoints->facts)) return *refusal;
            return answer(*endpoints);
        };
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    const AsyncHandler put = [endpoints](std::shared_ptr<const Request> request, Respond respond) {
        change(*endpoints, *request, std::move(respond));
    };
    routes.push_back({"/v1/operator/autopilot/configuration",
                      {{"GET", WorkerHandler(configuration)}, {"PUT", put}},
                      {}});
    get("/v1/operator/autopilot/health", health);
    get("/v1/operator/autopilot/state", state);
}

}  // namespace weft::api
