#include "agent/base/json_writer.hpp"
#include "api/http/catalog_summary.hpp"
#include "api/http/endpoints.hpp"

// GET /v1/operator/usage: how much is registered. Newer than the recorded version.
namespace weft::api {
namespace {

constexpr agent::WatchKind kWatched = agent::WatchKind::Registrations;

void write_usage(JsonWriter& writer, const Usage& usage) {
    writer.begin_object();
    writer.field("Nodes", usage.nodes);
    writer.field("Services", usage.services);
    writer.field("ServiceInstances", usage.instances);
    writer.key("ConnectServiceInstances");
    writer.begin_object();
    for (const auto& [kind, count] : usage.connect_instances) writer.field(kind, count);
    writer.end_object();
    writer.field("BillableServiceInstances", usage.billable_instances);
    writer.end_object();
}

std::string render(const agent::View& view, const LeaderContact& contact,
                   std::string_view datacenter) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    writer.key("Usage");
    writer.begin_object();
    writer.key(datacenter);
    write_usage(writer, measure_usage(view));
    writer.end_object();
    writer.field("Index", view.index_of({kWatched, {}}).get());
    writer.field("LastContact", contact.age.count());
    writer.field("KnownLeader", contact.known);
    writer.field("ConsistencyLevel", "leader");
    writer.field("NotModified", false);
    writer.field("Backend", 0);
    writer.field("ResultsFilteredByACLs", false);
    writer.end_object();
    return body;
}

}  // namespace

void add_usage_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const WorkerHandler usage = [endpoints](const Request&) -> WorkerOutcome {
        CatalogQuery query;
        query.watch = {kWatched, {}};
        query.shows_consistency = false;
        query.render = [endpoints](const agent::View& view) -> Result<std::string> {
            return render(view, endpoints->catalog.leader_contact(), endpoints->facts.datacenter);
        };
        return query;
    };
    routes.push_back({"/v1/operator/usage", {{"GET", usage}}, {}});
}

}  // namespace weft::api
