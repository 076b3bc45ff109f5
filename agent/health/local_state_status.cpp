// LocalState: what checks show. Results, TTLs, aliases, maintenance, reaping.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/health/alias.hpp"
#include "agent/health/check_output.hpp"
#include "agent/health/local_state.hpp"

namespace weft::agent {

namespace {

constexpr std::string_view kNodeMaintenance = "_node_maintenance";
constexpr std::string_view kServiceMaintenance = "_service_maintenance:";
constexpr Duration kReapAfterMin = std::chrono::minutes(1);
constexpr int kAliasRoundsMax = 8;  // aliases of aliases; a circle of them ends here

bool same_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::size_t LocalState::output_max(const LocalCheckEntry& entry) const {
    const std::int64_t own = entry.definition.output_max_size;
    const std::int64_t max =
        own > 0 ? std::min(own, config_.output_max_bytes) : config_.output_max_bytes;
    return static_cast<std::size_t>(max);
}

void LocalState::show(LocalCheckEntry& entry, Status status, std::string output, Instant now,
                      LocalChange& change) {
    if (config_.discard_check_output) output.clear();
    CheckRow& row = entry.row;
    const bool same_status = row.status == status;
    if (same_status && row.output.view() == output) return;
    const std::string& id = entry.definition.id;
    touched_services_.insert(entry.definition.service_id);
    row.output = output;
    if (same_status) {
        if (!change.checks.contains(id)) change.outputs.insert(id);
        return;
    }
    change.transitions.push_back(StatusTransition{id, row.status, status});
    --count_of(row.status);
    ++count_of(status);
    row.status = status;
    if (status == Status::Critical) {
        entry.critical_since = now;
    } else {
        entry.critical_since.reset();
    }
    change.outputs.erase(id);
    change.checks.insert(id);
    keep_state(entry, change);
}

void LocalState::keep_state(LocalCheckEntry& entry, LocalChange& change) {
    auto record = state_record(entry.definition.id);
    if (record) change.records.push_back(std::move(*record));
}

std::optional<LocalRecord> LocalState::state_record(std::string_view check_id) {
    const auto found = checks_.find(check_id);
    // A maintenance check has but one state.
    if (found == checks_.end() || found->second.maintenance) return std::nullopt;
    LocalCheckEntry& entry = found->second;
    entry.state_kept = true;
    const StoredState state{entry.row.status, entry.row.output.str()};
    return LocalRecord{record_key(RecordKind::State, check_id), encode_state(state)};
}

LocalChange LocalState::observe(CheckRun run, Status result, std::string output, Instant now) {
    LocalChange change;
    const auto found = runs_.find(run);
    if (found == runs_.end()) return change;
    LocalCheckEntry& entry = checks_.at(found->second);
    const auto status = entry.thresholds.observe(result);
    if (!status) return change;
    show(entry, *status, std::move(output), now, change);
    refresh_aliases(change, now);
    return change;
}

Result<LocalChange> LocalState::update_ttl(std::string_view check_id, Status status,
                                           std::string output, Instant now) {
    const auto found = checks_.find(check_id);
    if (found == checks_.end() || found->second.maintenance ||
        found->second.definition.kind() != "ttl") {
        return make_error(Errc::NotFound,
                          fmt::format("CheckID \"{}\" does not have associated TTL", check_id));
    }
    LocalCheckEntry& entry = found->second;
    LocalChange change;
    arm_ttl(entry, now);
    show(entry, status, limit_ttl_output(std::move(output), output_max(entry)), now, change);
    refresh_aliases(change, now);
    return change;
}

LocalChange LocalState::expire_ttls(Instant now) {
    LocalChange change;
    while (!ttl_deadlines_.empty() && ttl_deadlines_.begin()->first <= now) {
        LocalCheckEntry& entry = checks_.at(ttl_deadlines_.begin()->second);
        disarm_ttl(entry);
        ++change.ttl_expiries;
        show(entry, Status::Critical, describe_expiry(entry.row.output.view()), now, change);
    }
    refresh_aliases(change, now);
    return change;
}

Instant LocalState::next_ttl_deadline() const {
    return ttl_deadlines_.empty() ? Instant::max() : ttl_deadlines_.begin()->first;
}

bool LocalState::is_local_alias(const LocalCheckEntry& entry) const {
    return entry.definition.alias_node.empty() ||
           same_without_case(entry.definition.alias_node, node_.view());
}

std::vector<std::string> LocalState::remote_aliases() const {
    std::vector<std::string> remote;
    for (const auto& [service_id, id] : aliases_) {
        if (!is_local_alias(checks_.at(id))) remote.push_back(id);
    }
    return remote;
}

LocalChange LocalState::set_alias(std::string_view check_id, Status status, std::string output,
                                  Instant now) {
    LocalChange change;
    const auto found = checks_.find(check_id);
    if (found == checks_.end()) return change;
    show(found->second, status, std::move(output), now, change);
    refresh_aliases(change, now);
    return change;
}

void LocalState::refresh_alias(LocalCheckEntry& entry, LocalChange& change, Instant now) {
    const std::string& target = entry.definition.alias_service;
    const LocalServiceEntry* looked_at = service(target);
    std::set<std::string> ids = node_checks_;
    if (looked_at) ids.insert(looked_at->checks.begin(), looked_at->checks.end());
    ids.erase(entry.definition.id);
    std::vector<const CheckRow*> rows;
    for (const auto& id : ids) rows.push_back(&checks_.at(id).row);
    auto result = evaluate_alias(
        AliasTarget{node_.view(), target, looked_at != nullptr || target.empty()}, rows);
    // This node itself has its agent's own check, which passes as long as anyone can ask.
    if (target.empty() && rows.empty()) result.output = "All checks passing.";
    result.output = limit_ttl_output(std::move(result.output), output_max(entry));
    show(entry, result.status, std::move(result.output), now, change);
}

void LocalState::refresh_aliases(LocalChange& change, Instant now) {
    for (int round = 0; round < kAliasRoundsMax && !touched_services_.empty(); ++round) {
        const std::set<std::string> touched = std::exchange(touched_services_, {});
        for (const auto& [service_id, id] : aliases_) {
            // A check of the node counts for every service.
            if (!touched.contains(service_id) && !touched.contains("")) continue;
            LocalCheckEntry& entry = checks_.at(id);
            if (is_local_alias(entry)) refresh_alias(entry, change, now);
        }
    }
    touched_services_.clear();
}

void LocalState::put_maintenance(CheckDefinition definition, Instant now, LocalChange& change) {
    definition.status = "critical";
    put_check(std::move(definition), Origin::Api, true, now, change);
    refresh_aliases(change, now);
}

Result<LocalChange> LocalState::service_maintenance(std::string_view id, bool enable,
                                                    std::string_view reason, Instant now) {
    if (!service(id))
        return make_error(Errc::NotFound, fmt::format("No service registered with ID \"{}\"", id));
    const std::string check_id = fmt::format("{}{}", kServiceMaintenance, id);
    LocalChange change;
    if (!enable) return deregister_check(check_id, now);
    if (checks_.contains(check_id)) return change;
    CheckDefinition definition;
    definition.id = check_id;
    definition.name = "Service Maintenance Mode";
    definition.service_id = id;
    definition.notes = reason;
    if (reason.empty()) {
        definition.notes =
            "Maintenance mode is enabled for this service, but no reason was provided. This is a "
            "default message.";
    }
    put_maintenance(std::move(definition), now, change);
    return change;
}

LocalChange LocalState::node_maintenance(bool enable, std::string_view reason, Instant now) {
    LocalChange change;
    if (!enable) return deregister_check(kNodeMaintenance, now);
    if (checks_.contains(kNodeMaintenance)) return change;
    CheckDefinition definition;
    definition.id = kNodeMaintenance;
    definition.name = "Node Maintenance Mode";
    definition.notes = reason;
    if (reason.empty()) {
        definition.notes =
            "Maintenance mode is enabled for this node, but no reason was provided. This is a "
            "default message.";
    }
    put_maintenance(std::move(definition), now, change);
    return change;
}

LocalChange LocalState::reap(Instant now) {
    LocalChange change;
    std::set<std::string> doomed;
    for (const auto& [id, entry] : checks_) {
        const Duration after = entry.definition.deregister_critical_service_after;
        if (after <= Duration::zero() || !entry.critical_since ||
            entry.definition.service_id.empty())
            continue;
        if (now - *entry.critical_since > std::max(after, kReapAfterMin))
            doomed.insert(entry.definition.service_id);
    }
    for (const auto& id : doomed) remove_service(id, change);
    refresh_aliases(change, now);
    return change;
}

}  // namespace weft::agent
