#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "agent/config_entry/entry_kind.hpp"
#include "agent/config_entry/entry_parts.hpp"

// service-resolver, service-splitter and service-router: what a discovery chain is compiled from.
namespace weft::agent {

struct ResolverSubset {
    std::string filter;  // over the instances, as in catalog/service
    bool only_passing = false;
    bool operator==(const ResolverSubset&) const = default;
};

struct ResolverRedirect {
    std::string service;
    std::string service_subset;
    std::string name_space;
    std::string datacenter;
    bool operator==(const ResolverRedirect&) const = default;
};

struct FailoverTarget {
    std::string service;
    std::string service_subset;
    std::string datacenter;
    bool operator==(const FailoverTarget&) const = default;
};

struct ResolverFailover {
    std::string service;
    std::string service_subset;
    std::string name_space;
    std::vector<std::string> datacenters;
    std::vector<FailoverTarget> targets;
    bool operator==(const ResolverFailover&) const = default;
};

struct RingHashSettings {
    std::int64_t minimum_ring_size = 0;
    std::int64_t maximum_ring_size = 0;
    bool operator==(const RingHashSettings&) const = default;
};

struct LeastRequestSettings {
    std::int64_t choice_count = 0;
    bool operator==(const LeastRequestSettings&) const = default;
};

struct HashCookie {
    bool session = false;
    Duration ttl{};
    std::string path;
    bool operator==(const HashCookie&) const = default;
};

// What a hash is made of: a field of the request, or the address that it comes from.
struct HashPolicy {
    std::string field;  // "header", "cookie", "query_parameter"
    std::string field_value;
    std::optional<HashCookie> cookie_config;
    bool source_ip = false;
    bool terminal = false;
    bool operator==(const HashPolicy&) const = default;
};

struct LoadBalancer {
    std::string policy;
    std::optional<RingHashSettings> ring_hash_config;
    std::optional<LeastRequestSettings> least_request_config;
    std::vector<HashPolicy> hash_policies;
    bool operator==(const LoadBalancer&) const = default;
};

struct ServiceResolver {
    static constexpr EntryKind kKind = EntryKind::ServiceResolver;
    std::string name;
    std::string default_subset;
    std::map<std::string, ResolverSubset> subsets;
    std::optional<ResolverRedirect> redirect;
    std::map<std::string, ResolverFailover> failover;  // by subset, or "*"
    Duration connect_timeout{};
    Duration request_timeout{};
    std::optional<LoadBalancer> load_balancer;
    TextByName meta;
    bool operator==(const ServiceResolver&) const = default;
};

// A share in hundredths of a percent: what Consul keeps of its floating-point number.
struct SplitWeight {
    std::int32_t hundredths = 0;
    bool operator==(const SplitWeight&) const = default;
};
inline constexpr std::int32_t kWholeWeight = 100 * 100;

// As Consul shows it: "99.99", "90".
std::string to_string(SplitWeight weight);

struct ServiceSplit {
    SplitWeight weight;
    std::string service;  // empty: the splitter's own
    std::string service_subset;
    std::string name_space;
    std::optional<HeaderEdits> request_headers;
    std::optional<HeaderEdits> response_headers;
    bool operator==(const ServiceSplit&) const = default;
};

struct ServiceSplitter {
    static constexpr EntryKind kKind = EntryKind::ServiceSplitter;
    std::string name;
    std::vector<ServiceSplit> splits;
    TextByName meta;
    bool operator==(const ServiceSplitter&) const = default;
};

// At most one of present, exact and regex.
struct QueryParameterMatch {
    std::string name;
    bool present = false;
    std::string exact;
    std::string regex;
    bool operator==(const QueryParameterMatch&) const = default;
};

// At most one of the paths.
struct RouteHttpMatch {
    std::string path_exact;
    std::string path_prefix;
    std::string path_regex;
    bool case_insensitive = false;
    std::vector<HeaderMatch> header;
    std::vector<QueryParameterMatch> query_param;
    std::vector<std::string> methods;
    bool operator==(const RouteHttpMatch&) const = default;
};

struct RouteMatch {
    std::optional<RouteHttpMatch> http;
    bool operator==(const RouteMatch&) const = default;
};

struct RouteDestination {
    Duration request_timeout{};
    Duration idle_timeout{};
    std::string service;  // empty: the router's own
    std::string service_subset;
    std::string name_space;
    std::string prefix_rewrite;
    std::int64_t num_retries = 0;
    bool retry_on_connect_failure = false;
    std::vector<std::string> retry_on;
    std::vector<std::int64_t> retry_on_status_codes;
    std::optional<HeaderEdits> request_headers;
    std::optional<HeaderEdits> response_headers;
    bool operator==(const RouteDestination&) const = default;
};

struct ServiceRoute {
    std::optional<RouteMatch> match;  // none: every request
    std::optional<RouteDestination> destination;
    bool operator==(const ServiceRoute&) const = default;
};

struct ServiceRouter {
    static constexpr EntryKind kKind = EntryKind::ServiceRouter;
    std::string name;
    std::vector<ServiceRoute> routes;
    TextByName meta;
    bool operator==(const ServiceRouter&) const = default;
};

// ---- names of the fields

template <class Visitor, MaybeConstOf<ResolverSubset> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Filter", "filter"}, part.filter);
    visit(EntryField{"OnlyPassing", "only_passing"}, part.only_passing);
}

template <class Visitor, MaybeConstOf<ResolverRedirect> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Service", "service"}, part.service);
    visit(EntryField{"ServiceSubset", "service_subset"}, part.service_subset);
    visit(EntryField{"Namespace", "namespace"}, part.name_space);
    visit(EntryField{"Datacenter", "datacenter"}, part.datacenter);
}

