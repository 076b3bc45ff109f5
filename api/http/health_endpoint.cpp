#include <algorithm>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/gateway_services.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"

// GET /v1/health/*: checks, and instances with their checks.
namespace weft::api {
namespace {

using agent::CheckRow;
using agent::Instance;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerInstance = 1024;  // guesses, to allocate once
constexpr std::size_t kBytesPerCheck = 256;
constexpr std::size_t kMinBytesOfCheck = 128;

using ChecksOf = std::vector<const CheckRow*> (*)(const View& view, const std::string& subject);

struct CheckList {
    std::string_view endpoint;
    WatchKind watch;
    WatchKind watch_with_meta;  // moves with the metadata of nodes too
    std::string_view missing;   // text when the path names nothing
    ChecksOf checks_of;
};

std::string render_checks(const View& view, std::vector<const CheckRow*> rows,
                          const Selectors& selectors, const Coordinates& places) {
    std::erase_if(rows, [&](const CheckRow* row) {
        if (!selectors.node_meta.empty()) {
            const agent::NodeRow* node = view.node(row->node);
            if (!node || !selectors.has_meta(*node)) return true;
        }
        return !selectors.filter.matches(row);
    });
    sort_by_distance(rows, selectors.near, places,
                     [](const CheckRow* row) { return row->node.view(); });
    return json_list(rows, kBytesPerCheck,
                     [](JsonWriter& writer, const CheckRow* row) { write_check(writer, *row); });
}

WorkerOutcome checks(const Endpoints& endpoints, const Request& request, const CheckList& list) {
    if (request.rest.empty()) return Response::text(400, std::string(list.missing));
    auto selectors = read_selectors(request, check_fields(), endpoints.facts.node_name);
    if (!selectors) return failing_query(std::move(selectors).error());
    CatalogQuery query;
    query.watch = watch_of(selectors.value().node_meta.empty() ? list.watch : list.watch_with_meta,
                           request.rest);
    if (query.watch.kind == WatchKind::State) query.watch.name = request.rest;
    if (query.watch.kind == WatchKind::NodesAndChecks) query.watch.name.clear();
    query.cache_key = cache_key(list.endpoint, request.rest, selectors.value());
    query.is_kept = selectors.value().near.empty();
    query.render = [selectors = std::move(selectors).value(), subject = request.rest,
                    &ring = endpoints.ring,
                    checks_of = list.checks_of](const View& view) -> Result<std::string> {
        return render_checks(view, checks_of(view, subject), selectors, *ring.coordinates());
    };
    return query;
}

struct Found {
    Instance instance;
    std::vector<const CheckRow*> checks;
};

bool all_pass(const std::vector<const CheckRow*>& checks) {
    return std::all_of(checks.begin(), checks.end(), [](const CheckRow* check) {
        return check->status == agent::Status::Passing;
    });
}

Result<std::vector<Found>> find_instances(const View& view, const std::vector<Instance>& rows,
                                          const Selectors& selectors,
                                          const std::string& datacenter) {
    std::vector<Found> found;
    found.reserve(rows.size());
    const bool leaves_out = selectors.passing_only && view.any_absent();
    std::size_t listed = 0;
    for (const Instance& row : rows) {
        // No answer can hold them.
        if (listed > kMaxAnswerBytes / kMinBytesOfCheck)
            return make_error(Errc::Limit, std::string(kAnswerTooLarge));
        if (leaves_out && view.liveness(row.node->name) == agent::Liveness::Absent) continue;
        if (!selectors.has_tags(*row.service) || !selectors.has_meta(*row.node)) continue;
        std::vector<const CheckRow*> checks = view.checks_of(row);
        if (selectors.passing_only && !all_pass(checks)) continue;
        const InstanceRecord record{{row.node, datacenter}, row.service, &checks};
        if (!selectors.filter.matches(&record)) continue;
        listed += checks.size();
        found.push_back({row, std::move(checks)});
    }
    return found;
}

// Which instances a service's name stands for: its own, those that speak for it in the mesh, or
// those of the gateways into the mesh that it is bound to.
struct InstanceList {
    std::string_view endpoint;
    WatchKind watch;
    bool by_service_version;
    std::vector<Instance> (*instances_of)(const View& view, const std::string& service);
};

std::vector<Instance> ingress_instances(const View& view, const std::string& service) {
    std::vector<Instance> all;
    for (const std::string& gateway : ingress_gateways_of(view, service)) {
        const std::vector<Instance> its = view.instances(gateway);
        all.insert(all.end(), its.begin(), its.end());
    }
    return all;
}

const InstanceList kPlain{
    "health/service", WatchKind::ServiceHealth, true,
    [](const View& view, const std::string& name) { return view.instances(name); }};
const InstanceList kConnect{
    "health/connect", WatchKind::ConnectHealth, false,
    [](const View& view, const std::string& name) { return view.connect_instances(name); }};
const InstanceList kIngress{"health/ingress", WatchKind::Gateways, false, ingress_instances};

Result<std::string> render_instances(const View& view, const std::vector<Instance>& rows,
                                     const Selectors& selectors, const Coordinates& places,
                                     const std::string& datacenter) {
    WEFT_TRY(std::vector<Found> found, find_instances(view, rows, selectors, datacenter));
    const auto node_of = [](const Found& row) { return row.instance.node->name.view(); };
    if (selectors.passing_only) leave_out_absent(found, view, node_of);
    sort_by_distance(found, selectors.near, places, node_of);
    return json_list(found, kBytesPerInstance, [&](JsonWriter& writer, const Found& row) {
        write_instance(writer, *row.instance.node, *row.instance.service, row.checks, datacenter);
    });
}

WorkerOutcome instances(const Endpoints& endpoints, const Request& request,
                        const InstanceList& list) {
    if (request.rest.empty()) return Response::text(400, "Missing service name");
    auto selectors = read_selectors(request, instance_fields(), endpoints.facts.node_name);
    if (!selectors) return failing_query(std::move(selectors).error());
    auto passing = read_passing(request);
    if (!passing) return Response::text(400, passing.error().context);
    selectors.value().passing_only = passing.value();

    CatalogQuery query;
    query.watch = watch_of(list.watch, request.rest);
    if (list.watch == WatchKind::Gateways) query.watch.name.clear();
    query.by_service_version = list.by_service_version;
    query.cache_key = cache_key(list.endpoint, request.rest, selectors.value());
    query.agent_cached = true;
    query.is_kept = selectors.value().near.empty();
    query.render = [selectors = std::move(selectors).value(), name = request.rest,
                    &ring = endpoints.ring, datacenter = endpoints.facts.datacenter,
                    instances_of = list.instances_of](const View& view) -> Result<std::string> {
        return render_instances(view, instances_of(view, name), selectors, *ring.coordinates(),
                                datacenter);
    };
    return query;
}

const CheckList kOfNode{
    "health/node", WatchKind::NodeChecks, WatchKind::NodesAndChecks, "Missing node name",
    [](const View& view, const std::string& name) { return view.checks_of_node(name); }};
const CheckList kOfService{
    "health/checks", WatchKind::ServiceChecks, WatchKind::ServiceHealth, "Missing service name",
    [](const View& view, const std::string& name) { return view.checks_of_service(name); }};
const CheckList kInState{
    "health/state", WatchKind::State, WatchKind::NodesAndChecks, "Missing check state",
    [](const View& view, const std::string& name) { return view.checks_in_state(name); }};

}  // namespace

void add_health_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, WorkerHandler handler) {
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/health/node/",
        [endpoints](const Request& request) { return checks(*endpoints, request, kOfNode); });
    get("/v1/health/checks/",
        [endpoints](const Request& request) { return checks(*endpoints, request, kOfService); });
    get("/v1/health/state/",
        [endpoints](const Request& request) { return checks(*endpoints, request, kInState); });
    get("/v1/health/service/",
        [endpoints](const Request& request) { return instances(*endpoints, request, kPlain); });
    get("/v1/health/connect/",
        [endpoints](const Request& request) { return instances(*endpoints, request, kConnect); });
    get("/v1/health/ingress/",
        [endpoints](const Request& request) { return instances(*endpoints, request, kIngress); });
}

}  // namespace weft::api
