#include "agent/base/json_tree.hpp"
#include "agent/config_entry/rule_check.hpp"

// service-defaults and proxy-defaults.
namespace weft::agent {
namespace {

RuleResult check_expose(const ExposeSettings& expose) {
    for (std::size_t i = 0; i < expose.paths.size(); ++i) {
        const ExposedPath& path = expose.paths[i];
        const std::string place = fmt::format("Expose.Paths[{}]", i);
        if (!path.path.empty() && path.path.front() != '/')
            return broken_rule("{}.Path must begin with '/': \"{}\"", place, path.path);
        WEFT_TRY(check_port(place + ".ListenerPort", path.listener_port));
        WEFT_TRY(check_port(place + ".LocalPathPort", path.local_path_port));
        WEFT_TRY(check_word(place + ".Protocol", path.protocol, {"http", "http2"}));
    }
    return success();
}

RuleResult check_percent(std::string_view field, const std::optional<std::int64_t>& percent) {
    if (!percent || (*percent >= 0 && *percent <= 100)) return success();
    return broken_rule("{} is {}: it is a percentage from 0 to 100", field, *percent);
}

RuleResult check_limits(const std::string& place, const UpstreamLimits& limits) {
    WEFT_TRY(check_not_negative(place + ".MaxConnections", limits.max_connections.value_or(0)));
    WEFT_TRY(
        check_not_negative(place + ".MaxPendingRequests", limits.max_pending_requests.value_or(0)));
    return check_not_negative(place + ".MaxConcurrentRequests",
                              limits.max_concurrent_requests.value_or(0));
}

RuleResult check_health(const std::string& place, const PassiveHealthCheck& check) {
    WEFT_TRY(check_not_negative(place + ".Interval", check.interval));
    WEFT_TRY(check_not_negative(place + ".MaxFailures", check.max_failures));
    WEFT_TRY(check_percent(place + ".EnforcingConsecutive5xx", check.enforcing_consecutive_5xx));
    WEFT_TRY(check_percent(place + ".MaxEjectionPercent", check.max_ejection_percent));
    return check_not_negative(place + ".BaseEjectionTime",
                              check.base_ejection_time.value_or(Duration{}));
}

RuleResult check_upstream(const std::string& place, const UpstreamSettings& upstream) {
    WEFT_TRY(check_not_negative(place + ".ConnectTimeoutMs", upstream.connect_timeout_ms));
    WEFT_TRY(check_word(place + ".BalanceOutboundConnections",
                        upstream.balance_outbound_connections, {"exact_balance"}));
    if (upstream.limits) {
        WEFT_TRY(check_limits(place + ".Limits", *upstream.limits));
    }
    if (!upstream.passive_health_check) return success();
    return check_health(place + ".PassiveHealthCheck", *upstream.passive_health_check);
}

RuleResult check_upstreams(const UpstreamConfiguration& configuration) {
    if (configuration.defaults) {
        if (!configuration.defaults->name.empty())
            return broken_rule(
                "UpstreamConfig.Defaults.Name must be empty: the defaults are of all "
                "upstreams");
        WEFT_TRY(check_upstream("UpstreamConfig.Defaults", *configuration.defaults));
    }
    for (std::size_t i = 0; i < configuration.overrides.size(); ++i) {
        const UpstreamSettings& upstream = configuration.overrides[i];
        const std::string place = fmt::format("UpstreamConfig.Overrides[{}]", i);
        if (upstream.name.empty())
            return broken_rule("{}.Name is missing: say which upstream it is of", place);
        WEFT_TRY(check_upstream(place, upstream));
    }
    return success();
}

RuleResult check_destination(const ExternalDestination& destination) {
    if (destination.addresses.empty())
        return broken_rule("Destination.Addresses is empty: name a host or an address");
    WEFT_TRY(check_port("Destination.Port", destination.port));
    if (destination.port == 0)
        return broken_rule("Destination.Port is missing: say on which port it is reached");
    return success();
}

// What both kinds have.
template <class Entry>
RuleResult check_proxy_settings(const Entry& entry) {
    if (!entry.envoy_extensions.empty())
        return broken_rule(
            "EnvoyExtensions has an item, but weft's proxy is not Envoy: leave it out");
    WEFT_TRY(check_word("Mode", entry.mode, {"direct", "transparent"}));
    WEFT_TRY(check_word("MutualTLSMode", entry.mutual_tls_mode, {"strict", "permissive"}));
    WEFT_TRY(check_port("TransparentProxy.OutboundListenerPort",
                        entry.transparent_proxy.outbound_listener_port));
    return check_expose(entry.expose);
}

}  // namespace

RuleResult check_rules(const ServiceDefaults& entry) {
    if (entry.name.empty()) return broken_rule_of("Name", "serviceName is required");
    WEFT_TRY(check_proxy_settings(entry));
    WEFT_TRY(check_not_negative("MaxInboundConnections", entry.max_inbound_connections));
    WEFT_TRY(check_not_negative("LocalConnectTimeoutMs", entry.local_connect_timeout_ms));
    WEFT_TRY(check_not_negative("LocalRequestTimeoutMs", entry.local_request_timeout_ms));
    WEFT_TRY(check_not_negative("MaxRequestHeadersKB", entry.max_request_headers_kb));
    WEFT_TRY(check_word("BalanceInboundConnections", entry.balance_inbound_connections,
                        {"exact_balance"}));
    if (entry.upstream_config) {
        WEFT_TRY(check_upstreams(*entry.upstream_config));
    }
    if (entry.destination) return check_destination(*entry.destination);
    return success();
}

RuleResult check_rules(const ProxyDefaults& entry) {
    WEFT_TRY(check_proxy_settings(entry));
    const AccessLogSettings& logs = entry.access_logs;
    WEFT_TRY(check_word("AccessLogs.Type", logs.type, {"stdout", "stderr", "file"}));
    if ((logs.type == "file") == logs.path.empty()) {
        return broken_rule(
            "AccessLogs.Path must be given when AccessLogs.Type is \"file\", and only then");
    }
    if (!logs.json_format.empty() && !logs.text_format.empty())
        return broken_rule("AccessLogs has both a JSONFormat and a TextFormat: leave one out");
    if (!logs.json_format.empty() && !parse_json(logs.json_format))
        return broken_rule("AccessLogs.JSONFormat is not JSON");
    return success();
}

}  // namespace weft::agent
