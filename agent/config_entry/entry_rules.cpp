#include "agent/config_entry/entry_rules.hpp"

#include <algorithm>
#include <numeric>

#include "agent/config_entry/rule_check.hpp"

namespace weft::agent {
namespace {

void make_upper_case(std::vector<std::string>& words) {
    for (std::string& word : words) {
        for (char& c : word) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
        }
    }
}

// The most exact pair of names wins; Consul's numbers for a cluster without namespaces.
std::int64_t precedence_of(std::string_view source, std::string_view destination) {
    if (destination != kWildcard) return source != kWildcard ? 9 : 8;
    return source != kWildcard ? 6 : 5;
}

void fill_in(ServiceDefaults& entry) {
    entry.protocol = lower_case(entry.protocol);
}

void fill_in(ProxyDefaults& entry) {
    entry.name = kProxyDefaultsName;
}

void fill_in(Mesh& entry) {
    entry.name = kMeshName;
}

void fill_in(ServiceRouter& entry) {
    for (ServiceRoute& route : entry.routes) {
        // Consul looks no further where a route has no methods.
        if (!route.match || !route.match->http || route.match->http->methods.empty()) continue;
        make_upper_case(route.match->http->methods);
        if (route.destination && route.destination->name_space.empty())
            route.destination->name_space = "default";
    }
}

void fill_in(IngressGateway& entry) {
    for (IngressListener& listener : entry.listeners)
        listener.protocol = listener.protocol.empty() ? "tcp" : lower_case(listener.protocol);
}

void fill_in(ServiceIntentions& entry) {
    for (IntentionSource& source : entry.sources) {
        if (source.type.empty()) source.type = "consul";
        source.precedence = precedence_of(source.name, entry.name);
        for (IntentionPermission& permission : source.permissions) {
            if (permission.http) make_upper_case(permission.http->methods);
        }
    }
    std::stable_sort(entry.sources.begin(), entry.sources.end(),
                     [](const auto& a, const auto& b) { return a.precedence > b.precedence; });
}

void fill_in(JwtProvider& entry) {
    if (entry.clock_skew_seconds == 0) entry.clock_skew_seconds = 30;
}

void fill_in(ServiceResolver&) {}
void fill_in(ServiceSplitter&) {}
void fill_in(TerminatingGateway&) {}

// Which of the sources as they are written will be the first, the second, ..
std::vector<std::size_t> order_of_sources(const ServiceIntentions& entry) {
    std::vector<std::size_t> order(entry.sources.size());
    std::iota(order.begin(), order.end(), std::size_t{});
    const auto precedence = [&](std::size_t i) {
        return precedence_of(entry.sources[i].name, entry.name);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return precedence(a) > precedence(b); });
    return order;
}

// Of a path into sorted sources, the one into those that were written.
std::string as_written(const std::string& path, const std::vector<std::size_t>& order) {
    const auto steps = steps_of(path);
    if (steps.size() < 2 || steps[0].name != "Sources") return path;
    const auto number = number_of(steps[1]);
    if (!number || *number >= order.size()) return path;
    return fmt::format("Sources[{}]{}", order[*number], path.substr(path.find(']') + 1));
}

RuleResult check_name(const ConfigEntry& entry) {
    constexpr std::size_t kMostOfName = 512;
    const std::string& name = name_of(entry);
    const bool is_usable = name.size() <= kMostOfName && name.find('/') == std::string::npos &&
                           name.find('\0') == std::string::npos;
    if (is_usable) return success();
    return broken_rule("Name is not usable: it may hold no '/' or zero byte, and at most {} bytes",
                       kMostOfName);
}

RuleResult check(const ConfigEntry& entry) {
    WEFT_TRY(check_name(entry));
    return std::visit([](const auto& body) { return check_rules(body); }, entry);
}

}  // namespace

void normalize(ConfigEntry& entry) {
    std::visit([](auto& body) { fill_in(body); }, entry);
}

Result<void> validate(const ConfigEntry& entry, EntryFault* fault) {
    auto checked = check(entry);
    if (checked) return success();
    BrokenRule broken = std::move(checked).error();
    if (fault != nullptr) *fault = EntryFault{.path = std::move(broken.path)};
    return make_error(Errc::InvalidArgument, std::move(broken.text));
}

Result<void> prepare(ConfigEntry& entry, EntryFault* fault) {
    std::vector<std::size_t> order;
    if (const auto* intentions = std::get_if<ServiceIntentions>(&entry))
        order = order_of_sources(*intentions);
    normalize(entry);
    auto valid = validate(entry, fault);
    if (!valid && fault != nullptr) fault->path = as_written(fault->path, order);
    return valid;
}

}  // namespace weft::agent
