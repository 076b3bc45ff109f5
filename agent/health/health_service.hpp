#pragma once

#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/health/check_scheduler.hpp"
#include "agent/health/failure_lines.hpp"
#include "agent/health/local_backend.hpp"
#include "agent/health/local_state.hpp"
#include "agent/health/metrics.hpp"
#include "agent/health/probe_runner.hpp"
#include "agent/health/sync.hpp"

namespace weft::agent {

// A service and a check as GET /v1/agent/services and checks show them.
struct LocalServiceInfo {
    ServiceRow row;
};

struct LocalCheckInfo {
    CheckRow row;
    Duration interval{};  // 0 for kinds without one
    Duration timeout{};
};

// The services and checks registered with this agent, in operation: runs the checks, keeps the
// records, writes the catalog. The decisions are in LocalState, CheckScheduler and SyncState.
// Everything on the control thread, except the probes, which run on the background executor.
//
// Order of life: restore(), set_configured(), start(), .., close().
class HealthService {
public:
    using Done = std::function<void(Result<void>)>;

    HealthService(HealthConfig config, LocalBackend& backend, boost::asio::any_io_executor control,
                  boost::asio::any_io_executor background, std::shared_ptr<spdlog::logger> log,
                  prometheus::Registry& registry, std::uint64_t seed);
    ~HealthService();
    HealthService(const HealthService&) = delete;
    HealthService& operator=(const HealthService&) = delete;

    // The records of an earlier process. Unreadable ones are logged and left alone.
    void restore(const std::vector<LocalRecord>& records);
    // At the start and at each reload; see LocalState::set_configured(). Refused as a whole or
    // done.
    Result<void> set_configured(std::vector<ServiceDefinition> services,
                                std::vector<CheckDefinition> checks);
    // The catalog is another one: the registrations here are compared with it at once.
    void catalog_restored();

    // Of a reload: the node's metadata and whether output is discarded; all else stays as it was.
    void reconfigure(const HealthConfig& config);
    // Called after the registered services changed, by whomever: clients, the configuration,
    // reaping, tags that the catalog overrides. Also called when nothing differs in the end.
    void on_services_changed(std::function<void()> listener) {
        services_changed_ = std::move(listener);
    }
    // Begins checks and anti-entropy: the backend must be able to commit.
    void start();
    // Ends checks; what is not synced yet stays for the next process. Answers that are owed are not
    // given any more.
    boost::asio::awaitable<void> close();

    std::vector<LocalServiceInfo> services() const;
    std::vector<LocalCheckInfo> checks() const;
    std::optional<LocalServiceInfo> service(std::string_view id) const;
    std::vector<LocalCheckInfo> checks_of_service(std::string_view service_id) const;
    std::vector<LocalCheckInfo> node_checks() const;

    // done comes once the change is durable and the catalog has it; if the catalog refuses it or
    // cannot be reached that is no error: the change is kept here and tried again. Errors: limits,
    // rules, a disk or log that did not take the change (Io). After an Io the change holds in this
    // process and is tried again too, but a restart before that forgets it.
    void register_service(ServiceDefinition definition, bool replace_existing_checks, Done done);
    void deregister_service(std::string id, Done done);
    void register_check(CheckDefinition definition, Done done);
    void deregister_check(std::string id, Done done);
    void update_ttl(std::string check_id, Status status, std::string output, Done done);
    void service_maintenance(std::string id, bool enable, std::string reason, Done done);
    void node_maintenance(bool enable, std::string reason, Done done);

    // True when the catalog has everything that is registered here, as far as is known.
    bool is_synced() const { return started_ && sync_.dirty() == 0 && sync_.under_way() == 0; }

private:
    struct Answer;

    std::size_t room_for_writes() const;
    void tell_services_changed() const;
    void refuse(Error error, Done done);
    void answer_error(Error error, Done done);
    void carry_out(LocalChange change, bool urgent, Done done);
    void carry_out(Result<LocalChange> change, bool urgent, Done done);
    void reschedule(const LocalChange& change);
    void note_transitions(const LocalChange& change);
    void commit(SyncStep step, std::vector<LocalRecord> records, bool urgent,
                std::shared_ptr<Answer> answer);
    void commit_records(std::vector<LocalRecord> records, bool urgent,
                        std::shared_ptr<Answer> answer);
    void records_done(const std::vector<std::string>& keys, const Result<Index>& result);
    std::size_t unkept() const { return unkept_.size() + retried_; }
    void retry_records();
    std::optional<Error> unkept_full() const;
    void step_done(const SyncStep& step, const Result<Index>& result);
    void pump();
    void arm();
    void on_timer();
    void reap();
    void poll_remote_aliases();
    void start_due_checks();
    void run_check(CheckRun run);
    void check_done(CheckRun run, std::string_view kind, Instant started, ProbeResult result);
    void update_gauges();
    LocalCheckInfo info_of(const LocalCheckEntry& entry) const;

    HealthConfig config_;
    LocalBackend& backend_;
    boost::asio::any_io_executor control_;
    std::shared_ptr<spdlog::logger> log_;
    HealthMetrics metrics_;
    Rng rng_;
    LocalState state_;
    SyncState sync_;
    CheckScheduler scheduler_;
    ProbeRunner probes_;
    boost::asio::steady_timer timer_;
    std::function<void()> services_changed_;
    std::set<std::string> unkept_;  // keys of records that the backend refused
    std::size_t retried_ = 0;       // refused records whose next try is under way
    FailureLines records_failed_;
    FailureLines syncs_failed_;
    Instant retry_records_at_ = Instant::max();
    Instant armed_for_ = Instant::max();
    Instant reap_at_ = Instant::max();
    Instant alias_poll_at_ = Instant::max();
    bool started_ = false;
    bool closed_ = false;
    std::shared_ptr<bool> alive_ =
        std::make_shared<bool>(true);  // false once callbacks must not reach us
};

}  // namespace weft::agent
