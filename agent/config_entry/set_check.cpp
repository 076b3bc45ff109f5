#include "agent/config_entry/set_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "agent/config_entry/discovery_chain.hpp"

namespace weft::agent {
namespace {

using Keys = std::set<EntryKey>;

// Whether a chain compiles depends on no name of a datacenter: any does.
ChainOptions any_datacenter() {
    ChainOptions options;
    options.datacenter = options.local_datacenter = "dc1";
    options.trust_domain = "consul";
    return options;
}

bool is_part_of_chains(EntryKind kind) {
    return kind == EntryKind::ServiceDefaults || kind == EntryKind::ServiceRouter ||
           kind == EntryKind::ServiceSplitter || kind == EntryKind::ServiceResolver;
}

bool consulted_by_chains(EntryKind kind) {
    return is_part_of_chains(kind) || kind == EntryKind::ProxyDefaults;
}

bool is_ingress_gateway(EntryKind kind) {
    return kind == EntryKind::IngressGateway;
}

bool is_intentions(EntryKind kind) {
    return kind == EntryKind::ServiceIntentions;
}

bool is_jwt_provider(EntryKind kind) {
    return kind == EntryKind::JwtProvider;
}

bool is_permissive(const EntryPtr& entry) {
    constexpr std::string_view kMode = "permissive";
    if (!entry) return false;
    if (const auto* service = std::get_if<ServiceDefaults>(entry.get()))
        return service->mutual_tls_mode == kMode;
    const auto* proxy = std::get_if<ProxyDefaults>(entry.get());
    return proxy != nullptr && proxy->mutual_tls_mode == kMode;
}

bool has_permissions(const ServiceIntentions& entry) {
    return std::any_of(entry.sources.begin(), entry.sources.end(),
                       [](const IntentionSource& source) { return !source.permissions.empty(); });
}

// The names of the jwt-providers that it needs.
std::set<std::string> providers_of(const ServiceIntentions& entry) {
    std::set<std::string> names;
    const auto add = [&](const std::optional<JwtRequirements>& requirements) {
        if (!requirements) return;
        for (const JwtRequirement& each : requirements->providers) names.insert(each.name);
    };
    add(entry.jwt);
    for (const IntentionSource& source : entry.sources)
        for (const IntentionPermission& permission : source.permissions) add(permission.jwt);
    return names;
}

// A problem, and whose it is: with its text that tells whether it was there before.
struct Found {
    EntryKey owner;  // the entry, or the service whose chain it is
    SetProblem problem;
};

// The problems of one set of entries that have to do with the keys.
class SetChecker {
public:
    SetChecker(const EntryLookup& entries, const EntryLookup& before, const Keys& changed)
        : entries_(entries), before_(before), changed_(changed) {}

    std::vector<Found> problems() {
        for (const EntryKey& key : changed_) {
            check_gateway_name(key);
            check_mutual_tls(key);
        }
        const bool intentions_change = any_changed(is_intentions);
        if (intentions_change || any_changed(is_jwt_provider))
            for (const EntryKey& key : entries_.keys(EntryKind::ServiceIntentions))
                check_providers(key);
        const bool chains_change = any_changed(consulted_by_chains);
        if (chains_change || any_changed(is_ingress_gateway))
            for (const EntryKey& key : entries_.keys(EntryKind::IngressGateway))
                check_listeners(key);
        if (chains_change)
            for (const std::string& service : chains()) check_chain(service);
        if (chains_change || intentions_change)
            for (const EntryKey& key : entries_.keys(EntryKind::ServiceIntentions))
                check_permissions(key, chains_change);
        if (size_ > kMaxChainsSize) problems_ = {too_large()};
        return std::move(problems_);
    }

private:
    // What is to be known of a service's chain.
    struct Checked {
        std::string protocol;
        std::string error;              // empty: it compiles
        std::optional<EntryKey> cause;  // what is changed of all that it consulted
    };

    bool any_changed(bool (*is_kind)(EntryKind)) const {
        return std::any_of(changed_.begin(), changed_.end(),
                           [&](const EntryKey& key) { return is_kind(key.kind); });
    }

