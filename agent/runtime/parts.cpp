#include "agent/runtime/parts.hpp"

#include <algorithm>
#include <utility>

#include "agent/base/uuid.hpp"
#include "agent/catalog/snapshot/reader.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/random_seed.hpp"
#include "raft/storage/mem_log_store.hpp"
#include "raft/storage/rocks_log_store.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

std::vector<ServiceDefinition> services_of(const AgentConfig& config) {
    std::vector<ServiceDefinition> services;
    for (const ServiceEntry& entry : config.services) services.push_back(entry.definition);
    return services;
}

std::vector<CheckDefinition> checks_of(const AgentConfig& config) {
    std::vector<CheckDefinition> checks;
    for (const CheckEntry& entry : config.checks) checks.push_back(entry.definition);
    return checks;
}

HealthConfig health_config(const AgentConfig& config, const AgentIdentity& identity) {
    HealthConfig health = config.health;
    health.node_id = identity.node_id;
    health.server_service = self_registration(identity, config).service;
    return health;
}

RocksWarnings storage_warnings(Logging& logging) {
    return [log = logging.logger("storage")](const std::string& line) { log->warn("{}", line); };
}

Result<std::unique_ptr<raft::LogStore>> open_log(const std::optional<DataDirectory>& data,
                                                 const raft::NodeId& node, RocksWarnings warnings) {
    if (!data) {
        WEFT_TRY(auto memory, raft::MemLogStore::open(std::make_shared<raft::MemLogDisk>(), node));
        return std::unique_ptr<raft::LogStore>(std::move(memory));
    }
    raft::RocksLogStoreConfig config;
    config.folder = data->log_path();
    config.warnings = std::move(warnings);
    WEFT_TRY(auto disk, raft::RocksLogStore::open(std::move(config), node));
    return std::unique_ptr<raft::LogStore>(std::move(disk));
}

}  // namespace

Runtime::Parts::Parts(AgentConfig given, RuntimeOptions given_options,
                      std::unique_ptr<Logging> logs, std::optional<DataDirectory> directory,
                      std::string node_id)
    : options(std::move(given_options)),
      began(now()),
      logging(std::move(logs)),
      log(logging->logger("agent")),
      data(std::move(directory)),
      identity(make_identity(given, std::move(node_id), options.version)),
      control("weft-control"),
      background("weft-background"),
      snapshot_thread("weft-snapshot"),
      telemetry(given.telemetry, host_name(), options.version),
      http_metrics(telemetry.registry()),
      dns_metrics(telemetry.registry()),
      raft_metrics(telemetry.registry()),
      store_metrics(telemetry.registry()),
      machine(data.has_value()),
      commits(machine, {given.requests.kv_value_bytes, given.requests.transaction_operations},
              control.context().get_executor()),
      sessions(machine, commits, control.context().get_executor(), log, telemetry.registry()),
      snapshots(machine, commits,
                {.origin = [this] { return snapshot_origin(); },
                 .state_bytes =
                     [limit = given.http.max_snapshot_bytes] {
                         return SnapshotLimits{limit}.state_bytes();
                     }},
                snapshot_thread.context().get_executor(), log),
      entry_bootstrap(commits, machine, log),
      health(health_config(given, identity), commits, control.context().get_executor(),
             background.context().get_executor(), logging->logger("health"), telemetry.registry(),
             random_seed()),
      local(health),
      timers(control.context().get_executor()),
      reloader(
          std::move(given), options.reload_from,
          [this](const AgentConfig& effective) { return apply_reload(effective); },
          control.context().get_executor(), background.context().get_executor(), log),
      agent_control(identity, telemetry, *logging,
                    {.stats = [this] { return stats(); },
                     .consensus = [this] { return consensus_stats(); },
                     .config = [this]() -> const AgentConfig& { return reloader.running(); },
                     .reload = [this](Reloader::Done done) { reloader.reload(std::move(done)); },
                     .leave = [this](std::function<void()> done) { leave(std::move(done)); }}),
      self_ring(identity, {.services = [this] { return local.services(); },
                           .is_node =
                               [this](const std::string& name) {
                                   return machine.view().node(name) != nullptr;
                               }}),
      distances(
          identity.node_name, [this] { return ring().coordinates(); },
          [this](std::shared_ptr<const api::Distances> changed) {
              dns->set_distances(std::move(changed));
          },
          background.context().get_executor()),
      watch_runner(options.watched_view, background.context().get_executor(),
                   logging->logger("watches")),
      telemetry_timer(background.context()),
      leave_timer(control.context()),
      tasks(control.context().get_executor()) {
    const unsigned count = std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i)
        workers.push_back(std::make_unique<IoThread>("weft-worker-" + std::to_string(i)));
}

