#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/health/check_state.hpp"
#include "agent/health/config.hpp"
#include "agent/health/local_change.hpp"
#include "agent/health/local_record.hpp"

namespace weft::agent {

// Where a definition came from. Those of the API are persisted; those of configuration files come
// anew at each start.
enum class Origin : std::uint8_t { Api, Configured };

struct LocalServiceEntry {
    ServiceDefinition definition;  // without its checks, which are entries of their own
    Origin origin = Origin::Api;
    ServiceRow row;
    std::set<std::string> checks;
    // The definition changed them and the catalog does not have them yet, so that its own do not
    // win. Of matter with enable_tag_override only.
    bool tags_changed = false;
};

struct LocalCheckEntry {
    explicit LocalCheckEntry(const CheckDefinition& given) : definition(given), thresholds(given) {}

    CheckDefinition definition;  // with id, name and service id filled in
    Origin origin = Origin::Api;
    bool maintenance = false;
    CheckRow row;  // as it shall stand in the catalog
    CheckThresholds thresholds;
    CheckRun run;
    std::optional<Instant> critical_since;
    std::optional<Instant> ttl_deadline;
    bool state_kept = false;  // a state record exists
};

// The services and checks registered with this agent: the authority for what the catalog says of
// this node. Pure: told the time, and every operation returns what is to be done. Rules and texts
// follow Consul (agent/agent.go, agent/local).
//
// An id that is registered again replaces its definition and keeps the check's status, so that
// nothing flaps; an unchanged definition keeps its schedule and counters too.
class LocalState {
public:
    explicit LocalState(const HealthConfig& config) : config_(config), node_(config.node_name) {}

    void set_discard_check_output(bool discard) { config_.discard_check_output = discard; }

    const std::map<std::string, LocalServiceEntry, std::less<>>& services() const {
        return services_;
    }
    const std::map<std::string, LocalCheckEntry, std::less<>>& checks() const { return checks_; }
    const std::set<std::string>& node_checks() const { return node_checks_; }  // ids
    const LocalServiceEntry* service(std::string_view id) const;
    const LocalCheckEntry* check(std::string_view id) const;
    // Null once the check is gone or defined anew.
    const LocalCheckEntry* check_of_run(CheckRun run) const;

    // How many bytes of output the check may show.
    std::size_t output_max(const LocalCheckEntry& entry) const;

    struct StatusCounts {
        std::size_t passing = 0;
        std::size_t warning = 0;
        std::size_t critical = 0;
    };
    StatusCounts status_counts() const { return counts_; }

    // The definitions were validated. Errors: a limit, a kind that is not supported or not enabled,
    // an unknown service.
    Result<LocalChange> register_service(ServiceDefinition definition, bool replace_existing_checks,
                                         Instant now);
    Result<LocalChange> register_check(CheckDefinition definition, Instant now);
    // Unknown ids change nothing.
    LocalChange deregister_service(std::string_view id, Instant now);
    LocalChange deregister_check(std::string_view id, Instant now);
    Result<LocalChange> service_maintenance(std::string_view id, bool enable,
                                            std::string_view reason, Instant now);
    LocalChange node_maintenance(bool enable, std::string_view reason, Instant now);

    Result<LocalChange> update_ttl(std::string_view check_id, Status status, std::string output,
                                   Instant now);
    // A result of a run; of a run that is over nothing happens.
    LocalChange observe(CheckRun run, Status result, std::string output, Instant now);
    // Sets what an alias of another node shows, which is evaluated by the owner.
    LocalChange set_alias(std::string_view check_id, Status status, std::string output,
                          Instant now);
    std::vector<std::string> remote_aliases() const;

    // Expires TTLs. next_ttl_deadline(): when there is something to expire; Instant::max() if
    // nothing.
    LocalChange expire_ttls(Instant now);
    Instant next_ttl_deadline() const;

    // Deregisters services whose check is critical for longer than its
    // deregister_critical_service_after.
    LocalChange reap(Instant now);

    // The catalog has these tags: a service with enable_tag_override keeps them, but for
    // tags_changed.
    void adopt_tags(std::string_view service_id, const Shared<TextList>& tags);
    // These tags were written to the catalog.
    void tags_written(std::string_view service_id, const Shared<TextList>& tags);
    // True when adopt_tags() changed a service since the last call.
    bool take_adopted() { return std::exchange(adopted_, false); }

