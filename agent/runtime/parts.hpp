#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalog/store/write_behind.hpp"
#include "agent/health/health_service.hpp"
#include "agent/io/io_thread.hpp"
#include "agent/io/task_scope.hpp"
#include "agent/runtime/agent_control.hpp"
#include "agent/runtime/catalog_machine.hpp"
#include "agent/runtime/commit_path.hpp"
#include "agent/runtime/control_timers.hpp"
#include "agent/runtime/data_directory.hpp"
#include "agent/runtime/descriptor_budget.hpp"
#include "agent/runtime/distance_feed.hpp"
#include "agent/runtime/dns_source.hpp"
#include "agent/runtime/entry_bootstrap.hpp"
#include "agent/runtime/gossip_ring.hpp"
#include "agent/runtime/local_adapter.hpp"
#include "agent/runtime/logging.hpp"
#include "agent/runtime/process_facts.hpp"
#include "agent/runtime/reloader.hpp"
#include "agent/runtime/runtime.hpp"
#include "agent/runtime/self_ring.hpp"
#include "agent/runtime/session_keeper.hpp"
#include "agent/runtime/state_snapshots.hpp"
#include "agent/runtime/telemetry.hpp"
#include "agent/runtime/watch_runner.hpp"
#include "api/dns/server.hpp"
#include "api/http/routes.hpp"
#include "api/http/server.hpp"
#include "raft/driver/solo_voter.hpp"

namespace weft::agent {

// The graph of one agent, in the order of its making: each part may use those above it.
struct Runtime::Parts {
    Parts(AgentConfig given, RuntimeOptions given_options, std::unique_ptr<Logging> logs,
          std::optional<DataDirectory> directory, std::string node_id);
    ~Parts();  // ends the threads first

    api::Ring& ring();
    std::vector<boost::asio::io_context*> worker_contexts();
    SnapshotOrigin snapshot_origin() const;
    AgentStats consensus_stats() const;
    AgentStats stats();

    ConnectionShares connections(const AgentConfig& config) const;
    api::HttpConfig http_config(const AgentConfig& config) const;
    api::DnsConfig dns_config(const AgentConfig& config) const;
    void warn_of_few_descriptors() const;

    Result<void> open_ring();
    Result<void> open_listeners();
    Result<void> open_storage();
    Result<void> open_checkpoint();
    Result<void> open_voter(std::unique_ptr<raft::LogStore> store);
    void storage_failed(const Error& error);
    void ring_lost(const Error& error);

    Result<void> apply_reload(const AgentConfig& effective);
    Result<OwnApi> api_for_watches(const AgentConfig& config) const;
    void run_watches(const AgentConfig& config, OwnApi api);

    Result<void> start();
    Result<void> start_threads();
    std::string screen_text() const;
    void register_self(std::function<void(Result<void>)> done);
    void wait_for_telemetry();

    void leave(std::function<void()> done);
    void begin_stop(bool leave);
    void tell_left();
    void stop_serving();
    boost::asio::awaitable<void> close_watches();
    void close_listeners();
    boost::asio::awaitable<void> close_health();
    void finish_stop();
    void join_threads();

    RuntimeOptions options;
    Instant began;
    std::unique_ptr<Logging> logging;
    std::shared_ptr<spdlog::logger> log;
    std::optional<DataDirectory> data;  // none in dev mode
    AgentIdentity identity;

    // Threads; their contexts outlive everything that posts to them, those of the workers that of
    // control too: what was never handled there is answered when it is destroyed.
    std::vector<std::unique_ptr<IoThread>> workers;
    IoThread control;
    IoThread background;
    IoThread snapshot_thread;

    Telemetry telemetry;
    api::HttpMetrics http_metrics;
    api::DnsMetrics dns_metrics;
    raft::DriverMetrics raft_metrics;
    CatalogStoreMetrics store_metrics;

    CatalogMachine machine;
    CommitPath commits;
    SessionKeeper sessions;
    StateSnapshots snapshots;
    std::unique_ptr<CatalogStore> store;  // none in dev mode, nor what follows
    std::unique_ptr<WriteBehind> write_behind;
    std::unique_ptr<raft::SoloVoter> voter;
    EntryBootstrap entry_bootstrap;
    HealthService health;
    LocalAdapter local;
    ControlTimers timers;
    Reloader reloader;  // holds the configuration that is in force
    AgentControl agent_control;
    SelfRing self_ring;                       // for an agent that does not gossip
    std::unique_ptr<GossipRing> gossip_ring;  // else
    std::unique_ptr<api::HttpServer> http;
    std::optional<DnsSource> dns_source;
    std::unique_ptr<api::DnsServer> dns;
    DistanceFeed distances;    // for dns
    WatchRunner watch_runner;  // asks http

    boost::asio::steady_timer telemetry_timer;
    boost::asio::steady_timer leave_timer;
    std::vector<std::function<void()>> when_left;  // of control
    bool is_ring_closed = false;                   // of control
    FreedMemory freed_memory;                      // of background
    TaskScope tasks;
    std::atomic<bool> is_storage_failed = false;  // set on control, read by all
    bool running = false;       // from start() to the end of wait(); of the thread that calls them
    bool stopping = false;      // of control
    std::optional<Error> lost;  // why it stops by itself; of control
    std::string screen;         // of control until start() has returned, then it stays
    std::promise<Result<void>> ended;
};

}  // namespace weft::agent