template <class Visitor, MaybeConstOf<FailoverTarget> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Service", "service"}, part.service);
    visit(EntryField{"ServiceSubset", "service_subset"}, part.service_subset);
    visit(EntryField{"Datacenter", "datacenter"}, part.datacenter);
}

template <class Visitor, MaybeConstOf<ResolverFailover> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Service", "service"}, part.service);
    visit(EntryField{"ServiceSubset", "service_subset"}, part.service_subset);
    visit(EntryField{"Namespace", "namespace"}, part.name_space);
    visit(EntryField{"Datacenters", "datacenters"}, part.datacenters);
    visit(EntryField{"Targets", "targets"}, part.targets);
}

template <class Visitor, MaybeConstOf<RingHashSettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"MinimumRingSize", "minimum_ring_size"}, part.minimum_ring_size);
    visit(EntryField{"MaximumRingSize", "maximum_ring_size"}, part.maximum_ring_size);
}

template <class Visitor, MaybeConstOf<LeastRequestSettings> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"ChoiceCount", "choice_count"}, part.choice_count);
}

template <class Visitor, MaybeConstOf<HashCookie> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Session", "session"}, part.session);
    visit(EntryField{"TTL", "ttl"}, part.ttl);
    visit(EntryField{"Path", "path"}, part.path);
}

template <class Visitor, MaybeConstOf<HashPolicy> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Field", "field"}, part.field);
    visit(EntryField{"FieldValue", "field_value"}, part.field_value);
    visit(EntryField{"CookieConfig", "cookie_config"}, part.cookie_config);
    visit(EntryField{"SourceIP", "source_ip"}, part.source_ip);
    visit(EntryField{"Terminal", "terminal"}, part.terminal);
}

template <class Visitor, MaybeConstOf<LoadBalancer> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Policy", "policy"}, part.policy);
    visit(EntryField{"RingHashConfig", "ring_hash_config"}, part.ring_hash_config);
    visit(EntryField{"LeastRequestConfig", "least_request_config"}, part.least_request_config);
    visit(EntryField{"HashPolicies", "hash_policies"}, part.hash_policies);
}

template <class Visitor, MaybeConstOf<ServiceResolver> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"ConnectTimeout", "connect_timeout"}, part.connect_timeout);
    visit(EntryField{"RequestTimeout", "request_timeout"}, part.request_timeout);
    visit.identity(Part::kKind, part.name);
    visit(EntryField{"DefaultSubset", "default_subset"}, part.default_subset);
    visit(EntryField{"Subsets", "subsets"}, part.subsets);
    visit(EntryField{"Redirect", "redirect"}, part.redirect);
    visit(EntryField{"Failover", "failover"}, part.failover);
    visit(EntryField{"LoadBalancer", "load_balancer"}, part.load_balancer);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<ServiceSplit> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Weight", "weight"}, part.weight);
    visit(EntryField{"Service", "service"}, part.service);
    visit(EntryField{"ServiceSubset", "service_subset"}, part.service_subset);
    visit(EntryField{"Namespace", "namespace"}, part.name_space);
    visit(EntryField{"RequestHeaders", "request_headers"}, part.request_headers);
    visit(EntryField{"ResponseHeaders", "response_headers"}, part.response_headers);
}

template <class Visitor, MaybeConstOf<ServiceSplitter> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Splits", "splits"}, part.splits);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<QueryParameterMatch> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"Present", "present"}, part.present);
    visit(EntryField{"Exact", "exact"}, part.exact);
    visit(EntryField{"Regex", "regex"}, part.regex);
}

template <class Visitor, MaybeConstOf<RouteHttpMatch> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"PathExact", "path_exact"}, part.path_exact);
    visit(EntryField{"PathPrefix", "path_prefix"}, part.path_prefix);
    visit(EntryField{"PathRegex", "path_regex"}, part.path_regex);
    visit(EntryField{"CaseInsensitive", "case_insensitive"}, part.case_insensitive);
    visit(EntryField{"Header", "header"}, part.header);
    visit(EntryField{"QueryParam", "query_param"}, part.query_param);
    visit(EntryField{"Methods", "methods"}, part.methods);
}

template <class Visitor, MaybeConstOf<RouteMatch> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"HTTP", "http"}, part.http);
}

template <class Visitor, MaybeConstOf<RouteDestination> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"RequestTimeout", "request_timeout"}, part.request_timeout);
    visit(EntryField{"IdleTimeout", "idle_timeout"}, part.idle_timeout);
    visit(EntryField{"Service", "service"}, part.service);
    visit(EntryField{"ServiceSubset", "service_subset"}, part.service_subset);
    visit(EntryField{"Namespace", "namespace"}, part.name_space);
    visit(EntryField{"PrefixRewrite", "prefix_rewrite"}, part.prefix_rewrite);
    visit(EntryField{"NumRetries", "num_retries"}, part.num_retries);
    visit(EntryField{"RetryOnConnectFailure", "retry_on_connect_failure"},
          part.retry_on_connect_failure);
    visit(EntryField{"RetryOn", "retry_on"}, part.retry_on);
    visit(EntryField{"RetryOnStatusCodes", "retry_on_status_codes"}, part.retry_on_status_codes);
    visit(EntryField{"RequestHeaders", "request_headers"}, part.request_headers);
    visit(EntryField{"ResponseHeaders", "response_headers"}, part.response_headers);
}

template <class Visitor, MaybeConstOf<ServiceRoute> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Match", "match"}, part.match);
    visit(EntryField{"Destination", "destination"}, part.destination);
}

template <class Visitor, MaybeConstOf<ServiceRouter> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Routes", "routes"}, part.routes);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

}  // namespace weft::agent