    // What shall be stored under the key of a record; an empty value when nothing shall.
    LocalRecord record_of(const std::string& key);
    // What a later process shall restore of the check's status; nothing for an unknown check.
    std::optional<LocalRecord> state_record(std::string_view check_id);

    // The records of an earlier process. Records that cannot be read are named in the result and
    // dropped; the others are restored with their status. The states of configured checks are kept
    // for set_configured().
    struct Restored {
        LocalChange change;
        std::vector<Error> refused;
    };
    Restored restore(const std::vector<LocalRecord>& records, Instant now);

    // The services and checks of the configuration, at the start (after restore()) and at each
    // reload. Only what differs from the last call is touched. Refused as a whole if anything in it
    // is.
    Result<LocalChange> set_configured(std::vector<ServiceDefinition> services,
                                       std::vector<CheckDefinition> checks, Instant now);

    void check_invariants() const;

private:
    using ServiceMap = std::map<std::string, LocalServiceEntry, std::less<>>;
    using CheckMap = std::map<std::string, LocalCheckEntry, std::less<>>;

    Result<void> admit(const CheckDefinition& definition, Origin origin) const;
    Result<void> admit(const ServiceDefinition& definition, Origin origin) const;
    void put_service(ServiceDefinition definition, Origin origin, LocalChange& change);
    void put_check(CheckDefinition definition, Origin origin, bool maintenance, Instant now,
                   LocalChange& change);
    void put_all(ServiceDefinition definition, bool replace, Origin origin, Instant now,
                 LocalChange& change);
    void fill_row(LocalCheckEntry& entry, const LocalCheckEntry* previous, Instant now) const;
    void link(LocalCheckEntry& entry, Instant now, LocalChange& change);
    void unlink(LocalCheckEntry& entry, LocalChange& change);
    std::size_t& count_of(Status status);
    void remove_service(std::string id, LocalChange& change);
    void remove_check(std::string id, LocalChange& change);
    std::size_t new_checks(const ServiceDefinition& definition) const;
    void arm_ttl(LocalCheckEntry& entry, Instant now);
    void disarm_ttl(LocalCheckEntry& entry);
    void show(LocalCheckEntry& entry, Status status, std::string output, Instant now,
              LocalChange& change);
    void keep_state(LocalCheckEntry& entry, LocalChange& change);
    void refresh_aliases(LocalChange& change, Instant now);
    void refresh_alias(LocalCheckEntry& entry, LocalChange& change, Instant now);
    bool is_local_alias(const LocalCheckEntry& entry) const;
    void put_maintenance(CheckDefinition definition, Instant now, LocalChange& change);
    Result<void> restore_service(const LocalRecord& record, LocalChange& change);
    Result<void> restore_check(const LocalRecord& record, Instant now, LocalChange& change);
    Result<void> restore_state(const std::string& id, const LocalRecord& record, Instant now);
    void apply_state(LocalCheckEntry& entry, const StoredState& state, Instant now);
    Result<void> admit_configured(const std::vector<ServiceDefinition>& services,
                                  const std::vector<CheckDefinition>& checks) const;
    void drop_unconfigured(const std::map<std::string, ServiceDefinition>& services,
                           const std::set<std::string>& check_ids_given, LocalChange& change);
    void configure_service(const ServiceDefinition& definition,
                           const std::set<std::string>& check_ids_given, Instant now,
                           LocalChange& change);

    HealthConfig config_;
    SharedText node_;
    ServiceMap services_;
    CheckMap checks_;
    std::map<CheckRun, std::string> runs_;
    std::set<std::pair<Instant, std::string>> ttl_deadlines_;
    std::set<std::string> node_checks_;  // ids of checks that belong to no service
    std::set<std::pair<std::string, std::string>>
        aliases_;  // (service id that is looked at, id of the alias check)
    std::set<std::string> touched_services_;  // since aliases were evaluated last; "": the node
    StatusCounts counts_;
    std::uint64_t last_run_ = 0;
    bool adopted_ = false;

    // As last given by set_configured(), with all ids filled in.
    std::map<std::string, ServiceDefinition> configured_services_;
    std::map<std::string, CheckDefinition> configured_checks_;
    std::map<std::string, StoredState>
        waiting_states_;  // of configured checks, between restore and set_configured
    std::vector<StoredCheck> waiting_checks_;  // of services that only the configuration will bring
};

}  // namespace weft::agent
