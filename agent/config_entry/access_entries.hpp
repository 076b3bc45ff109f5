#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.hpp"
#include "agent/config_entry/entry_kind.hpp"
#include "agent/config_entry/entry_parts.hpp"

// service-intentions, jwt-provider and mesh: who may speak to whom, and what proves it.
namespace weft::agent {

struct IntentionHttpMatch {
    std::string path_exact;
    std::string path_prefix;
    std::string path_regex;
    std::vector<HeaderMatch> header;
    std::vector<std::string> methods;
    bool operator==(const IntentionHttpMatch&) const = default;
};

struct IntentionPermission {
    std::string action;
    std::optional<IntentionHttpMatch> http;
    std::optional<JwtRequirements> jwt;
    bool operator==(const IntentionPermission&) const = default;
};

// Either an action or permissions.
struct IntentionSource {
    std::string name;  // or "*"
    std::string action;
    std::vector<IntentionPermission> permissions;
    std::int64_t precedence = 0;  // derived from the names
    std::string type;             // "consul"
    std::string description;
    bool operator==(const IntentionSource&) const = default;
};

struct ServiceIntentions {
    static constexpr EntryKind kKind = EntryKind::ServiceIntentions;
    std::string name;  // of the destination, or "*"
    std::vector<IntentionSource> sources;
    std::optional<JwtRequirements> jwt;
    TextByName meta;
    bool operator==(const ServiceIntentions&) const = default;
};

struct LocalKeySet {
    std::string jwks;  // base64
    std::string filename;
    bool operator==(const LocalKeySet&) const = default;
};

struct RemoteKeySet {
    std::string uri;
    std::int64_t request_timeout_ms = 0;
    Duration cache_duration{};
    bool fetch_asynchronously = false;
    bool operator==(const RemoteKeySet&) const = default;
};

struct JsonWebKeySet {
    std::optional<LocalKeySet> local;
    std::optional<RemoteKeySet> remote;
    bool operator==(const JsonWebKeySet&) const = default;
};

struct JwtHeaderLocation {
    std::string name;
    std::string value_prefix;
    bool forward = false;
    bool operator==(const JwtHeaderLocation&) const = default;
};

struct JwtNamedLocation {
    std::string name;
    bool operator==(const JwtNamedLocation&) const = default;
};

// One of the three.
struct JwtLocation {
    std::optional<JwtHeaderLocation> header;
    std::optional<JwtNamedLocation> query_param;
    std::optional<JwtNamedLocation> cookie;
    bool operator==(const JwtLocation&) const = default;
};

struct JwtForwarding {
    std::string header_name;
    bool pad_forward_payload_header = false;
    bool operator==(const JwtForwarding&) const = default;
};

struct JwtCache {
    std::int64_t size = 0;
    bool operator==(const JwtCache&) const = default;
};

struct JwtProvider {
    static constexpr EntryKind kKind = EntryKind::JwtProvider;
    std::string name;
    std::optional<JsonWebKeySet> json_web_key_set;
    std::string issuer;
    std::vector<std::string> audiences;
    std::vector<JwtLocation> locations;
    std::optional<JwtForwarding> forwarding;
    std::int64_t clock_skew_seconds = 0;  // 0: the default of 30
    std::optional<JwtCache> cache_config;
    TextByName meta;
    bool operator==(const JwtProvider&) const = default;
};

struct TlsBounds {
    std::string tls_min_version;
    std::string tls_max_version;
    std::vector<std::string> cipher_suites;
    bool operator==(const TlsBounds&) const = default;
};

struct MeshTls {
    std::optional<TlsBounds> incoming;
    std::optional<TlsBounds> outgoing;
    bool operator==(const MeshTls&) const = default;
};

struct MeshTransparentProxy {
    bool mesh_destinations_only = false;
    bool operator==(const MeshTransparentProxy&) const = default;
};

// How a request is rewritten before intentions look at it.
struct RequestNormalization {
    bool insecure_disable_path_normalization = false;
    bool merge_slashes = false;
    std::string path_with_escaped_slashes_action;
    std::string headers_with_underscores_action;
    bool operator==(const RequestNormalization&) const = default;
};

struct MeshIncomingHttp {
    std::optional<RequestNormalization> request_normalization;
    bool operator==(const MeshIncomingHttp&) const = default;
};

struct MeshHttp {
    bool sanitize_x_forwarded_client_cert = false;
    std::optional<MeshIncomingHttp> incoming;
    bool operator==(const MeshHttp&) const = default;
};

struct MeshPeering {
    bool peer_through_mesh_gateways = false;
    bool operator==(const MeshPeering&) const = default;
};

struct Mesh {
    static constexpr EntryKind kKind = EntryKind::Mesh;
    std::string name;
    MeshTransparentProxy transparent_proxy;
    bool allow_enabling_permissive_mutual_tls = false;
    std::optional<MeshTls> tls;
    std::optional<MeshHttp> http;
    std::optional<MeshPeering> peering;
    bool validate_clusters = false;
    TextByName meta;
    bool operator==(const Mesh&) const = default;
};

// ---- names of the fields

template <class Visitor, MaybeConstOf<IntentionHttpMatch> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"PathExact", "path_exact"}, part.path_exact);
    visit(EntryField{"PathPrefix", "path_prefix"}, part.path_prefix);
    visit(EntryField{"PathRegex", "path_regex"}, part.path_regex);
    visit(EntryField{"Header", "header"}, part.header);
    visit(EntryField{"Methods", "methods"}, part.methods);
}

template <class Visitor, MaybeConstOf<IntentionPermission> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Action", "action"}, part.action);
    visit(EntryField{"HTTP", "http"}, part.http);
    visit(EntryField{"JWT", "jwt"}, part.jwt);
}

