#include "agent/health/sync.hpp"

#include <algorithm>

#include "agent/base/assert.hpp"

namespace weft::agent {

namespace {

constexpr std::string_view kSerfHealth = "serfHealth";

template <class Map>
void count_up(Map& counts, const std::string& key) {
    ++counts[key];
}

template <class Map>
void count_down(Map& counts, const std::string& key) {
    const auto found = counts.find(key);
    WEFT_ASSERT(found != counts.end());
    if (--found->second == 0) counts.erase(found);
}

}  // namespace

void DelayedKeys::add(const std::string& key, Instant due) {
    const auto [place, is_new] = due_.emplace(key, due);
    if (!is_new && place->second <= due) return;
    if (!is_new) queue_.erase({place->second, key});
    place->second = due;
    queue_.emplace(due, key);
}

void DelayedKeys::remove(const std::string& key) {
    const auto found = due_.find(key);
    if (found == due_.end()) return;
    queue_.erase({found->second, key});
    due_.erase(found);
}

std::vector<std::string> DelayedKeys::take_due(Instant now) {
    std::vector<std::string> keys;
    while (!queue_.empty() && queue_.begin()->first <= now) {
        keys.push_back(queue_.begin()->second);
        due_.erase(keys.back());
        queue_.erase(queue_.begin());
    }
    return keys;
}

// Uniform in [around / 2, 3 * around / 2), as Consul spreads output updates and full syncs.
Duration SyncState::jittered(Duration around) {
    const auto count = static_cast<std::uint64_t>(around.count());
    return around / 2 + Duration(static_cast<Duration::rep>(rng_.below(count)));
}

void SyncState::mark(const LocalChange& change, Instant now) {
    services_.insert(change.services.begin(), change.services.end());
    for (const auto& id : change.checks) {
        checks_.insert(id);
        outputs_.remove(id);
    }
    for (const auto& id : change.outputs) {
        if (config_.check_update_interval == Duration::zero()) {
            checks_.insert(id);
        } else if (!outputs_.contains(id)) {
            outputs_.add(id, now + jittered(config_.check_update_interval));
        }
    }
}

NodeRow SyncState::own_node() const {
    NodeRow row;
    row.name = config_.node_name;
    row.id = config_.node_id;
    row.address = config_.node_address;
    row.tagged_addresses = config_.tagged_addresses;
    row.meta = config_.node_meta;
    return row;
}

// In Consul the leader writes this for every member that gossip holds alive.
CheckRow SyncState::serf_health() const {
    CheckRow row;
    row.node = config_.node_name;
    row.id = kSerfHealth;
    row.name = "Serf Health Status";
    row.output = "Agent alive and reachable";
    row.status = Status::Passing;
    return row;
}

bool SyncState::is_own_service(std::string_view id) const {
    return config_.server_service && config_.server_service->id == id;
}

bool SyncState::node_differs(const View& view) const {
    if (node_under_way_) return true;
    const NodeRow* node = view.node(config_.node_name);
    if (!node || !node->same_content(own_node())) return true;
    const CheckRow* serf = view.check(config_.node_name, kSerfHealth);
    if (!serf || !same_check(serf_health(), *serf)) return true;
    if (!config_.server_service) return false;
    const ServiceRow* own = view.service(config_.node_name, config_.server_service->id.view());
    return !own || !own->same_content(*config_.server_service);
}

bool SyncState::service_differs(const LocalState& state, const View& view,
                                const std::string& id) const {
    const LocalServiceEntry* local = state.service(id);
    const ServiceRow* remote = view.service(config_.node_name, id);
    if (services_under_way_.contains(id)) return true;
    if (!local) return remote && !is_own_service(id);
    return !remote || !remote->same_content(local->row);
}

// The catalog fills in the service's name and tags itself.
bool SyncState::same_check(const CheckRow& local, const CheckRow& remote) const {
    CheckRow filled = local;
    filled.service_name = remote.service_name;
    filled.service_tags = remote.service_tags;
    if (outputs_.contains(local.id.str())) filled.output = remote.output;
    return filled.same_content(remote);
}

bool SyncState::check_differs(const LocalState& state, const View& view,
                              const std::string& id) const {
    const LocalCheckEntry* local = state.check(id);
    const CheckRow* remote = view.check(config_.node_name, id);
    if (checks_under_way_.contains(id)) return true;
    if (!local) return remote && id != kSerfHealth;
    return !remote || !same_check(local->row, *remote);
}

void SyncState::compare_all(LocalState& state, const View& view, Instant now) {
    full_at_ = now + jittered(config_.sync_interval);
    if (node_differs(view) && !node_under_way_) node_dirty_ = true;
    const auto remote_services = view.services_of_node(config_.node_name);
    for (const ServiceRow* remote : remote_services) {
        const std::string id = remote->id.str();
        adopt_tags(state, view, id);
        if (!state.service(id) && !is_own_service(id)) services_.insert(id);
    }
    for (const CheckRow* remote : view.checks_of_node(config_.node_name)) {
        const std::string id = remote->id.str();
        if (!state.check(id) && id != kSerfHealth) checks_.insert(id);
    }
    for (const auto& [id, entry] : state.services()) {
        if (!services_under_way_.contains(id) && service_differs(state, view, id))
            services_.insert(id);
    }
    for (const auto& [id, entry] : state.checks()) {
        if (!checks_under_way_.contains(id) && check_differs(state, view, id)) checks_.insert(id);
    }
}

RegisterCommand SyncState::upsert(const View& view) const {
    RegisterCommand command;
    command.node = own_node();
    command.skip_node_update = view.node(config_.node_name) != nullptr;
    return command;
}

SyncStep SyncState::node_step() const {
    RegisterCommand command;
    command.node = own_node();
    command.service = config_.server_service;
    command.checks.push_back(serf_health());
    SyncStep step{std::move(command), true, std::nullopt, {}};
    return step;
}

std::optional<SyncStep> SyncState::service_step(const LocalState& state, const View& view,
                                                const std::string& id) {
    if (!service_differs(state, view, id)) return std::nullopt;
    const LocalServiceEntry* local = state.service(id);
    if (!local) {
        SyncStep step{DeregisterCommand{config_.node_name, id, {}}, false, id, {}};
        // The checks go with their service.
        const Instance remote{view.node(config_.node_name), view.service(config_.node_name, id)};
        if (!remote.node || !remote.service) return step;
        for (const CheckRow* check : view.checks_of(remote)) {
            const std::string check_id = check->id.str();
            const bool goes_along = check->service_id.view() == id && checks_.contains(check_id) &&
                                    !state.check(check_id);
            if (goes_along) step.checks.insert(check_id);
        }
        return step;
    }
    RegisterCommand command = upsert(view);
    command.service = local->row;
    SyncStep step{Command{}, false, id, {}};
    if (!alone_.contains(id)) {
        for (const auto& check_id : local->checks) {
            if (!checks_.contains(check_id) || !check_differs(state, view, check_id)) continue;
            command.checks.push_back(state.check(check_id)->row);
            step.checks.insert(check_id);
        }
    }
    step.command = std::move(command);
    return step;
}

std::optional<SyncStep> SyncState::check_step(const LocalState& state, const View& view,
                                              const std::string& id) {
    if (!check_differs(state, view, id)) return std::nullopt;
    const LocalCheckEntry* local = state.check(id);
    if (!local) {
        SyncStep step{DeregisterCommand{config_.node_name, {}, id}, false, std::nullopt, {id}};
        return step;
    }
    RegisterCommand command = upsert(view);
    command.checks.push_back(local->row);
    SyncStep step{std::move(command), false, std::nullopt, {id}};
    return step;
}

std::vector<SyncStep> SyncState::take(LocalState& state, const View& view, Instant now,
                                      std::size_t limit) {
    for (const auto& id : outputs_.take_due(now)) checks_.insert(id);
    for (const auto& id : retry_services_.take_due(now)) services_.insert(id);
    for (const auto& id : retry_checks_.take_due(now)) checks_.insert(id);
    if (retry_node_ && *retry_node_ <= now) {
        retry_node_.reset();
        node_dirty_ = true;
    }
    std::vector<SyncStep> steps;
    if (node_dirty_ && !node_under_way_ && limit > 0) {
        node_dirty_ = false;
        if (node_differs(view)) steps.push_back(node_step());
        if (!steps.empty()) begin(steps.back());
    }
    while (!services_.empty() && steps.size() < limit)
        take_service(state, view, *services_.begin(), steps);
    while (!checks_.empty() && steps.size() < limit)
        take_check(state, view, *checks_.begin(), steps);
    return steps;
}

std::vector<SyncStep> SyncState::take_change(LocalState& state, const View& view,
                                             const LocalChange& change) {
    std::vector<SyncStep> steps;
    for (const auto& id : change.services) {
        if (services_.contains(id)) take_service(state, view, id, steps);
    }
    for (const auto& id : change.checks) {
        if (checks_.contains(id)) take_check(state, view, id, steps);
    }
    return steps;
}

void SyncState::adopt_tags(LocalState& state, const View& view, const std::string& id) const {
    const ServiceRow* remote = view.service(config_.node_name, id);
    if (remote && !services_under_way_.contains(id)) state.adopt_tags(id, remote->tags);
}

void SyncState::take_service(LocalState& state, const View& view, std::string id,
                             std::vector<SyncStep>& steps) {
    adopt_tags(state, view, id);
    auto step = service_step(state, view, id);
    services_.erase(id);
    if (!step) return;
    for (const auto& check : step->checks) checks_.erase(check);
    begin(*step);
    steps.push_back(std::move(*step));
}

void SyncState::take_check(const LocalState& state, const View& view, std::string id,
                           std::vector<SyncStep>& steps) {
    checks_.erase(id);
    auto step = check_step(state, view, id);
    if (!step) return;
    begin(*step);
    steps.push_back(std::move(*step));
}

void SyncState::begin(const SyncStep& step) {
    ++under_way_;
    if (step.node) node_under_way_ = true;
    if (step.service) count_up(services_under_way_, *step.service);
    for (const auto& id : step.checks) count_up(checks_under_way_, id);
}

void SyncState::end(const SyncStep& step) {
    WEFT_ASSERT(under_way_ > 0);
    --under_way_;
    if (step.node) node_under_way_ = false;
    if (step.service) count_down(services_under_way_, *step.service);
    for (const auto& id : step.checks) count_down(checks_under_way_, id);
}

void SyncState::finished(const SyncStep& step, const Result<Index>& result, LocalState& state,
                         const View& view, Instant now) {
    end(step);
    if (!result) {
        retry(step, result.error(), now);
        return;
    }
    // The rows may have changed again since, in an order that left the catalog with an older one.
    // What was written as it is here and yet differs is tried again later only: the catalog sees it
    // differently, and would for ever.
    const Instant later = now + jittered(config_.sync_retry);
    if (step.node && node_differs(view)) retry_node_ = later;
    if (step.service) finish_service(step, state, view, later);
    for (const auto& id : step.checks) {
        if (checks_under_way_.contains(id) || !check_differs(state, view, id)) continue;
        if (wrote_check(step, state, id)) {
            retry_checks_.add(id, later);
        } else {
            checks_.insert(id);
        }
    }
}

void SyncState::finish_service(const SyncStep& step, LocalState& state, const View& view,
                               Instant later) {
    const std::string& id = *step.service;
    alone_.erase(id);
    const auto* command = std::get_if<RegisterCommand>(&step.command);
    if (command) state.tags_written(id, command->service->tags);
    if (services_under_way_.contains(id) || !service_differs(state, view, id)) return;
    const LocalServiceEntry* local = state.service(id);
    const bool as_is_here =
        command && local ? command->service->same_content(local->row) : !command && !local;
    if (as_is_here) {
        retry_services_.add(id, later);
    } else {
        services_.insert(id);
    }
}

bool SyncState::wrote_check(const SyncStep& step, const LocalState& state,
                            const std::string& id) const {
    const auto* command = std::get_if<RegisterCommand>(&step.command);
    const LocalCheckEntry* local = state.check(id);
    if (!command || !local) return !command && !local;
    return std::any_of(command->checks.begin(), command->checks.end(),
                       [&](const CheckRow& written) {
                           return written.id.view() == id && same_check(local->row, written);
                       });
}

void SyncState::retry(const SyncStep& step, const Error& error, Instant now) {
    const Instant later = now + jittered(config_.sync_retry);
    if (step.node) retry_node_ = later;
    const bool combined = step.service && !step.checks.empty();
    const bool refused = error.code == Errc::InvalidArgument || error.code == Errc::Limit;
    // Io stands for any refusal of a write that had records with it, by its size among others.
    if (combined && (refused || error.code == Errc::Io)) alone_.insert(*step.service);
    if (combined && refused) {
        services_.insert(*step.service);
        checks_.insert(step.checks.begin(), step.checks.end());
        return;
    }
    if (step.service) retry_services_.add(*step.service, later);
    for (const auto& id : step.checks) retry_checks_.add(id, later);
}

Instant SyncState::next_deadline() const {
    if (dirty() > 0) return Instant::min();
    Instant next =
        std::min({full_at_, outputs_.next(), retry_services_.next(), retry_checks_.next()});
    if (retry_node_) next = std::min(next, *retry_node_);
    return next;
}

}  // namespace weft::agent
