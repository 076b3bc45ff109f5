#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/base/ip_address.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/catalog/coordinates.hpp"
#include "agent/prepared_query/query_execution.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/prepared_query_path.hpp"
#include "api/http/read_options.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"

// GET /v1/query: prepared queries, what they mean, and what they give.
namespace weft::api {
namespace {

using agent::PreparedQueryRow;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerQuery = 512;  // a guess, to allocate once

std::string render(const std::vector<const PreparedQueryRow*>& rows) {
    return json_list(rows, kBytesPerQuery, [](JsonWriter& writer, const PreparedQueryRow* row) {
        write_prepared_query(writer, *row);
    });
}

WorkerOutcome list(const Request&) {
    CatalogQuery query;
    query.watch = {WatchKind::PreparedQueries, {}};
    query.cache_key = "query";
    query.render = [](const View& view) -> Result<std::string> {
        return render(view.prepared_queries());
    };
    return query;
}

WorkerOutcome read(std::string id) {
    CatalogQuery query;
    query.watch = watch_of(WatchKind::PreparedQuery, id);
    query.cache_key = "query " + id;
    query.awaits_absent = false;
    query.render = [id = std::move(id)](const View& view) -> Result<std::string> {
        if (auto error = agent::check_prepared_query_id(id)) return *error;
        const PreparedQueryRow* row = view.prepared_query(id);
        if (!row) return make_error(Errc::NotFound, "Query not found");
        return render({row});
    };
    return query;
}

// What the bodies of both say of the read itself, where other answers have headers.
struct ReadFacts {
    std::string_view consistency;
    const CatalogReader* catalog = nullptr;

