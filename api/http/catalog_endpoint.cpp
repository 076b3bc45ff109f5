#include <map>
#include <set>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/gateway_services.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"

// GET /v1/catalog/*: nodes and services as they are registered, whatever their health.
namespace weft::api {
namespace {

using agent::Instance;
using agent::NodeRow;
using agent::ServiceRow;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerRow = 512;  // a guess, to allocate once

Response datacenters(const AgentFacts& facts) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    writer.value(facts.datacenter);
    writer.end_array();
    return Response::json(std::move(body));
}

std::string render_nodes(const View& view, const Selectors& selectors, const Coordinates& places,
                         const std::string& datacenter) {
    std::vector<const NodeRow*> rows = view.nodes();
    std::erase_if(rows, [&](const NodeRow* row) {
        const NodeRecord record{row, datacenter};
        return !selectors.has_meta(*row) || !selectors.filter.matches(&record);
    });
    sort_by_distance(rows, selectors.near, places,
                     [](const NodeRow* row) { return row->name.view(); });
    return json_list(rows, kBytesPerRow, [&](JsonWriter& writer, const NodeRow* row) {
        write_node(writer, *row, datacenter);
    });
}

WorkerOutcome nodes(const Endpoints& endpoints, const Request& request) {
    auto selectors = read_selectors(request, node_fields(), endpoints.facts.node_name);
    if (!selectors) return failing_query(std::move(selectors).error());
    CatalogQuery query;
    query.watch = {WatchKind::Nodes, {}};
    query.cache_key = cache_key("catalog/nodes", {}, selectors.value());
    query.is_kept = selectors.value().near.empty();
    query.render = [selectors = std::move(selectors).value(), &ring = endpoints.ring,
                    datacenter =
                        endpoints.facts.datacenter](const View& view) -> Result<std::string> {
        return render_nodes(view, selectors, *ring.coordinates(), datacenter);
    };
    return query;
}

using TagsByName = std::map<std::string_view, std::set<std::string_view>>;

TagsByName services_on_nodes_with_meta(const View& view, const Selectors& selectors) {
    TagsByName names;
    for (const NodeRow* node : view.nodes()) {
        if (!selectors.has_meta(*node)) continue;
        for (const ServiceRow* service : view.services_of_node(node->name)) {
            auto& tags = names[service->name.view()];
            for (const SharedText& tag : service->tags.get()) tags.insert(tag.view());
        }
    }
    return names;
}

template <class Tags>
void write_tags(JsonWriter& writer, std::string_view name, const Tags& tags) {
    writer.key(name);
    writer.begin_array();
    for (const auto& tag : tags) writer.value(std::string_view(tag));
    writer.end_array();
}

std::string render_services(const View& view, const Selectors& selectors) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    if (selectors.node_meta.empty()) {
        for (const agent::ServiceName& service : view.service_names())
            write_tags(writer, service.name, service.tags);
    } else {
        for (const auto& [name, tags] : services_on_nodes_with_meta(view, selectors))
            write_tags(writer, name, tags);
    }
    writer.end_object();
    return body;
}

// Consul 1.8 ignores a filter here, even a wrong one.
WorkerOutcome services(const Request& request) {
    Selectors selectors;
    selectors.node_meta = read_node_meta(request);
    CatalogQuery query;
    const bool all = selectors.node_meta.empty();
    query.watch = {all ? WatchKind::ServiceNames : WatchKind::Registrations, {}};
    query.cache_key = cache_key("catalog/services", {}, selectors);
    query.agent_cached = true;
    query.render = [selectors = std::move(selectors)](const View& view) -> Result<std::string> {
        return render_services(view, selectors);
    };
    return query;
}

enum class Instances { Plain, Connect };

std::string render_instances(const View& view, const std::string& name, Instances which,
                             const Selectors& selectors, const Coordinates& places,
                             const std::string& datacenter) {
    std::vector<Instance> rows =
        which == Instances::Plain ? view.instances(name) : view.connect_instances(name);
    std::erase_if(rows, [&](const Instance& row) {
        const CatalogServiceRecord record{{row.node, datacenter}, row.service};
        return !selectors.has_tags(*row.service) || !selectors.has_meta(*row.node) ||
               !selectors.filter.matches(&record);
    });
    sort_by_distance(rows, selectors.near, places,
                     [](const Instance& row) { return row.node->name.view(); });
    return json_list(rows, kBytesPerRow, [&](JsonWriter& writer, const Instance& row) {
        write_catalog_service(writer, *row.node, *row.service, datacenter);
    });
}

