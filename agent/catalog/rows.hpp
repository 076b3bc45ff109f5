#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/shared_text.hpp"
#include "agent/base/strong_id.hpp"

namespace weft::agent {

// Position of a command in the log; the unit of CreateIndex, ModifyIndex and X-Consul-Index. After
// the restore of a snapshot it may be ahead of the log by a constant (View::lead).
using Index = StrongId<struct CatalogIndexTag, std::uint64_t>;
// No snapshot may claim a greater one: those to come must not overflow.
inline constexpr Index kIndexMax{std::uint64_t{1} << 62};

// When a command was proposed, by the proposer's clock: milliseconds since 1970, UTC.
using UnixMillis = StrongId<struct UnixMillisTag, std::int64_t>;

using TextList = std::vector<SharedText>;

// Sorted by key, keys unique: one order for JSON, digests and comparison.
using TextMap = std::vector<std::pair<SharedText, SharedText>>;

struct ServiceAddress {
    SharedText address;
    std::int32_t port = 0;
    bool operator==(const ServiceAddress&) const = default;
};
using ServiceAddressMap =
    std::vector<std::pair<SharedText, ServiceAddress>>;  // sorted by key, keys unique

// How many elements of more than a text's size a list, or a map, may have: a byte of stored input
// must not become a kilobyte of memory.
inline constexpr std::uint32_t kMaxListedRows = 16'384;

enum class Status : std::uint8_t { Passing, Warning, Critical, Maintenance };

std::string_view to_string(Status status);

// One row a node. All catalog rows are immutable values once published; Shared<> members tell null
// from empty.
struct NodeRow {
    SharedText name;  // primary key; compared without regard to case, as Consul does
    SharedText id;    // UUID or empty
    SharedText address;
    Shared<TextMap> tagged_addresses;
    Shared<TextMap> meta;
    Index create_index;
    Index modify_index;

    bool same_content(const NodeRow& other) const;  // everything but the indexes
};

// What a connect proxy (kind "connect-proxy") is for. Shapes as in Consul's Proxy block.
struct UpstreamRow {
    SharedText destination_type;  // "service" (default) or "prepared_query"
    SharedText destination_namespace;
    SharedText destination_name;
    SharedText datacenter;
    SharedText local_bind_address;
    std::int32_t local_bind_port = 0;
    SharedText config_json;  // minified JSON object, empty when absent
    SharedText mesh_gateway_mode;
    bool operator==(const UpstreamRow&) const = default;
};

struct ExposePathRow {
    std::int32_t listener_port = 0;
    SharedText path;
    std::int32_t local_path_port = 0;
    SharedText protocol;
    bool parsed_from_check = false;
    bool operator==(const ExposePathRow&) const = default;
};

struct ProxyRow {
    SharedText destination_service_name;
    SharedText destination_service_id;
    SharedText local_service_address;
    std::int32_t local_service_port = 0;
    SharedText mode;
    SharedText config_json;  // minified JSON object, empty when absent
    std::vector<UpstreamRow> upstreams;
    SharedText mesh_gateway_mode;
    bool expose_checks = false;
    std::vector<ExposePathRow> expose_paths;
    bool operator==(const ProxyRow&) const = default;
};

struct ServiceRow {
    SharedText node;  // primary key is (node, id)
    SharedText id;
    SharedText name;
    SharedText kind;  // "" (typical), "connect-proxy", "mesh-gateway", "terminating-gateway",
                      // "ingress-gateway"
    Shared<TextList> tags;
    SharedText address;
    Shared<ServiceAddressMap> tagged_addresses;
    Shared<TextMap> meta;
    Shared<ProxyRow> proxy;  // null unless a Proxy block was given
    std::int32_t port = 0;
    std::int32_t weight_passing = 1;
    std::int32_t weight_warning = 1;
    bool enable_tag_override = false;
    bool connect_native = false;
    Index create_index;
    Index modify_index;

    bool same_content(const ServiceRow& other) const;
};

// The Definition of a check in the catalog, as far as it was given there. Durations in nanoseconds,
// 0: unset.
struct CheckDefinitionRow {
    SharedText http;
    std::vector<std::pair<SharedText, TextList>> header;  // sorted by name
    SharedText method;
    SharedText body;
    bool tls_skip_verify = false;
    SharedText tls_server_name;
    SharedText tcp;
    std::int64_t interval_ns = 0;
    std::int64_t timeout_ns = 0;
    std::int64_t deregister_critical_service_after_ns = 0;
    std::int64_t ttl_ns = 0;
    std::int64_t output_max_size = 0;
    TextList script_args;
    SharedText docker_container_id;
    SharedText shell;
    SharedText grpc;
    SharedText alias_node;
    SharedText alias_service;
    SharedText udp;
    SharedText h2ping;
    SharedText os_service;
    bool grpc_use_tls = false;
    bool h2ping_use_tls = false;
    bool tcp_use_tls = false;
    bool disable_redirects = false;
    bool operator==(const CheckDefinitionRow&) const = default;
};

struct CheckRow {
    SharedText node;  // primary key is (node, id)
    SharedText id;
    SharedText name;
    SharedText notes;
    SharedText output;
    SharedText service_id;    // empty: a check of the node
    SharedText service_name;  // filled in by the catalog from the service
    Shared<TextList> service_tags;
    SharedText type;  // "http", "tcp", "ttl", ...; newer Consul's field
    Shared<CheckDefinitionRow> definition;
    Status status = Status::Critical;
    Index create_index;
    Index modify_index;