template <class Visitor, MaybeConstOf<IntentionSource> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.always(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"Action", "action"}, part.action);
    visit(EntryField{"Permissions", "permissions"}, part.permissions);
    visit(EntryField{"Precedence", "precedence"}, part.precedence);
    visit(EntryField{"Type", "type"}, part.type);
    visit(EntryField{"Description", "description"}, part.description);
}

template <class Visitor, MaybeConstOf<ServiceIntentions> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit.always(EntryField{"Sources", "sources"}, part.sources);
    visit(EntryField{"JWT", "jwt"}, part.jwt);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<LocalKeySet> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"JWKS", "jwks"}, part.jwks);
    visit(EntryField{"Filename", "filename"}, part.filename);
}

template <class Visitor, MaybeConstOf<RemoteKeySet> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"URI", "uri"}, part.uri);
    visit(EntryField{"RequestTimeoutMs", "request_timeout_ms"}, part.request_timeout_ms);
    visit(EntryField{"CacheDuration", "cache_duration"}, part.cache_duration);
    visit(EntryField{"FetchAsynchronously", "fetch_asynchronously"}, part.fetch_asynchronously);
}

template <class Visitor, MaybeConstOf<JsonWebKeySet> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Local", "local"}, part.local);
    visit(EntryField{"Remote", "remote"}, part.remote);
}

template <class Visitor, MaybeConstOf<JwtHeaderLocation> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Name", "name"}, part.name);
    visit(EntryField{"ValuePrefix", "value_prefix"}, part.value_prefix);
    visit(EntryField{"Forward", "forward"}, part.forward);
}

template <class Visitor, MaybeConstOf<JwtNamedLocation> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Name", "name"}, part.name);
}

template <class Visitor, MaybeConstOf<JwtLocation> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Header", "header"}, part.header);
    visit(EntryField{"QueryParam", "query_param"}, part.query_param);
    visit(EntryField{"Cookie", "cookie"}, part.cookie);
}

template <class Visitor, MaybeConstOf<JwtForwarding> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"HeaderName", "header_name"}, part.header_name);
    visit(EntryField{"PadForwardPayloadHeader", "pad_forward_payload_header"},
          part.pad_forward_payload_header);
}

template <class Visitor, MaybeConstOf<JwtCache> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Size", "size"}, part.size);
}

template <class Visitor, MaybeConstOf<JwtProvider> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit(EntryField{"JSONWebKeySet", "json_web_key_set"}, part.json_web_key_set);
    visit(EntryField{"Issuer", "issuer"}, part.issuer);
    visit(EntryField{"Audiences", "audiences"}, part.audiences);
    visit(EntryField{"Locations", "locations"}, part.locations);
    visit(EntryField{"Forwarding", "forwarding"}, part.forwarding);
    visit(EntryField{"ClockSkewSeconds", "clock_skew_seconds"}, part.clock_skew_seconds);
    visit(EntryField{"CacheConfig", "cache_config"}, part.cache_config);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

template <class Visitor, MaybeConstOf<TlsBounds> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"TLSMinVersion", "tls_min_version"}, part.tls_min_version);
    visit(EntryField{"TLSMaxVersion", "tls_max_version"}, part.tls_max_version);
    visit(EntryField{"CipherSuites", "cipher_suites"}, part.cipher_suites);
}

template <class Visitor, MaybeConstOf<MeshTls> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"Incoming", "incoming"}, part.incoming);
    visit(EntryField{"Outgoing", "outgoing"}, part.outgoing);
}

template <class Visitor, MaybeConstOf<MeshTransparentProxy> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"MeshDestinationsOnly", "mesh_destinations_only"},
          part.mesh_destinations_only);
}

template <class Visitor, MaybeConstOf<RequestNormalization> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"InsecureDisablePathNormalization", "insecure_disable_path_normalization"},
          part.insecure_disable_path_normalization);
    visit(EntryField{"MergeSlashes", "merge_slashes"}, part.merge_slashes);
    visit(EntryField{"PathWithEscapedSlashesAction", "path_with_escaped_slashes_action"},
          part.path_with_escaped_slashes_action);
    visit(EntryField{"HeadersWithUnderscoresAction", "headers_with_underscores_action"},
          part.headers_with_underscores_action);
}

template <class Visitor, MaybeConstOf<MeshIncomingHttp> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"RequestNormalization", "request_normalization"}, part.request_normalization);
}

template <class Visitor, MaybeConstOf<MeshHttp> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"SanitizeXForwardedClientCert", "sanitize_x_forwarded_client_cert"},
          part.sanitize_x_forwarded_client_cert);
    visit(EntryField{"Incoming", "incoming"}, part.incoming);
}

template <class Visitor, MaybeConstOf<MeshPeering> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"PeerThroughMeshGateways", "peer_through_mesh_gateways"},
          part.peer_through_mesh_gateways);
}

template <class Visitor, MaybeConstOf<Mesh> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit.identity(Part::kKind, part.name);
    visit(EntryField{"TransparentProxy", "transparent_proxy"}, part.transparent_proxy);
    visit(EntryField{"AllowEnablingPermissiveMutualTLS", "allow_enabling_permissive_mutual_tls"},
          part.allow_enabling_permissive_mutual_tls);
    visit(EntryField{"TLS", "tls"}, part.tls);
    visit(EntryField{"HTTP", "http"}, part.http);
    visit(EntryField{"Peering", "peering"}, part.peering);
    visit(EntryField{"ValidateClusters", "validate_clusters"}, part.validate_clusters);
    visit(EntryField{"Meta", "meta"}, part.meta);
}

}  // namespace weft::agent