WorkerOutcome instances(const Endpoints& endpoints, const Request& request, Instances which) {
    if (request.rest.empty()) return Response::text(400, "Missing service name");
    auto selectors = read_selectors(request, catalog_service_fields(), endpoints.facts.node_name);
    if (!selectors) return failing_query(std::move(selectors).error());
    const bool plain = which == Instances::Plain;
    CatalogQuery query;
    query.watch = watch_of(plain ? WatchKind::Service : WatchKind::Connect, request.rest);
    query.by_service_version = plain;
    query.cache_key =
        cache_key(plain ? "catalog/service" : "catalog/connect", request.rest, selectors.value());
    query.agent_cached = true;
    query.is_kept = selectors.value().near.empty();
    query.render = [selectors = std::move(selectors).value(), which, name = request.rest,
                    &ring = endpoints.ring, datacenter = endpoints.facts.datacenter](
                       const View& view) -> Result<std::string> {
        return render_instances(view, name, which, selectors, *ring.coordinates(), datacenter);
    };
    return query;
}

enum class NodeForm { Map, List };

std::string render_node(const View& view, const std::string& name, NodeForm form,
                        const Filter& filter, const std::string& datacenter) {
    std::string body;
    JsonWriter writer(body);
    const NodeRow* node = view.node(name);
    if (!node) node = view.node_by_id(name);
    if (!node) return form == NodeForm::Map ? "null" : R"({"Node":null,"Services":null})";

    writer.begin_object();
    writer.key("Node");
    write_node(writer, *node, datacenter);
    writer.key("Services");
    form == NodeForm::Map ? writer.begin_object() : writer.begin_array();
    for (const ServiceRow* service : view.services_of_node(node->name)) {
        if (is_full(writer)) break;
        if (!filter.matches(service)) continue;
        if (form == NodeForm::Map) writer.key(service->id.view());
        write_service(writer, *service);
    }
    form == NodeForm::Map ? writer.end_object() : writer.end_array();
    writer.end_object();
    return body;
}

WorkerOutcome node(const Endpoints& endpoints, const Request& request, NodeForm form) {
    if (request.rest.empty()) return Response::text(400, "Missing node name");
    auto selectors = read_selectors(request, service_fields(), {});
    if (!selectors) return failing_query(std::move(selectors).error());
    CatalogQuery query;
    query.watch = watch_of(WatchKind::Node, request.rest);
    query.cache_key = cache_key(form == NodeForm::Map ? "catalog/node" : "catalog/node-services",
                                request.rest, selectors.value());
    query.render = [filter = selectors.value().filter, form, name = request.rest,
                    datacenter =
                        endpoints.facts.datacenter](const View& view) -> Result<std::string> {
        return render_node(view, name, form, filter, datacenter);
    };
    return query;
}

WorkerOutcome gateway_services(const Request& request) {
    if (request.rest.empty()) return Response::text(400, "Missing gateway name");
    CatalogQuery query;
    query.watch = {WatchKind::Gateways, {}};
    query.render = [name = request.rest](const View& view) -> Result<std::string> {
        return render_gateway_services(view, name);
    };
    return query;
}

}  // namespace

void add_catalog_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, WorkerHandler handler) {
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/catalog/datacenters",
        [endpoints](const Request&) -> WorkerOutcome { return datacenters(endpoints->facts); });
    get("/v1/catalog/nodes",
        [endpoints](const Request& request) { return nodes(*endpoints, request); });
    get("/v1/catalog/services", [](const Request& request) { return services(request); });
    get("/v1/catalog/service/", [endpoints](const Request& request) {
        return instances(*endpoints, request, Instances::Plain);
    });
    get("/v1/catalog/connect/", [endpoints](const Request& request) {
        return instances(*endpoints, request, Instances::Connect);
    });
    get("/v1/catalog/node/",
        [endpoints](const Request& request) { return node(*endpoints, request, NodeForm::Map); });
    get("/v1/catalog/node-services/",
        [endpoints](const Request& request) { return node(*endpoints, request, NodeForm::List); });
    get("/v1/catalog/gateway-services/",
        [](const Request& request) { return gateway_services(request); });
}

}  // namespace weft::api
