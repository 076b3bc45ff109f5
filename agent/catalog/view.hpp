#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ref_ptr.hpp"
#include "agent/catalog/digest.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

struct CatalogRoot;      // the persistent trees; agent/catalog/root.hpp
struct LivenessOverlay;  // agent/catalog/liveness_overlay.hpp

// What a query's result depends on. A blocking query waits for one Watch; View::index_of() says
// when it last changed.
enum class WatchKind : std::uint8_t {
    Nodes,          // the list of nodes
    Node,           // one node with its services (name: node, or its id)
    ServiceNames,   // names and tags of all services
    Service,        // instances of a service and their nodes, without checks (name: service)
    ServiceHealth,  // the same with their checks (name: service)
    ServiceChecks,  // checks bound to a service (name: service)
    NodeChecks,     // checks of a node, of its services too (name: node)
    State,          // all checks in a state (name: "passing", "warning", "critical"; "any" for all)
    Connect,        // proxies and native instances that serve a name (name: service)
    ConnectHealth,  // the same with their checks
    Registrations,  // all nodes and all services: for lists that metadata of nodes chooses
    NodesAndChecks,  // all nodes and all checks, likewise
    Overview,        // all nodes with their services and checks
    NodeHealth,      // one node with them (name: node)
    Gateways,        // all nodes with them, and all configuration entries
    Key,             // one key (name: key)
    KeyPrefix,       // all keys that begin with a text (name: that). Not among the changed watches:
                     // Key is, and concerns each prefix of its name.
    Sessions,        // the list of sessions
    Session,         // one session (name: id)
    NodeSessions,    // sessions of a node (name: node)
    OneConfigEntry,  // one configuration entry (name: "kind/name")
    ConfigEntries,   // those of a kind (name: kind; empty: of all kinds)
    PreparedQueries,  // the list of prepared queries
    PreparedQuery,    // one of them (name: id)
};

struct Watch {
    WatchKind kind = WatchKind::Nodes;
    std::string name;  // lower-cased by the catalog where it compares so
    auto operator<=>(const Watch&) const = default;
};

// Whether a node is there, as this agent's own gossip knows it.
enum class Liveness : std::uint8_t {
    Present,   // alive, or none of the ring's agents
    Doubtful,  // held failed, as is most of the ring: this agent may be the one that is cut off
    Absent,    // held failed, or left
};

struct Instance {
    const NodeRow* node = nullptr;
    const ServiceRow* service = nullptr;
};

struct ServiceName {
    SharedText name;
    std::vector<SharedText> tags;  // union over all instances, in Consul's order: sorted
};

// One immutable state of the whole catalog, and what the agent's own gossip says of its nodes.
// Cheap to copy; may be used on any thread; all pointers that it hands out stay valid as long as
// some copy of it lives. Lookups copy no rows. Lists come in primary key order.
class View {
public:
    View();  // the empty catalog
    explicit View(RefPtr<const CatalogRoot> root);
    View(const View&);
    View(View&&) noexcept;
    View& operator=(View) noexcept;
    ~View();

    // The same state under another overlay.
    View with_overlay(const RefPtr<const LivenessOverlay>& overlay) const;

    Index applied_index() const;
    // By how much the indexes here are ahead of the log's: above 0 after the restore of a snapshot
    // whose indexes the log had not reached.
    std::uint64_t lead() const;
    Digest digest() const;
    UnixMillis time() const;  // the latest of the commands that changed something

    // Index at which the result of the watched query last changed, removals included; at least 1.
    // Rises by changes of liveness, too: see LivenessBook.
    Index index_of(const Watch& watch) const;

    const NodeRow* node(std::string_view name) const;
    const NodeRow* node_by_id(std::string_view id) const;
    // First node (in name order) with that address; null if none.
    const NodeRow* node_by_address(std::string_view address) const;
    std::vector<const NodeRow*> nodes() const;

    std::vector<ServiceName> service_names() const;
    bool has_service(std::string_view name) const;
    // Instances with that service name, without regard to case, ordered by node, then service id.
    std::vector<Instance> instances(std::string_view service) const;
    // Connect proxies whose destination is service, and connect-native instances of it.
    std::vector<Instance> connect_instances(std::string_view service) const;
    // First instance whose service address is that text; for PTR.
    Instance instance_by_address(std::string_view address) const;
    std::vector<const ServiceRow*> services_of_node(std::string_view node) const;
    const ServiceRow* service(std::string_view node, std::string_view service_id) const;

    const CheckRow* check(std::string_view node, std::string_view check_id) const;
    std::vector<const CheckRow*> checks_of_node(
        std::string_view node) const;  // of its services too
    std::vector<const CheckRow*> checks_of_service(
        std::string_view service) const;  // without regard to case
    std::vector<const CheckRow*> checks_in_state(
        std::string_view state) const;  // "any": all; unknown: none
    // Node checks first, then the service's own: the order of Consul's Checks list.
    std::vector<const CheckRow*> checks_of(const Instance& instance) const;

    const KvRow* key(std::string_view name) const;
    // Rows whose keys begin with prefix, in the order of their bytes.
    std::vector<const KvRow*> keys_below(std::string_view prefix) const;
    // Their keys. With a separator: cut off behind the first one after the prefix, each name once.
    std::vector<std::string_view> key_names(std::string_view prefix,
                                            std::string_view separator = {}) const;

    const SessionRow* session(std::string_view id) const;  // in either case
    std::vector<const SessionRow*> sessions() const;       // by id
    std::vector<const SessionRow*> sessions_of_node(std::string_view node) const;
    const ConfigEntryRow* config_entry(std::string_view kind, std::string_view name) const;
    // Of a kind, or, when it is empty, of all kinds; by kind and name.
    std::vector<const ConfigEntryRow*> config_entries(std::string_view kind) const;

    const PreparedQueryRow* prepared_query(std::string_view id) const;  // in either case
    // The query of that name, without regard to case, or else the template with the longest name
    // that it begins with.
    const PreparedQueryRow* prepared_query_for(std::string_view name) const;
    std::vector<const PreparedQueryRow*> prepared_queries() const;  // by id

    // As it was set last, or the defaults; see AutopilotTable.
    const AutopilotRow& autopilot() const;

    // Changes with every change of the instance set, nodes, checks or liveness of a service (by
    // lower-cased name): key of caches of rendered answers. 0 for an unknown service.
    std::uint64_t service_version(std::string_view service) const;

    // Who is not there is left out of answers that promise instances in good health.
    Liveness liveness(std::string_view node) const;
    bool any_absent() const;  // or doubtful
    std::uint64_t overlay_version() const;

    std::size_t node_count() const;
    std::size_t service_count() const;           // names
    std::size_t service_instance_count() const;  // rows
    std::size_t check_count() const;
    std::size_t key_count() const;
    std::size_t session_count() const;
    std::size_t config_entry_count() const;
    std::size_t config_entry_bytes() const;  // of kinds, names and bodies
    std::size_t prepared_query_count() const;

    const RefPtr<const CatalogRoot>& root() const { return root_; }

private:
    RefPtr<const CatalogRoot> root_;
    RefPtr<const LivenessOverlay> overlay_;  // null: all nodes are present
};

}  // namespace weft::agent
