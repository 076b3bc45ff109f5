#include <fmt/format.h>

#include <utility>

#include "agent/base/json_tree.hpp"
#include "agent/config_entry/discovery_chain.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/view_entries.hpp"

// /v1/discovery-chain/:service: where requests for a service go, with or without overrides.
namespace weft::api {
namespace {

Response bad_request(std::string_view why) {
    return Response::text(400, fmt::format("Bad request: {}", why));
}

bool is_gateway_mode(std::string_view mode) {
    return mode.empty() || mode == "none" || mode == "local" || mode == "remote";
}

// A chain depends on entries of many kinds and names; which ones may change with each of them. So
// it waits for any, and the server sees to it that an answer that stayed the same wakes nobody.
WorkerOutcome chain(const Endpoints& endpoints, const Request& request,
                    agent::ChainOverrides overrides) {
    if (request.rest.empty()) return bad_request("Missing chain name");
    agent::ChainOptions options;
    options.local_datacenter = endpoints.facts.datacenter;
    options.datacenter = request.parameter("compile-dc").value_or("");
    if (options.datacenter.empty()) options.datacenter = options.local_datacenter;
    options.trust_domain = endpoints.facts.trust_domain;
    options.overrides = std::move(overrides);

    CatalogQuery query;
    query.watch = {agent::WatchKind::ConfigEntries, {}};
    query.render = [service = request.rest,
                    options = std::move(options)](const agent::View& view) -> Result<std::string> {
        const ViewEntries entries(view);
        const agent::CompiledChain compiled = agent::compile_chain(entries, service, options);
        if (!compiled.chain) return compiled.chain.error();
        std::string body;
        JsonWriter writer(body);
        agent::write_chain(writer, compiled.chain.value());
        return body;
    };
    return query;
}

WorkerOutcome overridden_chain(const Endpoints& endpoints, const Request& request) {
    const auto undecodable = [](const Error& error) {
        return bad_request("Request decoding failed: " + error.message());
    };
    const auto tree = parse_json(request.body);
    if (!tree) return undecodable(tree.error());
    auto overrides = agent::decode_chain_overrides(tree.value());
    if (!overrides) return undecodable(overrides.error());
    if (!is_gateway_mode(overrides.value().mesh_gateway.mode))
        return Response::text(400, "Invalid OverrideMeshGateway.Mode parameter");
    return chain(endpoints, request, std::move(overrides).value());
}

}  // namespace

void add_discovery_chain_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const WorkerHandler get = [endpoints](const Request& request) {
        return chain(*endpoints, request, {});
    };
    const WorkerHandler post = [endpoints](const Request& request) {
        return overridden_chain(*endpoints, request);
    };
    routes.push_back({"/v1/discovery-chain/", {{"GET", get}, {"POST", post}}, {}});
}

}  // namespace weft::api
