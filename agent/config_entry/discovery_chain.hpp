#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_writer.hpp"
#include "agent/base/result.hpp"
#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_lookup.hpp"

// The discovery chain of a service: what its router, splitters, resolvers and defaults say together
// of where a request goes, as a graph. As in Consul 1.8's agent/consul/discoverychain.
namespace weft::agent {

// The only one; ids and answers name it as Consul's do.
inline constexpr std::string_view kOnlyNamespace = "default";

// Whether a proxy sees single requests of the protocol, or only connections.
bool has_requests(std::string_view protocol);

// A set of instances that traffic may go to.
struct ChainTarget {
    std::string id;  // "v1.web.default.dc1"
    std::string service;
    std::string subset_name;  // empty: all instances
    std::string datacenter;
    MeshGatewaySettings mesh_gateway;
    ResolverSubset subset;
    bool external = false;  // reached under a name of its own, sni, without the mesh
    std::string sni;
    std::string name;
};

struct ChainRoute {
    ServiceRoute definition;
    std::string next_node;
};

struct ChainSplit {
    SplitWeight weight;
    std::string next_node;
};

struct ChainResolver {
    Duration connect_timeout{};
    bool is_default = false;  // there is no service-resolver for it
    std::string target;
    std::vector<std::string> failover;  // targets, in the order in which they are tried
};

struct ChainNode {
    enum class Type { Router, Splitter, Resolver };
    Type type{};
    std::string name;  // "web.default"; of a resolver the id of its target
    std::vector<ChainRoute> routes;
    std::vector<ChainSplit> splits;
    ChainResolver resolver;

    std::string key() const;  // "router:web.default"
};

struct DiscoveryChain {
    std::string service_name;
    std::string datacenter;
    std::string customization_hash;  // empty: no override made a difference
    std::string protocol;
    std::string start_node;
    std::map<std::string, ChainNode> nodes;  // by key
    std::map<std::string, ChainTarget> targets;

    std::size_t size() const;  // nodes, targets, routes, splits and failovers together
};

struct ChainOptions {
    std::string datacenter;        // where it is evaluated
    std::string local_datacenter;  // where it is used: targets elsewhere may go through gateways
    std::string trust_domain;
    ChainOverrides overrides;
};

struct CompiledChain {
    Result<DiscoveryChain> chain;

    // Every entry that was looked for: the chain stays as it is as long as these do.
    std::set<EntryKey> consulted;
    // Of the chain, or of what was made until it failed, and of the redirects on the way.
    std::size_t size = 0;
};

// Never fails for a service without entries. Errors' contexts name the entries on the way to what
// is wrong, like "(service-router/a -> service-splitter/b)".
CompiledChain compile_chain(const EntryLookup& entries, std::string_view service,
                            const ChainOptions& options);

// As GET /v1/discovery-chain/:service answers.
void write_chain(JsonWriter& writer, const DiscoveryChain& chain);

}  // namespace weft::agent
