#include <set>
#include <utility>

#include "agent/config_entry/entry_fault.hpp"
#include "agent/config_entry/rule_check.hpp"

// service-resolver, service-splitter and service-router.
namespace weft::agent {
namespace {

// ---- service-resolver

bool has_subset(const ServiceResolver& entry, const std::string& name) {
    return entry.subsets.contains(name);
}

RuleResult check_redirect(const ServiceResolver& entry) {
    const ResolverRedirect& redirect = *entry.redirect;
    if (redirect == ResolverRedirect{}) return broken_rule("Redirect is empty");
    WEFT_TRY(check_namespace("Redirect.Namespace", redirect.name_space));
    if (!entry.failover.empty()) {
        return broken_rule(
            "Redirect excludes Failover: that belongs to the resolver of the service that it leads "
            "to");
    }
    const std::string& subset = redirect.service_subset;
    if (!subset.empty() && redirect.service.empty())
        return broken_rule("Redirect.ServiceSubset is given without Redirect.Service");
    const bool is_own = lower_case(redirect.service) == lower_case(entry.name);
    if (is_own && !subset.empty() && !has_subset(entry, subset))
        return broken_rule("Redirect.ServiceSubset \"{}\" is not a valid subset", subset);
    return success();
}

RuleResult check_failover_subset(const ServiceResolver& entry, const std::string& place,
                                 const std::string& service, const std::string& subset) {
    const bool is_own = service.empty() || lower_case(service) == lower_case(entry.name);
    if (subset.empty() || !is_own || has_subset(entry, subset)) return success();
    return broken_rule("{}.ServiceSubset \"{}\" is not a valid subset", place, subset);
}

RuleResult check_failover(const ServiceResolver& entry, const std::string& of,
                          const ResolverFailover& failover) {
    const std::string place = fmt::format("Failover[\"{}\"]", of);
    if (of != kWildcard && !has_subset(entry, of))
        return broken_rule_of(with_key("Failover", of),
                              "{} is of a subset that Subsets does not define", place);
    if (failover == ResolverFailover{}) {
        return broken_rule(
            "{} is empty: give one of Service, ServiceSubset, Datacenters and Targets", place);
    }
    WEFT_TRY(check_namespace(place + ".Namespace", failover.name_space));
    WEFT_TRY(check_failover_subset(entry, place, failover.service, failover.service_subset));
    for (const std::string& datacenter : failover.datacenters) {
        if (datacenter.empty()) return broken_rule("{}.Datacenters holds an empty name", place);
    }
    const bool is_simple = !failover.service.empty() || !failover.service_subset.empty() ||
                           !failover.datacenters.empty();
    if (!failover.targets.empty() && is_simple) {
        return broken_rule(
            "{}.Targets excludes Service, ServiceSubset and Datacenters: say all of it in Targets",
            place);
    }
    for (std::size_t i = 0; i < failover.targets.size(); ++i) {
        const FailoverTarget& target = failover.targets[i];
        const std::string at = fmt::format("{}.Targets[{}]", place, i);
        if (target == FailoverTarget{}) return broken_rule("{} is empty", at);
        WEFT_TRY(check_failover_subset(entry, at, target.service, target.service_subset));
    }
    return success();
}

RuleResult check_hash_policy(const std::string& place, const HashPolicy& policy) {
    WEFT_TRY(check_word(place + ".Field", policy.field, {"header", "cookie", "query_parameter"}));
    if (policy.source_ip && (!policy.field.empty() || !policy.field_value.empty())) {
        return broken_rule("{} has both a SourceIP and a Field: leave one out", place);
    }
    if (!policy.source_ip && (policy.field.empty() || policy.field_value.empty()))
        return broken_rule("{} needs Field and FieldValue, or SourceIP", place);
    if (!policy.cookie_config) return success();
    if (policy.field != "cookie")
        return broken_rule("{}.CookieConfig is only of use with the Field \"cookie\"", place);
    WEFT_TRY(check_not_negative(place + ".CookieConfig.TTL", policy.cookie_config->ttl));
    if (policy.cookie_config->session && policy.cookie_config->ttl != Duration{}) {
        return broken_rule("{}.CookieConfig has a TTL, but a cookie of the session has none",
                           place);
    }
    return success();
}

RuleResult check_balancer(const LoadBalancer& balancer) {
    const std::string& policy = balancer.policy;
    WEFT_TRY(check_word("LoadBalancer.Policy", policy,
                        {"random", "round_robin", "least_request", "ring_hash", "maglev"}));
    if (balancer.ring_hash_config && policy != "ring_hash") {
        return broken_rule(
            "LoadBalancer.RingHashConfig is only of use with the Policy \"ring_hash\"");
    }
    if (balancer.least_request_config && policy != "least_request") {
        return broken_rule(
            "LoadBalancer.LeastRequestConfig is only of use with the Policy \"least_request\"");
    }
    if (!balancer.hash_policies.empty() && policy != "ring_hash" && policy != "maglev") {
        return broken_rule(
            "LoadBalancer.HashPolicies is only of use with the Policy \"ring_hash\" or \"maglev\"");
    }
    if (const auto& ring = balancer.ring_hash_config) {
        WEFT_TRY(check_not_negative("LoadBalancer.RingHashConfig.MinimumRingSize",
                                    ring->minimum_ring_size));
        WEFT_TRY(check_not_negative("LoadBalancer.RingHashConfig.MaximumRingSize",
                                    ring->maximum_ring_size));
    }
    if (const auto& least = balancer.least_request_config) {
        WEFT_TRY(
            check_not_negative("LoadBalancer.LeastRequestConfig.ChoiceCount", least->choice_count));
    }
    for (std::size_t i = 0; i < balancer.hash_policies.size(); ++i) {
        WEFT_TRY(check_hash_policy(fmt::format("LoadBalancer.HashPolicies[{}]", i),
                                   balancer.hash_policies[i]));
    }
    return success();
}

// ---- service-router

RuleResult check_query(const RulePlace& place, const QueryParameterMatch& match) {
    if (match.name.empty()) {
        return broken_rule_of(place.field("Name").path,
                              "{} Name is missing: say which parameter is matched", place.said);
    }
    const int ways =
        (match.present ? 1 : 0) + (match.exact.empty() ? 0 : 1) + (match.regex.empty() ? 0 : 1);
    if (ways != 1) {
        return broken_rule_of(place.path, "{} should only contain one of Present, Exact, or Regex",
                              place.said);
    }
    return success();
}

RuleResult check_match(const RulePlace& place, const RouteHttpMatch& match) {
    WEFT_TRY(check_paths(place, match.path_exact, match.path_prefix, match.path_regex));
    for (std::size_t i = 0; i < match.header.size(); ++i) {
        WEFT_TRY(check_header_match(place.field(fmt::format("Header[{}]", i)), match.header[i]));
    }
    for (std::size_t i = 0; i < match.query_param.size(); ++i) {
        WEFT_TRY(check_query(place.field(fmt::format("QueryParam[{}]", i)), match.query_param[i]));
    }
    return check_methods(place, match.methods);
}

RuleResult check_retries(const RulePlace& place, const RouteDestination& destination) {
    constexpr std::string_view kConditions[] = {
        "5xx",           "gateway-error",     "reset",     "connect-failure",   "envoy-ratelimited",
        "retriable-4xx", "refused-stream",    "cancelled", "deadline-exceeded", "internal",
        "unavailable",   "resource-exhausted"};
    WEFT_TRY(check_not_negative(place.field("NumRetries"), destination.num_retries));
    const std::vector<std::string>& conditions = destination.retry_on;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        if (is_one_of(conditions[i], kConditions)) continue;
        return broken_rule_of(place.field(fmt::format("RetryOn[{}]", i)).path,
                              "{} contains an invalid retry condition: \"{}\"", place.said,
                              conditions[i]);
    }
    const std::vector<std::int64_t>& codes = destination.retry_on_status_codes;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] >= 100 && codes[i] <= 599) continue;
        return broken_rule_of(
            place.field(fmt::format("RetryOnStatusCodes[{}]", i)).path,
            "{} RetryOnStatusCodes holds {}: a status is a number from 100 to 599", place.said,
            codes[i]);
    }
    return success();
}