    bool same_content(const CheckRow& other) const;
};

struct KvRow {
    SharedText key;           // primary key; any bytes, compared as they are
    SharedText value;         // any bytes
    std::uint64_t flags = 0;  // the client's own
    // How often a new holder acquired the lock; 0 again after a plain set, as in Consul.
    std::uint64_t lock_index = 0;
    SharedText session;  // id of the session that holds the lock; empty: none
    Index create_index;
    Index modify_index;

    bool same_content(const KvRow& other) const;
};

// What becomes of the keys that a session has locked when it ends.
enum class SessionBehavior : std::uint8_t { Release, Delete };

struct SessionServiceCheck {
    SharedText id;  // of the check
    SharedText namespace_name;
    bool operator==(const SessionServiceCheck&) const = default;
};

// Never changes: it is created and it ends. TTL and renewals are not the catalog's: whoever leads
// keeps the time and proposes the end.
struct SessionRow {
    SharedText id;  // primary key: a UUID in lower case
    SharedText name;
    SharedText node;                 // the session ends with it
    std::int64_t lock_delay_ns = 0;  // how long nobody gets the locks that its end frees
    SessionBehavior behavior = SessionBehavior::Release;
    SharedText ttl;  // as its creator wrote it; empty: none
    // The session ends when one of these checks of its node becomes critical or goes.
    Shared<TextList> node_checks;
    Shared<TextList> checks;  // the same; of the list that older clients send
    Shared<std::vector<SessionServiceCheck>> service_checks;
    Index create_index;
    Index modify_index;
};

// A template answers for every name that begins with its own.
struct QueryTemplate {
    SharedText type;    // "name_prefix_match"; empty: the query is no template
    SharedText regexp;  // what match(N) refers to
    bool remove_empty_tags = false;
    bool operator==(const QueryTemplate&) const = default;
};

// Where else to look when no instance is left.
struct QueryFailover {
    std::int64_t nearest_n = 0;
    Shared<TextList> datacenters;
    bool operator==(const QueryFailover&) const = default;
};

// Which instances of a service a prepared query gives. In a template all texts may hold
// interpolations.
struct QueryService {
    SharedText service;
    QueryFailover failover;
    bool only_passing = false;
    Shared<TextList> ignore_check_ids;
    SharedText near;        // a node, "_agent" or "_ip"; empty: in random order
    Shared<TextList> tags;  // "!tag": must not be there
    Shared<TextMap> node_meta;
    Shared<TextMap> service_meta;
    bool connect = false;
    bool operator==(const QueryService&) const = default;
};

// What it means, and what may stand in it, is for agent/prepared_query to know.
struct PreparedQueryRow {
    SharedText id;       // primary key: a UUID in lower case
    SharedText name;     // unique without regard to case, unless empty
    SharedText session;  // the query ends with it; empty: with none
    SharedText token;
    QueryTemplate name_template;
    QueryService service;
    SharedText dns_ttl;  // as its creator wrote it; empty: none of its own
    Index create_index;
    Index modify_index;

    bool is_template() const { return !name_template.type.empty(); }
    bool same_content(const PreparedQueryRow& other) const;
};

// How servers are kept, by Consul's names and defaults.
struct AutopilotRow {
    // As long as the name of node metadata may be, which the tags are.
    static constexpr std::size_t kTagBytesMax = 128;

    bool cleanup_dead_servers = true;
    std::int64_t last_contact_threshold_ns = 200'000'000;
    std::uint64_t max_trailing_logs = 250;
    std::uint64_t min_quorum = 0;
    std::int64_t server_stabilization_time_ns = 10'000'000'000;
    SharedText redundancy_zone_tag;
    bool disable_upgrade_migration = false;
    SharedText upgrade_version_tag;
    Index create_index;
    Index modify_index;

    bool same_content(const AutopilotRow& other) const;
};

// What it says is for others to know: see agent/config_entry.
struct ConfigEntryRow {
    SharedText kind;  // primary key is (kind, name); in lower case
    SharedText name;  // compared without regard to case
    SharedText body;  // in the stored form of agent/config_entry
    Index create_index;
    Index modify_index;

    bool same_content(const ConfigEntryRow& other) const;
};

}  // namespace weft::agent
