#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/view.hpp"
#include "api/http/exchange.hpp"

// What the HTTP API needs of the agent. Declared here by the caller, implemented by agent/runtime.
namespace weft::api {

// How fresh the local catalog is: X-Consul-KnownLeader and X-Consul-LastContact.
struct LeaderContact {
    bool known = true;  // there is a leader
    Duration age{};     // since it was last heard; 0 on the leader itself
};

// The newest published catalog. Any thread, for every request: no lock is held longer than it takes
// to copy a pointer.
class CatalogReader {
public:
    virtual ~CatalogReader() = default;
    virtual agent::View view() const = 0;
    virtual LeaderContact leader_contact() const { return {}; }
};

// What became of a command that is in the log and was applied.
struct Written {
    agent::Index index;
    bool held = true;  // false: its condition was not met, and it changed nothing
    std::optional<agent::TransactionOutcome> transaction;  // of a TransactionCommand
};

// Commits a command to the log, with the time of now. Any thread. done is called exactly once on
// the control thread, after the command was applied and published here, or with why it was refused
// (the catalog's own words) or failed.
class Writer {
public:
    using Done = std::function<void(Result<Written>)>;

    virtual ~Writer() = default;
    virtual void write(agent::Command command, Done done) = 0;
};

// Ends sessions whose TTL has passed. Control thread.
class SessionTimes {
public:
    virtual ~SessionTimes() = default;

    // The session gets its full TTL once more; false when its end is already on its way. One that
    // is unknown or without a TTL is left alone.
    virtual bool renew(std::string_view id) = 0;
};

// A snapshot of the state, ready to be sent.
struct SavedSnapshot {
    agent::Index index;
    std::shared_ptr<BodySource> body;
};

// What a restore came to.
struct RestoredSnapshot {
    std::uint64_t skipped = 0;  // rows of kinds that this version does not know
};

// The whole state as a file, and a file as the state.
class Snapshots {
public:
    virtual ~Snapshots() = default;

    // Of the newest state. Any thread. Limit: too many are being read.
    virtual Result<SavedSnapshot> save() = 0;

    // Any thread. done is called once, on any thread: the state is that of the file, or it is what
    // it was, and why. Unavailable: another one is being restored.
    using Restored = std::function<void(Result<RestoredSnapshot>)>;
    virtual void restore(std::shared_ptr<const std::string> file, Restored done) = 0;
};

struct LocalService {
    agent::ServiceRow row;  // weights filled in; indexes unused
};

struct LocalCheck {
    agent::CheckRow row;
    Duration interval{};  // 0 for kinds without one
    Duration timeout{};
};

enum class AggregateStatus { Passing, Warning, Critical, Maintenance };

// The services and checks registered with this agent. All methods on the control thread. `done` is
// called on the control thread, once: after the change is durable and the catalog has it (or could
// not be reached, which is no error: the change is kept and synced later).
class LocalServices {
public:
    using Done = std::function<void(Result<void>)>;

    virtual ~LocalServices() = default;
    virtual std::vector<LocalService> services() const = 0;  // by id
    virtual std::vector<LocalCheck> checks() const = 0;      // by id
    virtual std::optional<LocalService> service(std::string_view id) const = 0;
    virtual std::vector<LocalCheck> checks_of_service(std::string_view service_id) const = 0;
    virtual std::vector<LocalCheck> node_checks() const = 0;  // checks bound to no service

    // The definition was validated. Errors: limits, a script check that is not enabled.
    virtual void register_service(agent::ServiceDefinition definition, bool replace_existing_checks,
                                  Done done) = 0;
    virtual void deregister_service(std::string id, Done done) = 0;
    virtual void register_check(agent::CheckDefinition definition, Done done) = 0;
    virtual void deregister_check(std::string id, Done done) = 0;
    virtual void update_ttl(std::string check_id, agent::Status status, std::string output,
                            Done done) = 0;
    // NotFound for an unknown service.
    virtual void service_maintenance(std::string id, bool enable, std::string reason,
                                     Done done) = 0;
    virtual void node_maintenance(bool enable, std::string reason, Done done) = 0;

    // listener is called on the control thread after each change of the registered services. One
    // listener; the last one set counts.
    virtual void on_change(std::function<void()> listener) = 0;
};

// Calls back later on the control thread. Used there only.
class ControlTimers {
public:
    virtual ~ControlTimers() = default;

    // Names the call for cancel(); never 0.
    virtual std::uint64_t call_after(Duration delay, std::function<void()> action) = 0;

    // Nothing happens when the call was made already.
    virtual void cancel(std::uint64_t call) = 0;
};

// One line of /v1/agent/monitor, without its newline. Returned by the log sink, see
// AgentControl::subscribe_log.
using LogLine = std::shared_ptr<const std::string>;

// Ends the subscription when destroyed.
class LogSubscription {
public:
    virtual ~LogSubscription() = default;
};

// Body of GET /v1/operator/autopilot/health (minified JSON), whose status clients look at too.
struct AutopilotHealth {
    std::string json;
    bool healthy = true;
};

// Facts about and actions on the agent itself. Control thread unless said otherwise.
class AgentControl {
public:
    virtual ~AgentControl() = default;

    // Body of GET /v1/agent/self (minified JSON; the API lays it out).
    virtual std::string self_json() const = 0;
    virtual std::string host_json() const = 0;
    virtual std::string version_json() const = 0;

    // Any thread. Prometheus text, and Consul's JSON shape (minified).
    virtual std::string metrics_prometheus() const = 0;
    virtual std::string metrics_json() const = 0;

    virtual void reload(std::function<void(Result<void>)> done) = 0;
    // done: the ring was told, or its time is over. The process ends after it.
    virtual void leave(std::function<void()> done) = 0;

    // Any thread. level: trace, debug, info, warn, err. The sink is called on any thread and must
    // not block.
    virtual Result<std::unique_ptr<LogSubscription>> subscribe_log(
        std::string_view level, bool json, std::function<void(LogLine)> sink) = 0;

    // Of the consensus: "ip:port" of the leader (empty: none) and of all voters. Any thread.
    virtual std::string leader_address() const = 0;
    virtual std::vector<std::string> peer_addresses() const = 0;
    virtual std::string raft_configuration_json() const = 0;
    virtual std::string leading_since() const = 0;  // RFC 3339, the present leader
    virtual AutopilotHealth autopilot_health() const = 0;
    virtual std::string autopilot_state_json() const = 0;
};

// Fixed facts that answers are built from.
struct AgentFacts {
    std::string node_name;
    std::string node_id;
    std::string datacenter;
    std::string trust_domain = {};  // of the mesh: "<uuid>.consul"
    bool server = true;
    bool prometheus_retention = false;  // telemetry.prometheus_retention_time is above zero
};

}  // namespace weft::api