    void write(JsonWriter& writer) const {
        const LeaderContact contact = catalog->leader_contact();
        writer.field("Index", 0);
        writer.field("LastContact", contact.age.count());
        writer.field("KnownLeader", contact.known);
        writer.field("ConsistencyLevel", consistency);
    }
};

ReadFacts facts_of(const Endpoints& endpoints, const Request& request) {
    Consistency consistency = Consistency::Leader;
    const auto max_stale = parse_go_duration(request.parameter("max_stale").value_or(""));
    const bool may_be_old = max_stale && max_stale.value() > Duration::zero();
    if (request.has("stale") || may_be_old) consistency = Consistency::Stale;
    if (request.has("consistent")) consistency = Consistency::Consistent;
    return {consistency_name(consistency), &endpoints.catalog};
}

CatalogQuery unwatched() {
    CatalogQuery query;
    query.watch = {WatchKind::PreparedQueries, {}};
    query.is_watched = false;
    query.awaits_absent = false;
    query.is_kept = false;
    return query;
}

WorkerOutcome explain(const Endpoints& endpoints, const Request& request, std::string id) {
    CatalogQuery query = unwatched();
    query.render = [id = std::move(id),
                    facts = facts_of(endpoints, request)](const View& view) -> Result<std::string> {
        WEFT_TRY(const PreparedQueryRow row, agent::resolve_query(view, id));
        std::string body;
        JsonWriter writer(body);
        writer.begin_object();
        writer.key("Query");
        write_prepared_query(writer, row);
        facts.write(writer);
        writer.end_object();
        return body;
    };
    return query;
}

// ---- execution

// Seeds for the order of instances, of which each answer has its own.
class Seeds {
public:
    explicit Seeds(std::uint64_t first) : next_(first) {}
    std::uint64_t next() { return next_.fetch_add(1, std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> next_;
};

struct Execution {
    std::string id;
    agent::QuerySource source;
    std::int64_t limit = 0;  // not above 0: none
    agent::QueriedInstances which = agent::QueriedInstances::AsStored;
    ReadFacts facts;
    std::string datacenter;
};

// That of the client behind proxies, as far as they say.
std::string source_address(const Request& request) {
    const std::string_view forwarded = request.header("X-Forwarded-For").value_or("");
    const std::string_view first = forwarded.substr(0, forwarded.find(','));
    const auto address = IpAddress::parse(trimmed(first));
    return address ? address->str() : request.client_address;
}

std::optional<Response> read_limit(const Request& request, Execution& execution) {
    const std::string_view text = request.parameter("limit").value_or("");
    if (text.empty()) return std::nullopt;
    const auto limit = go_atoi(text);
    if (!limit) return Response::text(500, "Bad limit: " + limit.error().message());
    execution.limit = limit.value();
    return std::nullopt;
}

std::optional<Response> read_connect(const Request& request, Execution& execution) {
    const std::string_view text = request.parameter("connect").value_or("");
    if (text.empty()) return std::nullopt;
    const auto connect = go_parse_bool(text);
    if (!connect) {
        return Response::text(500, "Error parsing 'connect' value: strconv.ParseBool: parsing " +
                                       go_quote(text) + ": invalid syntax");
    }
    if (*connect) execution.which = agent::QueriedInstances::Connect;
    return std::nullopt;
}

void write_instances(JsonWriter& writer, const View& view,
                     const std::vector<agent::QueriedInstance>& instances,
                     std::string_view datacenter) {
    writer.key("Nodes");
    write_rows(writer, instances, [&](const agent::QueriedInstance& found) {
        write_instance(writer, *found.instance.node, *found.instance.service,
                       view.checks_of(found.instance), datacenter, NoTags::Null);
    });
}

Result<std::string> run(const View& view, const Execution& execution, const Coordinates& places,
                        Rng rng) {
    WEFT_TRY(const PreparedQueryRow row, agent::resolve_query(view, execution.id));
    auto instances = agent::find_instances(view, row.service, execution.which);
    const std::string near = agent::near_node(view, row.service, execution.source);
    agent::order_instances(instances, near, places, rng);
    if (execution.limit > 0 && std::cmp_greater(instances.size(), execution.limit))
        instances.resize(static_cast<std::size_t>(execution.limit));
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    writer.field("Service", row.service.service.view());
    write_instances(writer, view, instances, execution.datacenter);
    write_query_dns(writer, row);
    writer.field("Datacenter", execution.datacenter);
    writer.field("Failovers", 0);  // there is no other datacenter
    execution.facts.write(writer);
    writer.end_object();
    return body;
}

WorkerOutcome execute(const Endpoints& endpoints, const std::shared_ptr<Seeds>& seeds,
                      const Request& request, std::string id) {
    Execution execution{.id = std::move(id),
                        .source = {.near = std::string(request.parameter("near").value_or("")),
                                   .agent_node = endpoints.facts.node_name,
                                   .address = source_address(request)},
                        .facts = facts_of(endpoints, request),
                        .datacenter = endpoints.facts.datacenter};
    if (auto refusal = read_limit(request, execution)) return std::move(*refusal);
    if (auto refusal = read_connect(request, execution)) return std::move(*refusal);
    CatalogQuery query = unwatched();
    query.for_any_client = false;
    query.agent_cached = true;
    query.cache_key = "query/execute " + execution.id;
    query.render = [execution = std::move(execution), seeds,
                    &ring = endpoints.ring](const View& view) -> Result<std::string> {
        return run(view, execution, *ring.coordinates(), Rng(seeds->next()));
    };
    return query;
}

}  // namespace

void add_prepared_query_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto seeds = std::make_shared<Seeds>(endpoints->seed);
    routes.push_back({"/v1/query", {{"GET", WorkerHandler(list)}}, {}});
    WorkerHandler get = [endpoints, seeds](const Request& request) -> WorkerOutcome {
        QueryPath path = query_path(request);
        switch (path.action) {
            case QueryAction::Execute:
                return execute(*endpoints, seeds, request, std::move(path.id));
            case QueryAction::Explain:
                return explain(*endpoints, request, std::move(path.id));
            case QueryAction::Itself:
                break;
        }
        return read(std::move(path.id));
    };
    Route below{"/v1/query/", {{"GET", std::move(get)}}, {}};
    below.wrong_method = wrong_query_method;
    routes.push_back(std::move(below));
}

}  // namespace weft::api
