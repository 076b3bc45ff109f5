#include <algorithm>
#include <iterator>
#include <set>

#include "agent/config_entry/rule_check.hpp"

// service-intentions, jwt-provider and mesh.
namespace weft::agent {
namespace {

RuleResult check_action(const std::string& place, const std::string& action) {
    if (action == "allow" || action == "deny") return success();
    return broken_rule("{}.Action is \"{}\": it must be \"allow\" or \"deny\"", place, action);
}

// A name of services may only be "*" as a whole.
RuleResult check_wildcard(const std::string& field, const std::string& name) {
    if (name == kWildcard || name.find('*') == std::string::npos) return success();
    return broken_rule("{} is \"{}\": \"*\" stands for all names, and for nothing less", field,
                       name);
}

RuleResult check_requirements(const std::string& place, const JwtRequirements& requirements) {
    for (std::size_t i = 0; i < requirements.providers.size(); ++i) {
        if (requirements.providers[i].name.empty())
            return broken_rule("{}.Providers[{}].Name is missing: name a jwt-provider", place, i);
    }
    return success();
}

RuleResult check_permission(const std::string& place, const IntentionPermission& permission) {
    WEFT_TRY(check_action(place, permission.action));
    if (!permission.http && !permission.jwt)
        return broken_rule("{} says nothing of requests: give it HTTP or JWT", place);
    if (permission.jwt) {
        WEFT_TRY(check_requirements(place + ".JWT", *permission.jwt));
    }
    if (!permission.http) return success();
    const IntentionHttpMatch& http = *permission.http;
    const RulePlace at = place + ".HTTP";
    if (http == IntentionHttpMatch{}) return broken_rule("{} should not be empty", at.said);
    WEFT_TRY(check_paths(at, http.path_exact, http.path_prefix, http.path_regex));
    for (std::size_t i = 0; i < http.header.size(); ++i) {
        WEFT_TRY(check_header_match(at.field(fmt::format("Header[{}]", i)), http.header[i]));
    }
    return check_methods(at, http.methods);
}

RuleResult check_source(const std::string& place, const IntentionSource& source,
                        bool to_everything) {
    if (source.name.empty())
        return broken_rule("{}.Name is missing: name a service, or \"*\" for all", place);
    WEFT_TRY(check_wildcard(place + ".Name", source.name));
    WEFT_TRY(check_word(place + ".Type", source.type, {"consul"}));
    if (source.permissions.empty()) return check_action(place, source.action);
    if (!source.action.empty())
        return broken_rule("{} has both an Action and Permissions: leave one out", place);
    if (to_everything) {
        return broken_rule(
            "{}.Permissions speak of requests, and the destination \"*\" has services of any "
            "protocol: use Action",
            place);
    }
    for (std::size_t i = 0; i < source.permissions.size(); ++i) {
        WEFT_TRY(
            check_permission(fmt::format("{}.Permissions[{}]", place, i), source.permissions[i]));
    }
    return success();
}

RuleResult check_key_set(const JwtProvider& entry) {
    if (!entry.json_web_key_set ||
        entry.json_web_key_set->local.has_value() == entry.json_web_key_set->remote.has_value()) {
        return broken_rule("JSONWebKeySet must have either a Local or a Remote");
    }
    if (const auto& local = entry.json_web_key_set->local) {
        if (local->jwks.empty() == local->filename.empty())
            return broken_rule("JSONWebKeySet.Local must have either a JWKS or a Filename");
        return success();
    }
    const RemoteKeySet& remote = *entry.json_web_key_set->remote;
    if (!remote.uri.starts_with("https://") && !remote.uri.starts_with("http://"))
        return broken_rule("JSONWebKeySet.Remote.URI must be a URL: \"{}\"", remote.uri);
    WEFT_TRY(
        check_not_negative("JSONWebKeySet.Remote.RequestTimeoutMs", remote.request_timeout_ms));
    return check_not_negative("JSONWebKeySet.Remote.CacheDuration", remote.cache_duration);
}

RuleResult check_location(const std::string& place, const JwtLocation& location) {
    const int ways =
        (location.header ? 1 : 0) + (location.query_param ? 1 : 0) + (location.cookie ? 1 : 0);
    if (ways != 1) return broken_rule("{} must have one of Header, QueryParam and Cookie", place);
    const bool has_name = (location.header && !location.header->name.empty()) ||
                          (location.query_param && !location.query_param->name.empty()) ||
                          (location.cookie && !location.cookie->name.empty());
    if (!has_name) return broken_rule("{} has no Name: say where the token is found", place);
    return success();
}

RuleResult check_version(const std::string& field, const std::string& version) {
    return check_word(field, version, {"TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"});
}

// The ones that Consul hands on to Envoy: below TLS 1.3, whose suites cannot be chosen.
constexpr std::string_view kSuites[] = {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_RSA_WITH_AES_128_CBC_SHA",
                                        "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_RSA_WITH_AES_256_CBC_SHA",
                                        "TLS_RSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"};

RuleResult check_ciphers(const std::string& place, const std::string& direction,
                         const TlsBounds& bounds) {
    if (bounds.cipher_suites.empty()) return success();
    const std::string path = place + ".CipherSuites";
    if (bounds.tls_min_version == "TLSv1_3") {
        return broken_rule_of(
            path,
            "error in {} TLS configuration: configuring CipherSuites is only applicable to "
            "connections negotiated with TLS 1.2 or earlier, TLSMinVersion is set to {}",
            direction, bounds.tls_min_version);
    }
    std::vector<std::string> unknown;
    std::copy_if(bounds.cipher_suites.begin(), bounds.cipher_suites.end(),
                 std::back_inserter(unknown),
                 [](const std::string& suite) { return !is_one_of(suite, kSuites); });
    if (unknown.empty()) return success();
    return broken_rule_of(
        path, "error in {} TLS configuration: no matching Envoy TLS cipher suite found for {}",
        direction, fmt::join(unknown, ","));
}

RuleResult check_bounds(const std::string& place, const TlsBounds& bounds) {
    WEFT_TRY(check_version(place + ".TLSMinVersion", bounds.tls_min_version));
    WEFT_TRY(check_version(place + ".TLSMaxVersion", bounds.tls_max_version));
    // The words sort as the versions do, but for the one that leaves the choice open.
    const auto is_version = [](const std::string& word) { return word.starts_with("TLSv"); };
    if (is_version(bounds.tls_min_version) && is_version(bounds.tls_max_version) &&
        bounds.tls_min_version > bounds.tls_max_version) {
        return broken_rule("{}.TLSMinVersion is above TLSMaxVersion: no version is left", place);
    }
    return success();
}

RuleResult check_normalization(const std::string& place, const RequestNormalization& part) {
    WEFT_TRY(check_word(place + ".PathWithEscapedSlashesAction",
                        part.path_with_escaped_slashes_action,
                        {"IMPLEMENTATION_SPECIFIC_DEFAULT", "KEEP_UNCHANGED", "REJECT_REQUEST",
                         "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD"}));
    return check_word(place + ".HeadersWithUnderscoresAction", part.headers_with_underscores_action,
                      {"ALLOW", "REJECT_REQUEST", "DROP_HEADER"});
}

}  // namespace

RuleResult check_rules(const ServiceIntentions& entry) {
    if (entry.name.empty()) return broken_rule("Name is required");
    WEFT_TRY(check_wildcard("Name", entry.name));
    if (entry.sources.empty())
        return broken_rule("Sources is empty: name at least one source, or delete the entry");
    std::set<std::string> names;
    for (std::size_t i = 0; i < entry.sources.size(); ++i) {
        const IntentionSource& source = entry.sources[i];
        const std::string place = fmt::format("Sources[{}]", i);
        WEFT_TRY(check_source(place, source, entry.name == kWildcard));
        if (!names.insert(lower_case(source.name)).second)
            return broken_rule("{}.Name is \"{}\", which another source has already", place,
                               source.name);
    }
    if (entry.jwt) return check_requirements("JWT", *entry.jwt);
    return success();
}

RuleResult check_rules(const JwtProvider& entry) {
    if (entry.name.empty()) return broken_rule("Name is required");
    WEFT_TRY(check_key_set(entry));
    for (std::size_t i = 0; i < entry.locations.size(); ++i) {
        WEFT_TRY(check_location(fmt::format("Locations[{}]", i), entry.locations[i]));
    }
    if (entry.forwarding && entry.forwarding->header_name.empty())
        return broken_rule("Forwarding.HeaderName is missing: say which header is added");
    WEFT_TRY(check_not_negative("ClockSkewSeconds", entry.clock_skew_seconds));
    if (entry.cache_config) return check_not_negative("CacheConfig.Size", entry.cache_config->size);
    return success();
}

RuleResult check_rules(const Mesh& entry) {
    if (entry.http && entry.http->incoming && entry.http->incoming->request_normalization) {
        WEFT_TRY(check_normalization("HTTP.Incoming.RequestNormalization",
                                     *entry.http->incoming->request_normalization));
    }
    if (entry.peering && entry.peering->peer_through_mesh_gateways)
        return broken_rule(
            "Peering.PeerThroughMeshGateways is true, but weft has no peering: leave it out");
    if (!entry.tls) return success();
    if (entry.tls->incoming) {
        WEFT_TRY(check_bounds("TLS.Incoming", *entry.tls->incoming));
        WEFT_TRY(check_ciphers("TLS.Incoming", "incoming", *entry.tls->incoming));
    }
    if (entry.tls->outgoing) {
        WEFT_TRY(check_bounds("TLS.Outgoing", *entry.tls->outgoing));
        WEFT_TRY(check_ciphers("TLS.Outgoing", "outgoing", *entry.tls->outgoing));
    }
    return success();
}

}  // namespace weft::agent
