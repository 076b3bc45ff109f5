#include "agent/config_entry/chain_compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/json_tree.hpp"

namespace weft::agent {
namespace {

constexpr Duration kDefaultConnectTimeout = std::chrono::seconds(5);

std::string in_namespace(std::string_view service) {
    return fmt::format("{}.{}", service, kOnlyNamespace);
}

// The protocol that proxy-defaults' opaque configuration names; empty: none.
std::string configured_protocol(const OpaqueJson& config) {
    if (config.text.empty()) return {};
    const auto tree = parse_json(config.text);
    if (!tree) return {};
    for (const auto& [name, value] : tree.value().members) {
        if (lower_case(name) == "protocol" && value.kind == JsonValue::Kind::String)
            return value.text;
    }
    return {};
}

bool is_default(const ServiceResolver* resolver) {
    if (resolver == nullptr) return true;
    ServiceResolver nothing;
    nothing.name = resolver->name;
    nothing.meta = resolver->meta;
    return *resolver == nothing;
}

// Eight digits that differ when the overrides do (FNV-1a); clients tell customized chains apart by
// it.
std::string hash_of(const ChainOverrides& overrides) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        hash = (hash ^ 0xff) * 0x100000001b3;
    };
    add(overrides.mesh_gateway.mode);
    add(overrides.protocol);
    add(std::to_string(overrides.connect_timeout.count()));
    return fmt::format("{:016x}", hash).substr(0, 8);
}

}  // namespace

bool has_requests(std::string_view protocol) {
    return protocol == "http" || protocol == "http2" || protocol == "grpc";
}

std::string ChainNode::key() const {
    switch (type) {
        case Type::Router:
            return "router:" + name;
        case Type::Splitter:
            return "splitter:" + name;
        case Type::Resolver:
            return "resolver:" + name;
    }
    return name;
}

std::string ChainCompiler::Destination::id() const {
    return fmt::format("{}{}{}.{}.{}", subset, subset.empty() ? "" : ".", service, kOnlyNamespace,
                       datacenter);
}

ChainCompiler::Destination ChainCompiler::Destination::rewritten(
    std::string_view new_service, std::string_view new_subset,
    std::string_view new_datacenter) const {
    Destination other = *this;
    if (!new_service.empty() && lower_case(new_service) != lower_case(service)) {
        other.service = new_service;
        other.subset.clear();  // it names nothing of another service
    }
    if (!new_subset.empty()) other.subset = new_subset;
    if (!new_datacenter.empty()) other.datacenter = new_datacenter;
    return other;
}

ChainCompiler::ChainCompiler(const EntryLookup& entries, std::string_view service,
                             const ChainOptions& options)
    : entries_(entries), options_(options) {
    chain_.service_name = service;
    chain_.datacenter = options.datacenter;
    const std::string protocol = lower_case(options.overrides.protocol);
    plain_ = !protocol.empty() && !has_requests(protocol);
}

std::set<EntryKey> ChainCompiler::consulted() const {
    std::set<EntryKey> keys;
    for (const auto& [key, entry] : found_) keys.insert(key);
    return keys;
}

template <class Entry>
const Entry* ChainCompiler::find(std::string_view name) {
    EntryKey key = entry_key(Entry::kKind, name);
    auto known = found_.find(key);
    if (known == found_.end()) {
        EntryPtr entry = entries_.find(key);
        known = found_.emplace(std::move(key), std::move(entry)).first;
    }
    return known->second ? std::get_if<Entry>(known->second.get()) : nullptr;
}

Error ChainCompiler::fail(std::string text) const {
    if (!trail_.empty()) {
        std::vector<std::string> names;
        for (const EntryKey& key : trail_) names.push_back(to_string(key));
        text += fmt::format(" ({})", way_text(names));
    }
    return make_error(Errc::InvalidArgument, std::move(text));
}

Error ChainCompiler::too_large(std::string_view what, std::size_t most) const {
    return fail(fmt::format("the discovery chain is too large: \"{}\" has more than {} {}",
                            chain_.service_name, most, what));
}

Error ChainCompiler::too_deep() const {
    return fail(
        fmt::format("the discovery chain is too deep: \"{}\" has more than {} splitters or "
                    "redirects behind each other",
                    chain_.service_name, kMaxChainDepth));
}

ChainCompiler::Destination ChainCompiler::destination(std::string_view service,
                                                      std::string_view subset) const {
    return {std::string(service), std::string(subset), options_.datacenter};
}

