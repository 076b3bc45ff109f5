#include <algorithm>
#include <set>

#include "agent/config_entry/rule_check.hpp"

// ingress-gateway and terminating-gateway.
namespace weft::agent {
namespace {

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
        return false;
    return std::all_of(label.begin(), label.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// A DNS name, with a port or not; its first label may be "*", and so may all of it without TLS.
bool is_host(std::string_view host, bool with_tls) {
    if (host == kWildcard) return !with_tls;
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos) {
        const std::string_view port = host.substr(colon + 1);
        if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos)
            return false;
        host = host.substr(0, colon);
    }
    if (host.starts_with("*.")) host.remove_prefix(2);
    while (true) {
        const std::size_t dot = host.find('.');
        if (!is_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

RuleResult check_service(const std::string& place, const IngressListener& listener,
                         const IngressService& service) {
    if (service.name.empty()) return broken_rule("{}.Name is missing: say which service", place);
    const bool is_wildcard = service.name == kWildcard;
    if (is_wildcard && listener.protocol == "tcp") {
        return broken_rule(
            "{}.Name is \"*\", but a listener with Protocol \"tcp\" has one service: name it, or "
            "use "
            "http, http2 or grpc",
            place);
    }
    if (service.hosts.empty()) return success();
    if (listener.protocol == "tcp") {
        return broken_rule(
            "{}.Hosts is given, but a listener with Protocol \"tcp\" knows no hosts: use http, "
            "http2 "
            "or grpc",
            place);
    }
    if (is_wildcard)
        return broken_rule("{}.Hosts is given, but those of \"*\" are the services' names", place);
    return success();
}

RuleResult check_hosts(const std::string& place, const IngressService& service, bool with_tls,
                       std::set<std::string>& hosts) {
    for (const std::string& host : service.hosts) {
        if (!is_host(host, with_tls)) {
            return broken_rule(
                "{}.Hosts holds \"{}\": a host is a DNS name, whose first label may be \"*\"{}",
                place, host, with_tls ? "" : ", or \"*\"");
        }
        if (!hosts.insert(lower_case(host)).second) {
            return broken_rule("{}.Hosts holds \"{}\", which its listener has already", place,
                               host);
        }
    }
    return success();
}

RuleResult check_listener(const std::string& place, const IngressListener& listener,
                          bool with_tls) {
    WEFT_TRY(check_port(place + ".Port", listener.port));
    WEFT_TRY(check_word(place + ".Protocol", listener.protocol, {"tcp", "http", "http2", "grpc"}));
    if (listener.services.empty())
        return broken_rule("{}.Services is empty: name at least one service", place);
    if (listener.protocol == "tcp" && listener.services.size() > 1) {
        return broken_rule(
            "{}.Services holds {} services, but one with Protocol \"tcp\" has one: use http, http2 "
            "or grpc",
            place, listener.services.size());
    }
    std::set<std::string> names;
    std::set<std::string> hosts;
    for (std::size_t i = 0; i < listener.services.size(); ++i) {
        const IngressService& service = listener.services[i];
        const std::string at = fmt::format("{}.Services[{}]", place, i);
        WEFT_TRY(check_service(at, listener, service));
        if (!names.insert(lower_case(service.name)).second)
            return broken_rule("{}.Name is \"{}\", which its listener has already", at,
                               service.name);
        WEFT_TRY(check_hosts(at, service, with_tls, hosts));
    }
    return success();
}

}  // namespace

RuleResult check_rules(const IngressGateway& entry) {
    if (entry.name.empty()) return broken_rule("serviceName is required");
    std::set<std::int64_t> ports;
    for (std::size_t i = 0; i < entry.listeners.size(); ++i) {
        const IngressListener& listener = entry.listeners[i];
        const std::string place = fmt::format("Listeners[{}]", i);
        if (!ports.insert(listener.port).second) {
            return broken_rule("{}.Port is {}, which another listener has already", place,
                               listener.port);
        }
        WEFT_TRY(check_listener(place, listener, entry.tls.enabled));
    }
    return success();
}

RuleResult check_rules(const TerminatingGateway& entry) {
    if (entry.name.empty()) return broken_rule("serviceName is required");
    std::set<std::string> names;
    for (std::size_t i = 0; i < entry.services.size(); ++i) {
        const LinkedService& service = entry.services[i];
        const std::string place = fmt::format("Services[{}]", i);
        if (service.name.empty())
            return broken_rule("{}.Name is missing: say which service", place);
        if (!names.insert(lower_case(service.name)).second)
            return broken_rule("{}.Name is \"{}\", which the gateway has already", place,
                               service.name);
        if (service.cert_file.empty() != service.key_file.empty()) {
            return broken_rule("{} needs both a CertFile and a KeyFile, or none of them", place);
        }
        if (service.ca_file.empty() && !service.cert_file.empty()) {
            return broken_rule("{} has a CertFile, but no CAFile to know the service by", place);
        }
    }
    return success();
}

}  // namespace weft::agent
