#include <utility>

#include "agent/base/json_writer.hpp"
#include "api/http/catalog_summary.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/filter_fields.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"

// GET /v1/internal/ui/*: the catalog as Consul's web interface, and what was made for it, asks for
// it.
namespace weft::api {
namespace {

using agent::NodeRow;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerNode = 1024;  // a guess, to allocate once

// Of the parameters that choose rows only the filter counts here.
Result<Selectors> read_ui_filter(const Request& request, const FieldSet& fields) {
    Selectors selectors;
    WEFT_TRY(read_filter(request, fields, selectors));
    return selectors;
}

CatalogQuery ui_query(agent::Watch watch, std::string cache_key) {
    CatalogQuery query;
    query.watch = std::move(watch);
    query.cache_key = std::move(cache_key);
    query.shows_consistency = false;
    return query;
}

std::string render_nodes(const View& view, const Filter& filter) {
    const std::vector<const NodeRow*> nodes = view.nodes();
    return json_list(nodes, kBytesPerNode, [&](JsonWriter& writer, const NodeRow* node) {
        const auto services = view.services_of_node(node->name);
        const auto checks = view.checks_of_node(node->name);
        const NodeOverviewRecord record{{node, {}}, &services, &checks};
        if (filter.matches(&record)) write_node_overview(writer, *node, services, checks);
    });
}

WorkerOutcome nodes(const Request& request) {
    auto selectors = read_ui_filter(request, node_overview_fields());
    if (!selectors) return failing_query(std::move(selectors).error());
    CatalogQuery query =
        ui_query({WatchKind::Overview, {}}, cache_key("ui/nodes", {}, selectors.value()));
    query.render = [filter = selectors.value().filter](const View& view) -> Result<std::string> {
        return render_nodes(view, filter);
    };
    return query;
}

// Consul ignores a filter here, even a wrong one, and knows no node by its id.
WorkerOutcome node(const Request& request) {
    if (request.rest.empty()) return Response::text(400, "Missing node name");
    CatalogQuery query =
        ui_query(watch_of(WatchKind::NodeHealth, request.rest), "ui/node " + request.rest);
    query.render = [name = request.rest](const View& view) -> Result<std::string> {
        const NodeRow* found = view.node(name);
        if (!found) return make_error(Errc::NotFound);
        std::string body;
        JsonWriter writer(body);
        write_node_overview(writer, *found, view.services_of_node(name), view.checks_of_node(name));
        return body;
    };
    return query;
}

template <class Texts>
void write_texts(JsonWriter& writer, std::string_view name, const Texts& texts) {
    writer.key(name);
    if (texts.empty()) return writer.null();
    writer.begin_array();
    for (const std::string_view text : texts) writer.value(text);
    writer.end_array();
}

void write_summary(JsonWriter& writer, std::string_view name, const ServiceSummary& summary) {
    writer.begin_object();
    if (!summary.kind.empty()) writer.field("Kind", summary.kind);
    writer.field("Name", name);
    write_texts(writer, "Tags", summary.tags);
    write_texts(writer, "Nodes", summary.nodes);
    writer.field("InstanceCount", summary.nodes.size());
    if (!summary.proxy_for.texts().empty())
        write_texts(writer, "ProxyFor", summary.proxy_for.texts());
    writer.field("ChecksPassing", summary.checks.passing);
    writer.field("ChecksWarning", summary.checks.warning);
    writer.field("ChecksCritical", summary.checks.critical);
    write_texts(writer, "ExternalSources", summary.external_sources.texts());
    // What a gateway is bound to by configuration entries is shown by its own path.
    writer.key("GatewayConfig");
    writer.begin_object();
    writer.end_object();
    writer.end_object();
}

WorkerOutcome services(const Endpoints& endpoints, const Request& request) {
    auto selectors = read_ui_filter(request, instance_fields());
    if (!selectors) return failing_query(std::move(selectors).error());
    CatalogQuery query =
        ui_query({WatchKind::Overview, {}}, cache_key("ui/services", {}, selectors.value()));
    query.render = [filter = selectors.value().filter, datacenter = endpoints.facts.datacenter](
                       const View& view) -> Result<std::string> {
        std::string body;
        JsonWriter writer(body);
        writer.begin_array();
        for (const auto& [name, summary] : summarize_services(view, filter, datacenter))
            write_summary(writer, name, summary);
        writer.end_array();
        return body;
    };
    return query;
}

void write_counts(JsonWriter& writer, std::string_view name, const StatusCounts& counts) {
    writer.begin_object();
    if (!name.empty()) writer.field("Name", name);
    writer.field("Total", counts.total());
    writer.field("Passing", counts.passing);
    writer.field("Warning", counts.warning);
    writer.field("Critical", counts.critical);
    writer.end_object();
}

void write_counts(JsonWriter& writer, std::string_view what,
                  const std::map<std::string_view, StatusCounts>& counts) {
    writer.key(what);
    writer.begin_array();
    for (const auto& [name, each] : counts) write_counts(writer, name, each);
    writer.end_array();
}

// Newer than the recorded version.
WorkerOutcome overview(const Request&) {
    CatalogQuery query = ui_query({WatchKind::Overview, {}}, "ui/catalog-overview");
    query.render = [](const View& view) -> Result<std::string> {
        const HealthSummary summary = summarize_health(view);
        std::string body;
        JsonWriter writer(body);
        writer.begin_object();
        write_counts(writer, "Nodes", {{std::string_view(), summary.nodes}});
        write_counts(writer, "Services", summary.services);
        write_counts(writer, "Checks", summary.checks);
        writer.end_object();
        return body;
    };
    return query;
}

}  // namespace

void add_ui_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, WorkerHandler handler) {
        routes.push_back({std::move(pattern), {{"GET", std::move(handler)}}, {}});
    };
    get("/v1/internal/ui/nodes", nodes);
    get("/v1/internal/ui/node/", node);
    get("/v1/internal/ui/services",
        [endpoints](const Request& request) { return services(*endpoints, request); });
    get("/v1/internal/ui/catalog-overview", overview);
}

}  // namespace weft::api