Result<DiscoveryChain> ChainCompiler::compile() {
    if (chain_.service_name.empty())
        return make_error(Errc::InvalidArgument, "serviceName is required");
    WEFT_TRY(chain_.start_node, start());
    WEFT_TRY(refuse_circles(chain_));
    WEFT_TRY(flatten_splitters(chain_));
    remove_unreachable_nodes(chain_);
    if (routes_requests_ && !has_requests(chain_.protocol)) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("discovery chain \"{0}\" uses a protocol \"{1}\" that does not permit "
                        "advanced routing or splitting behavior; set Protocol to http, http2 or "
                        "grpc in service-defaults/{0}",
                        chain_.service_name, chain_.protocol));
    }
    const std::string protocol = lower_case(options_.overrides.protocol);
    if (!protocol.empty() && protocol != chain_.protocol) {
        chain_.protocol = protocol;
        is_customized_ = true;
    }
    if (is_customized_) chain_.customization_hash = hash_of(options_.overrides);
    return std::move(chain_);
}

Result<std::string> ChainCompiler::start() {
    const auto* router = find<ServiceRouter>(chain_.service_name);
    if (router != nullptr && plain_) {
        router = nullptr;
        is_customized_ = true;
    }
    return router != nullptr ? add_router(*router) : add_splitter_or_resolver(chain_.service_name);
}

Result<std::string> ChainCompiler::add_router(const ServiceRouter& router) {
    const Step step(*this, entry_key(ServiceRouter::kKind, router.name));
    routes_requests_ = true;
    WEFT_TRY(note_protocol(router.name));
    ChainNode node;
    node.type = ChainNode::Type::Router;
    node.name = in_namespace(router.name);
    for (const ServiceRoute& route : router.routes) {
        const RouteDestination to = route.destination.value_or(RouteDestination{});
        const std::string& service = to.service.empty() ? router.name : to.service;
        auto next = to.service_subset.empty()
                        ? add_splitter_or_resolver(service)
                        : add_resolver(destination(service, to.service_subset));
        if (!next) return next;
        node.routes.push_back({route, std::move(next).value()});
    }
    // What no route takes goes on as if there were no router.
    ServiceRoute rest;
    rest.match.emplace().http.emplace().path_prefix = "/";
    rest.destination.emplace().service = router.name;
    rest.destination->name_space = kOnlyNamespace;
    WEFT_TRY(std::string next, add_splitter_or_resolver(router.name));
    node.routes.push_back({std::move(rest), std::move(next)});
    std::string key = node.key();
    WEFT_TRY(add_node(std::move(node)));
    return key;
}

Result<std::string> ChainCompiler::add_splitter_or_resolver(std::string_view service) {
    const auto* splitter = find<ServiceSplitter>(service);
    if (splitter != nullptr && plain_) {
        splitter = nullptr;
        is_customized_ = true;
    }
    return splitter != nullptr ? add_splitter(*splitter) : add_resolver(destination(service));
}

Result<std::string> ChainCompiler::add_splitter(const ServiceSplitter& splitter) {
    const Step step(*this, entry_key(ServiceSplitter::kKind, splitter.name));
    routes_requests_ = true;
    ChainNode node;
    node.type = ChainNode::Type::Splitter;
    node.name = in_namespace(splitter.name);
    const std::string key = node.key();
    if (chain_.nodes.contains(key)) return key;
    if (trail_.size() > kMaxChainDepth) return too_deep();
    // It stands before what it leads to, so that a circle ends here and is found later.
    WEFT_TRY(add_node(std::move(node)));
    for (const ServiceSplit& split : splitter.splits) {
        const std::string& service = split.service.empty() ? splitter.name : split.service;
        const bool is_own = lower_case(service) == lower_case(splitter.name);
        auto next = is_own || !split.service_subset.empty()
                        ? add_resolver(destination(service, split.service_subset))
                        : add_splitter_or_resolver(service);
        if (!next) return next;
        chain_.nodes[key].splits.push_back({split.weight, std::move(next).value()});
    }
    return key;
}

Result<std::string> ChainCompiler::add_resolver(Destination wanted) {
    WEFT_TRY(const Settled found, settle(std::move(wanted)));
    ChainNode node;
    node.type = ChainNode::Type::Resolver;
    WEFT_TRY(node.name, add_target(found));
    std::string key = node.key();
    if (chain_.nodes.contains(key)) return key;
    node.resolver.target = node.name;
    node.resolver.is_default = is_default(found.resolver);
    node.resolver.connect_timeout = connect_timeout_of(found.resolver);
    WEFT_TRY(add_failover(found, node.resolver));
    WEFT_TRY(add_node(std::move(node)));
    return key;
}