RuleResult check_destination(const RulePlace& place, const ServiceRoute& route) {
    const RouteDestination& destination = *route.destination;
    WEFT_TRY(
        check_namespace(RulePlace(place.said + " Destination.Namespace", place.path + ".Namespace"),
                        destination.name_space));
    WEFT_TRY(check_not_negative(place.field("RequestTimeout"), destination.request_timeout));
    WEFT_TRY(check_not_negative(place.field("IdleTimeout"), destination.idle_timeout));
    WEFT_TRY(check_retries(place, destination));
    if (destination.prefix_rewrite.empty()) return success();
    const RouteHttpMatch* http = route.match && route.match->http ? &*route.match->http : nullptr;
    if (http == nullptr || (http->path_exact.empty() && http->path_prefix.empty())) {
        return broken_rule_of(
            place.field("PrefixRewrite").path,
            "{} PrefixRewrite replaces what the path was matched by: it needs a PathPrefix or a "
            "PathExact",
            place.said);
    }
    return success();
}

}  // namespace

RuleResult check_rules(const ServiceResolver& entry) {
    if (entry.name.empty()) return broken_rule("Name is required");
    for (const auto& [name, subset] : entry.subsets) {
        if (!is_subset_name(name)) {
            return broken_rule_of(
                with_key("Subsets", name),
                "Subsets[\"{}\"] has a name that is not usable: it may hold up to 63 lower-case "
                "letters, digits and, between them, '-'",
                name);
        }
    }
    if (!entry.default_subset.empty() && !has_subset(entry, entry.default_subset))
        return broken_rule("DefaultSubset \"{}\" is not a valid subset", entry.default_subset);
    WEFT_TRY(check_not_negative("ConnectTimeout", entry.connect_timeout));
    WEFT_TRY(check_not_negative("RequestTimeout", entry.request_timeout));
    if (entry.redirect) {
        WEFT_TRY(check_redirect(entry));
    }
    for (const auto& [of, failover] : entry.failover) {
        WEFT_TRY(check_failover(entry, of, failover));
    }
    if (entry.load_balancer) return check_balancer(*entry.load_balancer);
    return success();
}