Runtime::Parts::~Parts() {
    join_threads();
}

void Runtime::Parts::join_threads() {
    for (auto& worker : workers) worker->stop();
    control.stop();
    background.stop();
    snapshot_thread.stop();
    for (auto& worker : workers) worker->join();
    control.join();
    background.join();
    snapshot_thread.join();
}

std::vector<asio::io_context*> Runtime::Parts::worker_contexts() {
    std::vector<asio::io_context*> contexts;
    for (auto& worker : workers) contexts.push_back(&worker->context());
    return contexts;
}

api::Ring& Runtime::Parts::ring() {
    if (gossip_ring) return *gossip_ring;
    return self_ring;
}

ConnectionShares Runtime::Parts::connections(const AgentConfig& config) const {
    return connections_within(options.descriptors_max, {.http = config.http.max_connections,
                                                        .dns_tcp = config.dns.max_tcp_connections});
}

api::HttpConfig Runtime::Parts::http_config(const AgentConfig& config) const {
    api::HttpConfig http_part = config.http;
    http_part.max_connections = connections(config).http;
    return http_part;
}

api::DnsConfig Runtime::Parts::dns_config(const AgentConfig& config) const {
    api::DnsConfig dns_part = config.dns;
    dns_part.max_tcp_connections = connections(config).dns_tcp;
    return dns_part;
}

void Runtime::Parts::warn_of_few_descriptors() const {
    const AgentConfig& config = reloader.running();
    const ConnectionShares shares = connections(config);
    if (shares.http == config.http.max_connections &&
        shares.dns_tcp == config.dns.max_tcp_connections)
        return;
    log->warn(
        "fewer connections at once than usual, as the limit of open files is low: raise "
        "LimitNOFILE= of the unit or `ulimit -n` limit={} http={} dns_tcp={}",
        options.descriptors_max, shares.http, shares.dns_tcp);
}

Result<void> Runtime::Parts::open_ring() {
    const AgentConfig& config = reloader.running();
    if (!config.gossip.port) return success();
    GossipRing::Facts facts{
        .services = [this] { return local.services(); },
        .is_node = [this](const std::string& name) { return machine.view().node(name) != nullptr; },
        .liveness = [this](std::vector<NodeLiveness> nodes) { machine.hold(std::move(nodes)); },
        .lost = [this](const Error& error) { ring_lost(error); }};
    WEFT_TRY(auto files, RingFiles::in(config.dev_mode ? std::string() : config.data_dir));
    WEFT_TRY(gossip_ring, GossipRing::open(config, identity, std::move(files), std::move(facts),
                                           control.context().get_executor(),
                                           logging->logger("gossip"), telemetry.registry()));
    return success();
}

