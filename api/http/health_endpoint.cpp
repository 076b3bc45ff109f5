#include <algorithm>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"

// GET /v1/health/*: checks, and instances with their checks.
namespace weft::api {
namespace {

using agent::CheckRow;
using agent::Instance;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerInstance = 1024;  // a guess, to allocate once

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
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const CheckRow* row : rows) write_check(writer, *row);
    writer.end_array();
    return body;
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

std::vector<Found> find_instances(const View& view, const std::vector<Instance>& rows,
                                  const Selectors& selectors, const std::string& datacenter) {
    std::vector<Found> found;
    found.reserve(rows.size());
    for (const Instance& row : rows) {
        if (!selectors.has_tags(*row.service) || !selectors.has_meta(*row.node)) continue;
        std::vector<const CheckRow*> checks = view.checks_of(row);
        if (selectors.passing_only && !all_pass(checks)) continue;
        const InstanceRecord record{{row.node, datacenter}, row.service, &checks};
        if (selectors.filter.matches(&record)) found.push_back({row, std::move(checks)});
    }
    return found;
}

enum class Instances { Plain, Connect };

std::string render_instances(const View& view, const std::string& name, Instances which,
                             const Selectors& selectors, const Coordinates& places,
                             const std::string& datacenter) {
    const std::vector<Instance> rows =
        which == Instances::Plain ? view.instances(name) : view.connect_instances(name);
    std::vector<Found> found = find_instances(view, rows, selectors, datacenter);
    const auto node_of = [](const Found& row) { return row.instance.node->name.view(); };
    if (selectors.passing_only) leave_out_absent(found, view, node_of);
    sort_by_distance(found, selectors.near, places, node_of);
    std::string body;
    body.reserve(found.size() * kBytesPerInstance);
    JsonWriter writer(body);
    writer.begin_array();
    for (const Found& row : found) {
        write_instance(writer, *row.instance.node, *row.instance.service, row.checks, datacenter);
    }
    writer.end_array();
    return body;
}

WorkerOutcome instances(const Endpoints& endpoints, const Request& request, Instances which) {
    if (request.rest.empty()) return Response::text(400, "Missing service name");
    auto selectors = read_selectors(request, instance_fields(), endpoints.facts.node_name);
    if (!selectors) return failing_query(std::move(selectors).error());
    auto passing = read_passing(request);
    if (!passing) return Response::text(400, passing.error().context);
    selectors.value().passing_only = passing.value();

    const bool plain = which == Instances::Plain;
    CatalogQuery query;
    query.watch =
        watch_of(plain ? WatchKind::ServiceHealth : WatchKind::ConnectHealth, request.rest);
    query.by_service_version = plain;
    query.cache_key =
        cache_key(plain ? "health/service" : "health/connect", request.rest, selectors.value());
    query.agent_cached = true;
    query.is_kept = selectors.value().near.empty();
    query.render = [selectors = std::move(selectors).value(), which, name = request.rest,
                    &ring = endpoints.ring, datacenter = endpoints.facts.datacenter](
                       const View& view) -> Result<std::string> {
        return render_instances(view, name, which, selectors, *ring.coordinates(), datacenter);
    };
    return query;
}

// Gateways come with the mesh: the entries that bind services to them are kept already, but no
// instance is one of weft's.
WorkerOutcome ingress(const Request& request) {
    if (request.rest.empty()) return Response::text(400, "Missing service name");
    auto passing = read_passing(request);
    if (!passing) return Response::text(400, passing.error().context);
    CatalogQuery query;
    query.watch = watch_of(WatchKind::ServiceHealth, request.rest);
    query.cache_key = cache_key("health/ingress", request.rest, {});
    query.agent_cached = true;
    query.render = [](const View&) -> Result<std::string> { return std::string("[]"); };
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
    get("/v1/health/service/", [endpoints](const Request& request) {
        return instances(*endpoints, request, Instances::Plain);
    });
    get("/v1/health/connect/", [endpoints](const Request& request) {
        return instances(*endpoints, request, Instances::Connect);
    });
    get("/v1/health/ingress/", [](const Request& request) { return ingress(request); });
}

}  // namespace weft::api