    // A service may be that of many listeners.
    const Checked& chain_of(const std::string& service) {
        const auto [at, is_new] = checked_.try_emplace(lower_case(service));
        if (!is_new || size_ > kMaxChainsSize) return at->second;
        const CompiledChain compiled = compile_chain(entries_, at->first, any_datacenter());
        size_ += compiled.size;
        if (compiled.chain) {
            at->second.protocol = compiled.chain.value().protocol;
        } else {
            at->second.error = compiled.chain.error().message();
        }
        at->second.cause = cause_of(at->first, compiled.consulted);
        return at->second;
    }

    // The changed entry that comes first on the way of requests for the service; those of the
    // service itself before those of others that it leads to.
    std::optional<EntryKey> cause_of(const std::string& service, const Keys& consulted) const {
        constexpr std::array kOrder = {EntryKind::ServiceRouter, EntryKind::ServiceSplitter,
                                       EntryKind::ServiceResolver, EntryKind::ServiceDefaults,
                                       EntryKind::ProxyDefaults};
        const auto rank = [&](const EntryKey& key) {
            return std::pair(key.name != service,
                             std::find(kOrder.begin(), kOrder.end(), key.kind) - kOrder.begin());
        };
        std::optional<EntryKey> first;
        for (const EntryKey& key : consulted) {
            if (changed_.contains(key) && (!first || rank(key) < rank(*first))) first = key;
        }
        return first;
    }

    void add(const EntryKey& owner, const EntryKey& about, std::string text) {
        if (owner != about) text += " (" + to_string(owner) + ")";
        problems_.push_back({owner, {about, std::move(text)}});
    }

    Found too_large() const {
        const EntryKey& any = *changed_.begin();
        return {
            any,
            {any, fmt::format("the discovery chains of all services are too large: together they "
                              "have more than {} nodes, targets, routes, splits, failovers and "
                              "redirects",
                              kMaxChainsSize)}};
    }

    void check_gateway_name(const EntryKey& key) {
        const bool is_ingress = key.kind == EntryKind::IngressGateway;
        if (!is_ingress && key.kind != EntryKind::TerminatingGateway) return;
        const EntryKey other{is_ingress ? EntryKind::TerminatingGateway : EntryKind::IngressGateway,
                             key.name};
        if (!entries_.find(key) || !entries_.find(other)) return;
        add(key, key,
            fmt::format("gateway \"{}\" is an {} already: use another name ({})", key.name,
                        to_string(other.kind), to_string(other)));
    }

    // As in Consul, what was permissive may stay so when the mesh does not allow it any more.
    void check_mutual_tls(const EntryKey& key) {
        if (!is_permissive(entries_.find(key)) || is_permissive(before_.find(key))) return;
        EntryPtr keep;
        const auto* mesh = find_entry<Mesh>(entries_, kMeshName, keep);
        if (mesh != nullptr && mesh->allow_enabling_permissive_mutual_tls) return;
        add(key, key,
            "cannot set MutualTLSMode=permissive because AllowEnablingPermissiveMutualTLS=false in "
            "the mesh config entry");
    }

    void check_providers(const EntryKey& key) {
        EntryPtr keep;
        const auto* intentions = find_entry<ServiceIntentions>(entries_, key.name, keep);
        if (intentions == nullptr) return;
        for (const std::string& name : providers_of(*intentions)) {
            const EntryKey provider = entry_key(EntryKind::JwtProvider, name);
            if (entries_.find(provider)) continue;
            if (changed_.contains(key)) {
                add(key, key, "Referenced JWT Provider does not exist. Provider Name: " + name);
            } else if (changed_.contains(provider)) {
                add(key, provider,
                    "cannot delete jwt provider config entry referenced by an intention. Provider "
                    "name:" +
                        name);
            }
        }
    }