Result<void> Runtime::Parts::open_listeners() {
    const AgentConfig& config = reloader.running();
    const api::AgentFacts facts{
        .node_name = identity.node_name,
        .node_id = identity.node_id,
        .datacenter = identity.datacenter,
        .trust_domain = uuid_of_name(identity.datacenter) + ".consul",
        .server = identity.server,
        .prometheus_retention = config.telemetry.prometheus_retention_time > Duration::zero()};
    const auto post_to_control =
        [executor = control.context().get_executor()](std::function<void()> work) {
            asio::post(executor, std::move(work));
        };
    const auto post_to_worker =
        [executor = workers.front()->context().get_executor()](std::function<void()> work) {
            asio::post(executor, std::move(work));
        };
    const api::Endpoints endpoints{commits,         machine, sessions,      snapshots,
                                   local,           ring(),  agent_control, timers,
                                   post_to_control, facts,   random_seed(), config.requests,
                                   post_to_worker};
    warn_of_few_descriptors();
    WEFT_TRY(http,
             api::HttpServer::open(http_config(config), facts, api::make_routes(endpoints), machine,
                                   worker_contexts(), control.context().get_executor(),
                                   http_metrics, logging->logger("http")));
    dns_source.emplace(machine, ring());
    WEFT_TRY(dns, api::DnsServer::open(dns_config(config), *dns_source, worker_contexts(),
                                       dns_metrics, logging->logger("dns")));
    distances.follow(config.dns.sort_by_distance);
    machine.on_publish([this](std::shared_ptr<const std::vector<Watch>> watches) {
        if (watches) {
            sessions.changed(*watches);
        } else {
            sessions.restored();
            health.catalog_restored();
        }
        http->catalog_changed(std::move(watches));
    });
    machine.on_restore([this](View before) {
        asio::post(background.context(), [before = std::move(before)] { (void)before; });
    });
    return success();
}

Result<void> Runtime::Parts::open_storage() {
    const raft::NodeId node{identity.node_id};
    WEFT_TRY(auto log_store, open_log(data, node, storage_warnings(*logging)));
    WEFT_TRY(auto records, read_local_records(*log_store));
    WEFT_TRY(open_checkpoint());
    WEFT_TRY(open_voter(std::move(log_store)));
    commits.open(*voter);
    telemetry.watch_catalog([this] { return machine.view(); });
    telemetry.watch_log([this] { return logging->lost_lines(); });

    health.restore(records);
    const AgentConfig& config = reloader.running();
    return health.set_configured(services_of(config), checks_of(config));
}

Result<void> Runtime::Parts::open_checkpoint() {
    if (!data) return success();
    CatalogStoreConfig config;
    config.folder = data->checkpoint_path();
    config.warnings = storage_warnings(*logging);
    WEFT_TRY(store, CatalogStore::open(std::move(config), identity.node_id));
    WEFT_TRY(machine.load(*store));
    WriteBehindHooks hooks{
        .take = [this] { return machine.take_round(); },
        .holds = [this] { return machine.holds_rounds(); },
        .covered =
            [this](const Checkpoint& at) { voter->checkpointed(raft::LogIndex{at.applied.get()}); },
        .failed =
            [this](const Error& error) {
                voter->refuse(error);  // the log can't be compacted any more: it must not grow
                storage_failed(error);
            }};
    WEFT_TRY(write_behind, WriteBehind::open(WriteBehindConfig{}, *store, std::move(hooks),
                                             store_metrics, control.context().get_executor()));
    machine.on_applied([this](std::size_t bytes) { write_behind->applied(bytes); });
    return success();
}

Result<void> Runtime::Parts::open_voter(std::unique_ptr<raft::LogStore> log_store) {
    raft::SoloVoterConfig config;
    config.node = raft::NodeId{identity.node_id};
    config.compact_tail =
        data ? static_cast<std::uint64_t>(reloader.running().raft_trailing_logs) : 0;
    // A command may be larger than the body that it comes from, by the names of fields.
    config.command_bytes_max =
        std::max(config.command_bytes_max, 2 * reloader.running().requests.transaction_bytes);
    config.queue_bytes_max = std::max(config.queue_bytes_max, 4 * config.command_bytes_max);
    config.on_fatal = [this](const Error& error) { storage_failed(error); };
    WEFT_TRY(voter, raft::SoloVoter::open(std::move(config), std::move(log_store), machine,
                                          raft_metrics, control.context().get_executor()));
    machine.forget_outcomes();
    if (!data) {
        // In memory the state itself is all there is to come back to: the log need not grow.
        machine.on_applied([this](std::size_t) { voter->checkpointed(machine.applied()); });
    }
    return success();
}

