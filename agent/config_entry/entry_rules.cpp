#include "agent/config_entry/entry_rules.hpp"

#include <algorithm>

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
        if (route.match && route.match->http) make_upper_case(route.match->http->methods);
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

RuleResult check_name(const ConfigEntry& entry) {
    constexpr std::size_t kMostOfName = 4096;
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

}  // namespace weft::agent
