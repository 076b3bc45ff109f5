#include "agent/health/health_service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/health/alias.hpp"
#include "agent/health/check_output.hpp"
#include "agent/io/clock.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr Duration kAliasPoll = std::chrono::seconds(1);

SchedulerConfig scheduler_config(const HealthConfig& config) {
    SchedulerConfig scheduler;
    scheduler.max_running_probes = config.max_running_probes;
    scheduler.max_running_scripts = config.max_running_scripts;
    return scheduler;
}

}  // namespace

HealthService::HealthService(HealthConfig config, LocalBackend& backend,
                             asio::any_io_executor control, asio::any_io_executor background,
                             std::shared_ptr<spdlog::logger> log, prometheus::Registry& registry,
                             std::uint64_t seed)
    : config_(std::move(config)),
      backend_(backend),
      control_(control),
      log_(std::move(log)),
      metrics_(registry),
      rng_(seed),
      state_(config_),
      sync_(config_, rng_),
      scheduler_(scheduler_config(config_), rng_),
      probes_(control, std::move(background)),
      timer_(control) {}

HealthService::~HealthService() {
    *alive_ = false;
    WEFT_ASSERT(closed_ || !started_);
}

void HealthService::restore(const std::vector<LocalRecord>& records) {
    WEFT_ASSERT(!started_);
    auto restored = state_.restore(records, now());
    for (const auto& refused : restored.refused) {
        log_->warn("local registration not restored error=\"{}\"", refused.message());
    }
    reschedule(restored.change);
    update_gauges();
}

Result<void> HealthService::set_configured(std::vector<ServiceDefinition> services,
                                           std::vector<CheckDefinition> checks) {
    WEFT_TRY(auto change, state_.set_configured(std::move(services), std::move(checks), now()));
    carry_out(std::move(change), false, nullptr);
    return success();
}

void HealthService::start() {
    WEFT_ASSERT(!started_ && !closed_);
    started_ = true;
    reap_at_ = now() + config_.reap_interval;
    alias_poll_at_ = now();
    pump();
    start_due_checks();
    arm();
}

asio::awaitable<void> HealthService::close() {
    closed_ = true;
    *alive_ = false;
    timer_.cancel();
    co_await probes_.close();
}

LocalCheckInfo HealthService::info_of(const LocalCheckEntry& entry) const {
    return LocalCheckInfo{entry.row, entry.definition.interval, entry.definition.timeout};
}

std::vector<LocalServiceInfo> HealthService::services() const {
    std::vector<LocalServiceInfo> list;
    for (const auto& [id, entry] : state_.services()) list.push_back(LocalServiceInfo{entry.row});
    return list;
}

std::vector<LocalCheckInfo> HealthService::checks() const {
    std::vector<LocalCheckInfo> list;
    for (const auto& [id, entry] : state_.checks()) list.push_back(info_of(entry));
    return list;
}

std::optional<LocalServiceInfo> HealthService::service(std::string_view id) const {
    const auto* entry = state_.service(id);
    if (!entry) return std::nullopt;
    return LocalServiceInfo{entry->row};
}

std::vector<LocalCheckInfo> HealthService::checks_of_service(std::string_view service_id) const {
    std::vector<LocalCheckInfo> list;
    const auto* entry = state_.service(service_id);
    if (!entry) return list;
    for (const auto& id : entry->checks) list.push_back(info_of(*state_.check(id)));
    return list;
}

std::vector<LocalCheckInfo> HealthService::node_checks() const {
    std::vector<LocalCheckInfo> list;
    for (const auto& id : state_.node_checks()) list.push_back(info_of(*state_.check(id)));
    return list;
}

void HealthService::register_service(ServiceDefinition definition, bool replace_existing_checks,
                                     Done done) {
    if (auto full = unkept_full()) return refuse(std::move(*full), std::move(done));
    auto change = state_.register_service(std::move(definition), replace_existing_checks, now());
    if (!change) return refuse(change.error(), std::move(done));
    carry_out(std::move(change).value(), true, std::move(done));
}

void HealthService::deregister_service(std::string id, Done done) {
    carry_out(state_.deregister_service(id, now()), true, std::move(done));
}

void HealthService::register_check(CheckDefinition definition, Done done) {
    if (auto full = unkept_full()) return refuse(std::move(*full), std::move(done));
    auto change = state_.register_check(std::move(definition), now());
    if (!change) return refuse(change.error(), std::move(done));
    carry_out(std::move(change).value(), true, std::move(done));
}

void HealthService::deregister_check(std::string id, Done done) {
    carry_out(state_.deregister_check(id, now()), true, std::move(done));
}

void HealthService::update_ttl(std::string check_id, Status status, std::string output, Done done) {
    carry_out(state_.update_ttl(check_id, status, std::move(output), now()), true, std::move(done));
}

void HealthService::service_maintenance(std::string id, bool enable, std::string reason,
                                        Done done) {
    carry_out(state_.service_maintenance(id, enable, reason, now()), true, std::move(done));
}

void HealthService::node_maintenance(bool enable, std::string reason, Done done) {
    carry_out(state_.node_maintenance(enable, reason, now()), true, std::move(done));
}

void HealthService::reconfigure(const HealthConfig& config) {
    state_.set_discard_check_output(config.discard_check_output);
    sync_.set_node_meta(config.node_meta);
}

void HealthService::catalog_restored() {
    sync_.compare_soon();
    arm();
}