RuleResult check_rules(const ServiceSplitter& entry) {
    if (entry.name.empty()) return broken_rule("Name is required");
    if (entry.splits.empty()) return broken_rule_of("Splits", "no splits configured");
    std::set<std::pair<std::string, std::string>> seen;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < entry.splits.size(); ++i) {
        const ServiceSplit& split = entry.splits[i];
        WEFT_TRY(check_namespace(fmt::format("Splits[{}].Namespace", i), split.name_space));
        if (split.weight.hundredths < 0 || split.weight.hundredths > kWholeWeight) {
            return broken_rule("Splits[{}].Weight is {}: it is a percentage from 0 to 100", i,
                               to_string(split.weight));
        }
        sum += split.weight.hundredths;
        const std::string& service = split.service.empty() ? entry.name : split.service;
        if (!seen.emplace(lower_case(service), split.service_subset).second) {
            return broken_rule(
                "Splits[{}] leads to service \"{}\", subset \"{}\" a second time: add "
                "its Weight to the first",
                i, service, split.service_subset);
        }
    }
    if (sum == kWholeWeight) return success();
    return broken_rule_of("Splits", "the sum of all split weights must be 100, not {}.{:02}0000",
                          sum / 100, sum % 100);
}

RuleResult check_rules(const ServiceRouter& entry) {
    if (entry.name.empty()) return broken_rule("Name is required");
    for (std::size_t i = 0; i < entry.routes.size(); ++i) {
        const ServiceRoute& route = entry.routes[i];
        const std::string said = fmt::format("Route[{}]", i);
        const std::string path = fmt::format("Routes[{}]", i);
        if (route.match && route.match->http) {
            WEFT_TRY(check_match({said, path + ".Match.HTTP", ' '}, *route.match->http));
        }
        if (route.destination) {
            WEFT_TRY(check_destination({said, path + ".Destination", ' '}, route));
        }
    }
    return success();
}

}  // namespace weft::agent