Error ChainCompiler::lacks_subset(const Destination& at) const {
    return fail(
        fmt::format("service \"{}\" does not have a subset named \"{}\"", at.service, at.subset));
}

// Where the resolver sends what is meant for the destination; the destination itself when it stays.
ChainCompiler::Destination ChainCompiler::next_of(const Destination& at,
                                                  const ServiceResolver& resolver) {
    if (const auto& redirect = resolver.redirect) {
        Destination next =
            at.rewritten(redirect->service, redirect->service_subset, redirect->datacenter);
        if (next.id() != at.id()) return next;
    }
    return at.subset.empty() ? at.rewritten({}, resolver.default_subset, {}) : at;
}

Result<ChainCompiler::Settled> ChainCompiler::settle(Destination wanted) {
    const std::size_t depth = trail_.size();
    std::vector<Destination> passed;
    auto settled = follow(std::move(wanted), passed);
    trail_.erase(trail_.begin() + static_cast<std::ptrdiff_t>(depth), trail_.end());
    if (!settled) return settled;
    Settled found = settled.value();
    for (auto place = passed.rbegin(); place != passed.rend(); ++place) {
        ++found.steps;
        settled_.emplace(std::move(*place), found);
    }
    return settled;
}

// Leaves the entries that it passed on the trail, and the destinations.
Result<ChainCompiler::Settled> ChainCompiler::follow(Destination at,
                                                     std::vector<Destination>& passed) {
    std::vector<std::string> ids;
    while (true) {
        WEFT_TRY(note_protocol(at.service));
        const auto* resolver = find<ServiceResolver>(at.service);
        if (resolver != nullptr) at.service = resolver->name;
        const std::string id = at.id();
        if (const auto known = settled_.find(at); known != settled_.end()) {
            if (passed.size() + known->second.steps > kMaxChainDepth) return too_deep();
            return known->second;
        }
        const bool is_circle = std::find(ids.begin(), ids.end(), id) != ids.end();
        ids.push_back(id);
        passed.push_back(at);
        if (is_circle) {
            return make_error(
                Errc::InvalidArgument,
                fmt::format("detected circular resolver redirect: [{}]", way_text(ids)));
        }
        if (passed.size() > kMaxChainDepth) return too_deep();
        if (resolver == nullptr) {
            if (!at.subset.empty()) return lacks_subset(at);
            return Settled{std::move(at), nullptr};
        }
        trail_.push_back(entry_key(ServiceResolver::kKind, resolver->name));
        Destination next = next_of(at, *resolver);
        if (next.id() == id) {
            if (!at.subset.empty() && !resolver->subsets.contains(at.subset))
                return lacks_subset(at);
            return Settled{std::move(at), resolver};
        }
        at = std::move(next);
        ++redirects_;
    }
}

Result<void> ChainCompiler::check_external(const Destination& at,
                                           const ServiceResolver* resolver) const {
    if (resolver == nullptr) return success();
    const auto refuse = [&](std::string_view what) {
        return fail(fmt::format(
            "service \"{}\" has an external SNI set; cannot define {} for external services",
            at.service, what));
    };
    if (resolver->redirect) return refuse("redirects");
    if (!resolver->subsets.empty()) return refuse("subsets");
    if (!resolver->failover.empty()) return refuse("failover");
    return success();
}

Result<std::string> ChainCompiler::add_target(const Settled& settled) {
    if (++targets_named_ > kMaxChainTargets) return too_large("targets", kMaxChainTargets);
    const Destination& at = settled.at;
    ChainTarget target;
    target.id = at.id();
    if (chain_.targets.contains(target.id)) return target.id;
    target.service = at.service;
    target.subset_name = at.subset;
    target.datacenter = at.datacenter;
    target.name = fmt::format("{}.internal.{}", target.id, options_.trust_domain);
    target.sni = target.name;
    if (!at.subset.empty()) target.subset = settled.resolver->subsets.at(at.subset);
    const auto* defaults = find<ServiceDefaults>(at.service);
    if (defaults != nullptr && !defaults->external_sni.empty()) {
        target.external = true;
        target.sni = defaults->external_sni;
        WEFT_TRY(check_external(at, settled.resolver));
    } else {
        target.mesh_gateway = mesh_gateway_of(settled, defaults);
    }
    std::string id = target.id;
    chain_.targets.emplace(id, std::move(target));
    return id;
}