void HealthService::reschedule(const LocalChange& change) {
    for (const auto run : change.stopped) scheduler_.remove(run);
    for (const auto& id : change.started) {
        const auto* entry = state_.check(id);
        if (!entry) continue;
        const Lane lane = entry->definition.kind() == "script" ? Lane::Script : Lane::Probe;
        const Duration interval = std::max(entry->definition.interval, config_.interval_min);
        if (entry->definition.interval < config_.interval_min) {
            log_->warn("check interval raised to the minimum check={}", id);
        }
        scheduler_.add(entry->run, interval, lane, now());
    }
}

void HealthService::note_transitions(const LocalChange& change) {
    for (const auto& transition : change.transitions) {
        if (transition.to == Status::Passing) metrics_.transitions_passing.Increment();
        if (transition.to == Status::Warning) metrics_.transitions_warning.Increment();
        if (transition.to == Status::Critical) metrics_.transitions_critical.Increment();
        log_->info("check status changed check={} from={} to={}", transition.check_id,
                   to_string(transition.from), to_string(transition.to));
    }
}

void HealthService::update_gauges() {
    metrics_.services.Set(static_cast<double>(state_.services().size()));
    const auto counts = state_.status_counts();
    metrics_.checks_passing.Set(static_cast<double>(counts.passing));
    metrics_.checks_warning.Set(static_cast<double>(counts.warning));
    metrics_.checks_critical.Set(static_cast<double>(counts.critical));
}

// Sets the timer for whatever comes next; nothing runs before start().
void HealthService::arm() {
    if (!started_ || closed_) return;
    Instant next = std::min({scheduler_.next_deadline(), state_.next_ttl_deadline(), reap_at_,
                             alias_poll_at_, retry_records_at_});
    if (room_for_writes() > 0) next = std::min(next, sync_.next_deadline());
    if (next == armed_for_) return;
    armed_for_ = next;
    timer_.expires_at(asio::steady_timer::time_point(std::max(next, Instant{}).time_since_epoch()));
    timer_.async_wait(
        [this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
            const auto still = alive.lock();
            if (error || !still || !*still) return;
            armed_for_ = Instant::max();
            on_timer();
        });
}

void HealthService::on_timer() {
    const Instant time = now();
    if (state_.next_ttl_deadline() <= time) {
        auto change = state_.expire_ttls(time);
        metrics_.ttl_expiries.Increment(static_cast<double>(change.ttl_expiries));
        carry_out(std::move(change), false, nullptr);
    }
    if (reap_at_ <= time) reap();
    if (alias_poll_at_ <= time) poll_remote_aliases();
    start_due_checks();
    pump();
    arm();
}

void HealthService::reap() {
    const Instant time = now();
    reap_at_ = time + config_.reap_interval;
    auto change = state_.reap(time);
    if (change.services.empty()) return;
    for (const auto& id : change.services) {
        log_->info("service deregistered, a check was critical for too long service={}", id);
    }
    metrics_.reaped_services.Increment(static_cast<double>(change.services.size()));
    carry_out(std::move(change), true, nullptr);
}

// Aliases of other nodes follow the catalog, which is in memory: a look each second costs less than
// a watch.
void HealthService::poll_remote_aliases() {
    const Instant time = now();
    alias_poll_at_ = time + kAliasPoll;
    for (const auto& id : state_.remote_aliases()) {
        const auto* entry = state_.check(id);
        const View view = backend_.view();
        const std::string& node = entry->definition.alias_node;
        const std::string& service = entry->definition.alias_service;
        const bool exists =
            service.empty() ? view.node(node) != nullptr : view.service(node, service) != nullptr;
        const auto rows = view.checks_of_node(node);
        auto result = evaluate_alias(AliasTarget{node, service, exists}, rows);
        auto output = limit_ttl_output(std::move(result.output), state_.output_max(*entry));
        auto change = state_.set_alias(id, result.status, std::move(output), time);
        if (!change.empty()) carry_out(std::move(change), false, nullptr);
    }
}

void HealthService::start_due_checks() {
    if (!started_ || closed_) return;
    for (const auto run : scheduler_.take_due(now())) run_check(run);
    // Whatever made them start or end comes through here, the timer included.
    metrics_.runs_under_way.Set(static_cast<double>(scheduler_.running()));
    metrics_.runs_waiting.Set(static_cast<double>(scheduler_.waiting()));
}

void HealthService::run_check(CheckRun run) {
    const auto* entry = state_.check_of_run(run);
    WEFT_ASSERT(entry);
    ProbeSpec spec;
    spec.definition = entry->definition;
    spec.node_name = config_.node_name;
    spec.output_max = state_.output_max(*entry);
    spec.timeout = probe_timeout(entry->definition);
    auto done = [this, alive = std::weak_ptr<bool>(alive_), run, kind = entry->definition.kind(),
                 started = now()](ProbeResult result) {
        const auto still = alive.lock();
        if (still && *still) check_done(run, kind, started, std::move(result));
    };
    probes_.run(std::move(spec), std::move(done));
}

void HealthService::check_done(CheckRun run, std::string_view kind, Instant started,
                               ProbeResult result) {
    const Instant time = now();
    metrics_.count_run(kind, result.status, time - started);
    if (result.timed_out) metrics_.timeouts.Increment();
    scheduler_.finished(run, time);
    auto change = state_.observe(run, result.status, std::move(result.output), time);
    if (!change.empty()) {
        carry_out(std::move(change), false, nullptr);
        return;
    }
    start_due_checks();
    arm();
}

}  // namespace weft::agent