// Reads go on: what is known is still right, and other nodes' clients may need it. Writes are
// refused with the reason.
void Runtime::Parts::storage_failed(const Error& error) {
    is_storage_failed = true;
    log->error(
        "storage failed: the agent answers, but takes no more changes until it is restarted "
        "error={}",
        error.message());
}

// It cannot go on as the agent that it is.
void Runtime::Parts::ring_lost(const Error& error) {
    log->error("the agent ends error={}", error.message());
    lost = error;
    begin_stop(false);
}

SnapshotOrigin Runtime::Parts::snapshot_origin() const {
    return {.datacenter = identity.datacenter,
            .node = identity.node_name,
            .program = options.version,
            .term = voter->term().get(),
            .time = UnixMillis{wall_now().unix_ns / 1'000'000}};
}

// Any thread: the term of a single voter is that of its start.
AgentStats Runtime::Parts::consensus_stats() const {
    AgentStats stats;
    const View view = machine.view();
    stats.applied_index = view.applied_index().get() - view.lead();
    stats.catalog_digest = view.digest();
    stats.last_log_index = stats.applied_index;
    stats.term = voter->term().get();
    stats.storage_failed = is_storage_failed;
    return stats;
}

AgentStats Runtime::Parts::stats() {
    AgentStats stats = consensus_stats();
    for (const LocalCheckInfo& check : health.checks()) {
        ++stats.checks;
        if (check.row.type == "ttl") ++stats.check_ttls;
        if (check.interval > Duration::zero()) ++stats.check_monitors;
    }
    stats.services = health.services().size();
    stats.last_log_index = voter->committed().get();
    stats.restart_needed = reloader.restart_needed();
    if (gossip_ring) stats.ring = gossip_ring->figures();
    const api::CoordinatesPtr coordinates = ring().coordinates();
    if (const Coordinate* own = coordinates->find(identity.node_name)) stats.coordinate = *own;
    return stats;
}

Result<void> Runtime::Parts::apply_reload(const AgentConfig& effective) {
    const AgentConfig& before = reloader.running();
    // What can be refused comes first and is taken back when a later part refuses; levels cannot
    // be. Also when no key changed: certificates are renewed in place, under the same names.
    WEFT_TRY(auto own_api, api_for_watches(effective));
    WEFT_TRY(http->reconfigure(http_config(effective)));
    if (auto changed = dns->reconfigure(dns_config(effective)); !changed) {
        (void)http->reconfigure(http_config(before));
        return changed.error();
    }
    if (auto changed = health.set_configured(services_of(effective), checks_of(effective));
        !changed) {
        (void)http->reconfigure(http_config(before));
        (void)dns->reconfigure(dns_config(before));
        return changed.error();
    }
    WEFT_TRY(logging->set_level(effective));
    telemetry.set_filter(effective.telemetry);
    distances.follow(effective.dns.sort_by_distance);
    health.reconfigure(health_config(effective, identity));
    run_watches(effective, std::move(own_api));
    // Those that were there before may have been deleted since: they stay so until the next start.
    entry_bootstrap.write(new_entries(before.bootstrap_entries, effective.bootstrap_entries),
                          [] {});
    if (effective.node_meta != before.node_meta)
        commits.write(self_registration(identity, effective),
                      [log = log](const Result<api::Written>& written) {
                          if (!written)
                              log->error("node metadata not written error={}",
                                         written.error().message());
                      });
    return success();
}

Result<OwnApi> Runtime::Parts::api_for_watches(const AgentConfig& config) const {
    return config.watches.empty() ? OwnApi() : own_api(config.http, http->ports());
}

// Also when they are the same: the way to the API may have another certificate.
void Runtime::Parts::run_watches(const AgentConfig& config, OwnApi api) {
    std::vector<WatchDefinition> definitions;
    for (const WatchEntry& entry : config.watches) definitions.push_back(entry.definition);
    watch_runner.set(std::move(definitions), std::move(api));
}

}  // namespace weft::agent
