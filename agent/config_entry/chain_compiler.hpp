#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config_entry/discovery_chain.hpp"

namespace weft::agent {

inline constexpr std::size_t kMaxChainNodes = 4096;
inline constexpr std::size_t kMaxChainTargets = 16'384;  // counted as often as they are named
inline constexpr std::size_t kMaxChainSplits = 4096;     // of all splitters, once flattened
inline constexpr std::size_t kMaxChainDepth = 64;  // splitters, or redirects, behind each other

// Builds the graph of one service: first its router, then splitters, then resolvers. A value that
// is used once.
class ChainCompiler {
public:
    ChainCompiler(const EntryLookup& entries, std::string_view service,
                  const ChainOptions& options);

    Result<DiscoveryChain> compile();
    std::set<EntryKey> consulted() const;
    const DiscoveryChain& chain() const { return chain_; }  // as far as it came
    std::size_t redirects() const { return redirects_; }    // that were followed

private:
    // Where traffic is to go; becomes a target once redirects are followed.
    struct Destination {
        std::string service;
        std::string subset;
        std::string datacenter;
        // Ids are names of targets and not unique: "v1.web" is a service, too.
        std::string id() const;
        auto operator<=>(const Destination&) const = default;
        Destination rewritten(std::string_view new_service, std::string_view new_subset,
                              std::string_view new_datacenter) const;
    };

    // A destination that leads nowhere else, with the resolver that says so, which may be null.
    struct Settled {
        Destination at;
        const ServiceResolver* resolver = nullptr;
        std::size_t steps = 0;  // how many destinations were on the way
    };

    // An entry that is being followed: named in errors.
    class Step {
    public:
        Step(ChainCompiler& compiler, EntryKey key) : compiler_(compiler) {
            compiler_.trail_.push_back(std::move(key));
        }
        ~Step() { compiler_.trail_.pop_back(); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        ChainCompiler& compiler_;
    };

    template <class Entry>
    const Entry* find(std::string_view name);

    Error fail(std::string text) const;
    Error too_large(std::string_view what, std::size_t most) const;
    Error too_deep() const;
    Destination destination(std::string_view service, std::string_view subset = {}) const;

    // Each gives the key of the node where traffic for the destination goes.
    Result<std::string> start();
    Result<std::string> add_router(const ServiceRouter& router);
    Result<std::string> add_splitter_or_resolver(std::string_view service);
    Result<std::string> add_splitter(const ServiceSplitter& splitter);
    Result<std::string> add_resolver(Destination wanted);

    // Follows redirects and default subsets, each once: many routes may lead to one destination.
    Result<Settled> settle(Destination wanted);
    Result<Settled> follow(Destination at, std::vector<Destination>& passed);
    static Destination next_of(const Destination& at, const ServiceResolver& resolver);
    Error lacks_subset(const Destination& at) const;
    Result<void> check_external(const Destination& at, const ServiceResolver* resolver) const;
    Result<std::string> add_target(const Settled& settled);
    Result<void> add_failover(const Settled& settled, ChainResolver& resolver);
    MeshGatewaySettings mesh_gateway_of(const Settled& settled, const ServiceDefaults* defaults);
    Duration connect_timeout_of(const ServiceResolver* resolver);

    std::string protocol_of(std::string_view service);
    Result<void> note_protocol(std::string_view service);
    Result<void> add_node(ChainNode node);

    const EntryLookup& entries_;
    const ChainOptions& options_;
    DiscoveryChain chain_;
    std::optional<std::string> default_protocol_;  // of proxy-defaults, once it was asked for
    std::map<EntryKey, EntryPtr> found_;
    std::vector<EntryKey> trail_;
    std::map<Destination, Settled> settled_;  // by where it was begun
    std::size_t targets_named_ = 0;
    std::size_t redirects_ = 0;
    bool plain_ = false;  // routers and splitters are left out: the protocol has no requests
    bool routes_requests_ = false;  // a router or splitter was used
    bool is_customized_ = false;
};

// ---- what is done to the graph once it stands (chain_graph.cpp)

// "a -> b -> c" for an error; of a long way its two ends.
std::string way_text(const std::vector<std::string>& names);

// An error names the nodes of the circle.
Result<void> refuse_circles(const DiscoveryChain& chain);

// Splitters that lead to splitters become one, whose weights are products.
Result<void> flatten_splitters(DiscoveryChain& chain);

void remove_unreachable_nodes(DiscoveryChain& chain);

}  // namespace weft::agent