MeshGatewaySettings ChainCompiler::mesh_gateway_of(const Settled& settled,
                                                   const ServiceDefaults* defaults) {
    MeshGatewaySettings settings;
    if (settled.at.datacenter == options_.local_datacenter) return settings;
    if (defaults != nullptr) settings = defaults->mesh_gateway;
    if (settings.mode.empty()) {
        const auto* proxies = find<ProxyDefaults>(kProxyDefaultsName);
        if (proxies != nullptr) settings = proxies->mesh_gateway;
    }
    const MeshGatewaySettings& wanted = options_.overrides.mesh_gateway;
    if (!wanted.mode.empty() && wanted != settings) {
        settings = wanted;
        is_customized_ = true;
    }
    return settings;
}

Duration ChainCompiler::connect_timeout_of(const ServiceResolver* resolver) {
    Duration timeout = kDefaultConnectTimeout;
    if (resolver != nullptr && resolver->connect_timeout > Duration{})
        timeout = resolver->connect_timeout;
    const Duration wanted = options_.overrides.connect_timeout;
    if (wanted <= Duration{} || wanted == timeout) return timeout;
    is_customized_ = true;
    return wanted;
}

// The failover of what stands in for another is not looked at: each resolver's list is complete.
Result<void> ChainCompiler::add_failover(const Settled& settled, ChainResolver& resolver) {
    if (settled.resolver == nullptr) return success();
    const auto& by_subset = settled.resolver->failover;
    auto failover = by_subset.find(settled.at.subset);
    if (failover == by_subset.end()) failover = by_subset.find("*");
    if (failover == by_subset.end()) return success();

    const ResolverFailover& to = failover->second;
    std::vector<Destination> alternatives;
    for (const FailoverTarget& target : to.targets) {
        alternatives.push_back(
            settled.at.rewritten(target.service, target.service_subset, target.datacenter));
    }
    for (const std::string& datacenter : to.datacenters)
        alternatives.push_back(settled.at.rewritten(to.service, to.service_subset, datacenter));
    if (alternatives.empty())
        alternatives.push_back(settled.at.rewritten(to.service, to.service_subset, {}));

    const Step step(*this, entry_key(ServiceResolver::kKind, settled.resolver->name));
    for (Destination& alternative : alternatives) {
        if (alternative.id() == settled.at.id()) continue;
        WEFT_TRY(const Settled reached, settle(std::move(alternative)));
        WEFT_TRY(std::string id, add_target(reached));
        resolver.failover.push_back(std::move(id));
    }
    return success();
}

std::string ChainCompiler::protocol_of(std::string_view service) {
    std::string protocol;
    if (const auto* defaults = find<ServiceDefaults>(service)) protocol = defaults->protocol;
    if (protocol.empty()) {
        // Looked up each time, so that it counts as consulted; what it says is read once.
        const auto* proxies = find<ProxyDefaults>(kProxyDefaultsName);
        if (proxies != nullptr && !default_protocol_)
            default_protocol_ = configured_protocol(proxies->config);
        if (proxies != nullptr) protocol = *default_protocol_;
    }
    return protocol.empty() ? "tcp" : lower_case(protocol);
}

Result<void> ChainCompiler::note_protocol(std::string_view service) {
    const std::string protocol = protocol_of(service);
    if (chain_.protocol.empty()) chain_.protocol = protocol;
    if (chain_.protocol != protocol) {
        return fail(
            fmt::format("discovery chain \"{0}\" uses inconsistent protocols; service "
                        "\"{1}\" has \"{2}\" which is not \"{3}\"; set Protocol in "
                        "service-defaults/{1}",
                        chain_.service_name, service, protocol, chain_.protocol));
    }
    return success();
}

Result<void> ChainCompiler::add_node(ChainNode node) {
    if (chain_.nodes.size() >= kMaxChainNodes) return too_large("nodes", kMaxChainNodes);
    std::string key = node.key();
    chain_.nodes.insert_or_assign(std::move(key), std::move(node));
    return success();
}

std::size_t DiscoveryChain::size() const {
    std::size_t size = nodes.size() + targets.size();
    for (const auto& [key, node] : nodes)
        size += node.routes.size() + node.splits.size() + node.resolver.failover.size();
    return size;
}

CompiledChain compile_chain(const EntryLookup& entries, std::string_view service,
                            const ChainOptions& options) {
    ChainCompiler compiler(entries, service, options);
    auto chain = compiler.compile();
    const std::size_t size = chain ? chain.value().size() : compiler.chain().size();
    return {std::move(chain), compiler.consulted(), size + compiler.redirects()};
}

}  // namespace weft::agent