    // Permissions are of requests.
    void check_permissions(const EntryKey& key, bool chains_change) {
        const bool is_own = changed_.contains(key);
        if (!is_own && !chains_change) return;
        EntryPtr keep;
        const auto* intentions = find_entry<ServiceIntentions>(entries_, key.name, keep);
        if (intentions == nullptr || !has_permissions(*intentions)) return;
        const Checked& chain = chain_of(intentions->name);
        // A chain that does not compile is told of as a chain.
        if (!chain.error.empty() || has_requests(chain.protocol)) return;
        if (!is_own && !chain.cause) return;
        add(key, is_own ? key : *chain.cause,
            fmt::format("service \"{}\" has protocol \"{}\", which is incompatible with L7 "
                        "intentions permissions",
                        intentions->name, chain.protocol));
    }

    void check_listeners(const EntryKey& key) {
        EntryPtr keep;
        const auto* gateway = find_entry<IngressGateway>(entries_, key.name, keep);
        if (gateway == nullptr) return;
        for (const IngressListener& listener : gateway->listeners) {
            for (const IngressService& service : listener.services)
                check_protocol(key, listener, service.name);
        }
    }

    void check_protocol(const EntryKey& gateway, const IngressListener& listener,
                        const std::string& service) {
        if (service == "*") return;
        const Checked& chain = chain_of(service);
        // A chain that does not compile is told of as a chain.
        if (!chain.error.empty() || chain.protocol == listener.protocol) return;
        const bool is_own = changed_.contains(gateway);
        if (!is_own && !chain.cause) return;
        add(gateway, is_own ? gateway : *chain.cause,
            fmt::format("service \"{}\" has protocol \"{}\", which does not match defined "
                        "listener protocol \"{}\"",
                        service, chain.protocol, listener.protocol));
    }

    // Of all services that a change may have to do with.
    std::set<std::string> chains() const {
        std::set<std::string> names;
        for (const EntryKey& key : changed_) {
            if (is_part_of_chains(key.kind)) names.insert(key.name);
        }
        for (const EntryKind kind :
             {EntryKind::ServiceRouter, EntryKind::ServiceSplitter, EntryKind::ServiceResolver}) {
            for (const EntryKey& key : entries_.keys(kind)) names.insert(key.name);
        }
        return names;
    }

    void check_chain(const std::string& service) {
        const Checked& chain = chain_of(service);
        if (chain.error.empty() || !chain.cause) return;
        // The chain's error names the way itself.
        problems_.push_back(
            {entry_key(EntryKind::ServiceResolver, service), {*chain.cause, chain.error}});
    }

    const EntryLookup& entries_;
    const EntryLookup& before_;
    const Keys& changed_;
    std::map<std::string, Checked> checked_;  // by service, in lower case
    std::size_t size_ = 0;                    // of all these chains
    std::vector<Found> problems_;
};

// Which of them counted would depend on their order.
std::vector<SetProblem> repetitions(const std::vector<EntryChange>& changes) {
    std::map<EntryKey, int> times;
    for (const EntryChange& change : changes) ++times[change.key];
    std::vector<SetProblem> problems;
    for (const auto& [key, count] : times) {
        if (count > 1) {
            problems.push_back(
                {key, fmt::format("{} is given {} times: leave one", to_string(key), count)});
        }
    }
    return problems;
}

}  // namespace

std::vector<SetProblem> check_changes(const EntryLookup& before,
                                      const std::vector<EntryChange>& changes) {
    if (changes.empty()) return {};
    if (auto repeated = repetitions(changes); !repeated.empty()) return repeated;
    Keys changed;
    for (const EntryChange& change : changes) changed.insert(change.key);
    const ChangedEntries after(before, changes);
    const auto found = SetChecker(after, before, changed).problems();
    if (found.empty()) return {};
    std::set<std::pair<EntryKey, std::string>> known;
    for (const auto& [owner, problem] : SetChecker(before, before, changed).problems())
        known.emplace(owner, problem.text);
    std::vector<SetProblem> problems;
    for (const auto& [owner, problem] : found) {
        if (!known.contains({owner, problem.text})) problems.push_back(problem);
    }
    return problems;
}

}  // namespace weft::agent
