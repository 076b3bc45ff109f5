#include "agent/health/local_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/assert.hpp"
#include "agent/health/definition_rows.hpp"

namespace weft::agent {

namespace {

bool runs_on_schedule(const LocalCheckEntry& entry) {
    const auto kind = entry.definition.kind();
    return !entry.maintenance && kind != "ttl" && kind != "alias";
}

bool is_ttl(const LocalCheckEntry& entry) {
    return !entry.maintenance && entry.definition.kind() == "ttl";
}
bool is_alias(const LocalCheckEntry& entry) {
    return !entry.maintenance && entry.definition.kind() == "alias";
}

}  // namespace

const LocalServiceEntry* LocalState::service(std::string_view id) const {
    const auto found = services_.find(id);
    return found == services_.end() ? nullptr : &found->second;
}

const LocalCheckEntry* LocalState::check(std::string_view id) const {
    const auto found = checks_.find(id);
    return found == checks_.end() ? nullptr : &found->second;
}

const LocalCheckEntry* LocalState::check_of_run(CheckRun run) const {
    const auto found = runs_.find(run);
    return found == runs_.end() ? nullptr : check(found->second);
}

Result<void> LocalState::admit(const CheckDefinition& definition, Origin origin) const {
    const auto kind = definition.kind();
    if (kind == "docker") {
        return make_error(Errc::Unsupported,
                          "Docker checks are not supported by this agent: use a script, http or "
                          "tcp check instead");
    }
    if (kind == "os_service") {
        return make_error(Errc::Unsupported,
                          "os_service checks are of Windows and not supported: use a script check "
                          "with systemctl");
    }
    if (kind != "script") return success();
    const bool local = config_.enable_local_script_checks || config_.enable_remote_script_checks;
    if (origin == Origin::Configured && !local) {
        return make_error(
            Errc::InvalidArgument,
            "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or "
            "'enable_local_script_checks' to true");
    }
    if (origin == Origin::Api && !config_.enable_remote_script_checks) {
        return make_error(
            Errc::InvalidArgument,
            "Scripts are disabled on this agent from remote calls; to enable, configure "
            "'enable_script_checks' to true");
    }
    return success();
}

std::size_t LocalState::new_checks(const ServiceDefinition& definition) const {
    const auto checks = named_checks(definition);
    return static_cast<std::size_t>(
        std::count_if(checks.begin(), checks.end(),
                      [&](const auto& check) { return !checks_.contains(check.id); }));
}

Result<void> LocalState::admit(const ServiceDefinition& definition, Origin origin) const {
    if (definition.has_sidecar_service) {
        return make_error(
            Errc::Unsupported,
            "connect.sidecar_service needs the proxy, which comes with a later release");
    }
    for (const auto& check : definition.checks) {
        WEFT_TRY(admit(check, origin));
    }
    if (!services_.contains(definition.effective_id()) &&
        services_.size() >= config_.max_services) {
        return make_error(Errc::Limit,
                          fmt::format("this agent already has {} services (limit: max_services)",
                                      config_.max_services));
    }
    if (checks_.size() + new_checks(definition) > config_.max_checks) {
        return make_error(Errc::Limit,
                          fmt::format("this agent already has {} checks (limit: max_checks {})",
                                      checks_.size(), config_.max_checks));
    }
    return success();
}

Result<LocalChange> LocalState::register_service(ServiceDefinition definition,
                                                 bool replace_existing_checks, Instant now) {
    WEFT_TRY(admit(definition, Origin::Api));
    LocalChange change;
    put_all(std::move(definition), replace_existing_checks, Origin::Api, now, change);
    refresh_aliases(change, now);
    return change;
}

Result<LocalChange> LocalState::register_check(CheckDefinition definition, Instant now) {
    if (definition.id.empty()) definition.id = definition.name;
    WEFT_TRY(admit(definition, Origin::Api));
    if (!definition.service_id.empty() && !service(definition.service_id)) {
        return make_error(Errc::NotFound,
                          fmt::format("ServiceID \"{}\" does not exist", definition.service_id));
    }
    if (!checks_.contains(definition.id) && checks_.size() >= config_.max_checks) {
        return make_error(Errc::Limit,
                          fmt::format("this agent already has {} checks (limit: max_checks)",
                                      config_.max_checks));
    }
    LocalChange change;
    put_check(std::move(definition), Origin::Api, false, now, change);
    refresh_aliases(change, now);
    return change;
}

LocalChange LocalState::deregister_service(std::string_view id, Instant now) {
    LocalChange change;
    remove_service(std::string(id), change);
    refresh_aliases(change, now);
    return change;
}

LocalChange LocalState::deregister_check(std::string_view id, Instant now) {
    LocalChange change;
    remove_check(std::string(id), change);
    refresh_aliases(change, now);
    return change;
}

void LocalState::put_all(ServiceDefinition definition, bool replace, Origin origin, Instant now,
                         LocalChange& change) {
    auto checks = named_checks(definition);
    const std::string id = definition.effective_id();
    definition.id = id;
    definition.checks.clear();
    put_service(std::move(definition), origin, change);
    std::set<std::string> given;
    for (auto& check : checks) {
        given.insert(check.id);
        put_check(std::move(check), origin, false, now, change);
    }
    if (!replace) return;
    const std::set<std::string> present = services_.at(id).checks;
    for (const auto& check : present) {
        if (!given.contains(check) && !checks_.at(check).maintenance) remove_check(check, change);
    }
}

void LocalState::put_service(ServiceDefinition definition, Origin origin, LocalChange& change) {
    const std::string id = definition.id;
    LocalServiceEntry& entry = services_[id];
    change.services.insert(id);
    touched_services_.insert(id);
    if (entry.definition == definition && entry.origin == origin && !entry.row.id.empty()) return;

    const bool was_kept = !entry.row.id.empty() && entry.origin == Origin::Api;
    if (origin == Origin::Api) {
        change.records.push_back(
            LocalRecord{record_key(RecordKind::Service, id), encode_service(definition)});
    } else if (was_kept) {
        change.records.push_back(LocalRecord{record_key(RecordKind::Service, id), {}});
    }
    const bool is_new = entry.row.id.empty();
    if (!is_new && entry.definition.tags != definition.tags) entry.tags_changed = true;
    entry.row = to_service_row(definition, node_);
    entry.definition = std::move(definition);
    entry.origin = origin;
    for (const auto& check : entry.checks) {
        CheckRow& row = checks_.at(check).row;
        const bool same = row.service_name == entry.row.name && row.service_tags == entry.row.tags;
        row.service_name = entry.row.name;
        row.service_tags = entry.row.tags;
        if (!same) change.checks.insert(check);
    }
}

void LocalState::put_check(CheckDefinition definition, Origin origin, bool maintenance, Instant now,
                           LocalChange& change) {
    const std::string id = definition.id;
    const auto found = checks_.find(id);
    LocalCheckEntry* previous = found == checks_.end() ? nullptr : &found->second;
    change.checks.insert(id);
    const bool same_definition =
        previous && previous->definition == definition && previous->maintenance == maintenance;
    const bool was_kept = previous && previous->origin == Origin::Api;
    if (origin == Origin::Api && !(same_definition && was_kept)) {
        const StoredCheck stored{definition, maintenance};
        change.records.push_back(
            LocalRecord{record_key(RecordKind::Check, id), encode_check(stored)});
    } else if (origin == Origin::Configured && was_kept) {
        change.records.push_back(LocalRecord{record_key(RecordKind::Check, id), {}});
    }
    if (same_definition) {
        // The schedule goes on; only a TTL starts anew, as with any sign of life.
        previous->origin = origin;
        arm_ttl(*previous, now);
        return;
    }
    LocalCheckEntry entry(definition);
    entry.origin = origin;
    entry.maintenance = maintenance;
    fill_row(entry, previous, now);
    if (previous) unlink(*previous, change);
    const auto place = checks_.insert_or_assign(id, std::move(entry)).first;
    link(place->second, now, change);
}

// A check that is defined anew shows what it showed before, until its next result.
void LocalState::fill_row(LocalCheckEntry& entry, const LocalCheckEntry* previous,
                          Instant now) const {
    const LocalServiceEntry* owner = service(entry.definition.service_id);
    entry.row = to_check_row(entry.definition, owner ? &owner->row : nullptr, node_);
    if (entry.maintenance) entry.row.type = "maintenance";
    if (previous) {
        entry.row.status = previous->row.status;
        entry.row.output = previous->row.output;
        entry.critical_since = previous->critical_since;
        entry.state_kept = previous->state_kept;
    } else if (entry.row.status == Status::Critical) {
        entry.critical_since = now;
    }
}

void LocalState::link(LocalCheckEntry& entry, Instant now, LocalChange& change) {
    const std::string& id = entry.definition.id;
    const std::string& service_id = entry.definition.service_id;
    entry.run = CheckRun(++last_run_);
    runs_.emplace(entry.run, id);
    touched_services_.insert(service_id);
    ++count_of(entry.row.status);
    if (service_id.empty()) {
        node_checks_.insert(id);
    } else {
        services_.at(service_id).checks.insert(id);
    }
    if (is_alias(entry)) {
        aliases_.emplace(entry.definition.alias_service, id);
        touched_services_.insert(entry.definition.alias_service);
    }
    arm_ttl(entry, now);
    if (runs_on_schedule(entry)) change.started.push_back(id);
}

void LocalState::unlink(LocalCheckEntry& entry, LocalChange& change) {
    const std::string& id = entry.definition.id;
    const std::string& service_id = entry.definition.service_id;
    runs_.erase(entry.run);
    touched_services_.insert(service_id);
    --count_of(entry.row.status);
    if (service_id.empty()) {
        node_checks_.erase(id);
    } else {
        services_.at(service_id).checks.erase(id);
    }
    aliases_.erase({entry.definition.alias_service, id});
    disarm_ttl(entry);
    if (runs_on_schedule(entry)) {
        change.stopped.push_back(entry.run);
        std::erase(change.started, id);
    }
}

std::size_t& LocalState::count_of(Status status) {
    if (status == Status::Passing) return counts_.passing;
    return status == Status::Warning ? counts_.warning : counts_.critical;
}

void LocalState::remove_service(std::string id, LocalChange& change) {
    const auto found = services_.find(id);
    if (found == services_.end()) return;
    const std::set<std::string> checks = found->second.checks;
    for (const auto& check : checks) remove_check(check, change);
    if (found->second.origin == Origin::Api) {
        change.records.push_back(LocalRecord{record_key(RecordKind::Service, id), {}});
    }
    services_.erase(found);
    change.services.insert(id);
    touched_services_.insert(id);
}

void LocalState::remove_check(std::string id, LocalChange& change) {
    const auto found = checks_.find(id);
    if (found == checks_.end()) return;
    LocalCheckEntry& entry = found->second;
    if (entry.origin == Origin::Api)
        change.records.push_back(LocalRecord{record_key(RecordKind::Check, id), {}});
    if (entry.state_kept)
        change.records.push_back(LocalRecord{record_key(RecordKind::State, id), {}});
    unlink(entry, change);
    checks_.erase(found);
    change.checks.insert(id);
    change.outputs.erase(id);
}

void LocalState::arm_ttl(LocalCheckEntry& entry, Instant now) {
    if (!is_ttl(entry)) return;
    disarm_ttl(entry);
    entry.ttl_deadline = now + entry.definition.ttl;
    ttl_deadlines_.emplace(*entry.ttl_deadline, entry.definition.id);
}

void LocalState::disarm_ttl(LocalCheckEntry& entry) {
    if (!entry.ttl_deadline) return;
    ttl_deadlines_.erase({*entry.ttl_deadline, entry.definition.id});
    entry.ttl_deadline.reset();
}

void LocalState::adopt_tags(std::string_view service_id, const Shared<TextList>& tags) {
    const auto found = services_.find(service_id);
    if (found == services_.end()) return;
    LocalServiceEntry& entry = found->second;
    if (entry.row.tags == tags) {
        entry.tags_changed = false;  // nothing will be written, so tags_written() may never come
        return;
    }
    if (!entry.row.enable_tag_override || entry.tags_changed) return;
    entry.row.tags = tags;
    adopted_ = true;
}

void LocalState::tags_written(std::string_view service_id, const Shared<TextList>& tags) {
    const auto found = services_.find(service_id);
    if (found != services_.end() && found->second.row.tags == tags)
        found->second.tags_changed = false;
}

void LocalState::check_invariants() const {
    std::size_t linked = node_checks_.size();
    for (const auto& [id, entry] : services_) {
        WEFT_ASSERT(entry.row.id.view() == id && entry.definition.checks.empty());
        linked += entry.checks.size();
        for (const auto& check : entry.checks)
            WEFT_ASSERT(checks_.at(check).definition.service_id == id);
    }
    // Each check belongs to exactly one service or to the node, and each runs under one number.
    WEFT_ASSERT(linked == checks_.size() && runs_.size() == checks_.size());
    std::size_t armed = 0;
    for (const auto& [id, entry] : checks_) {
        WEFT_ASSERT(entry.definition.id == id && entry.row.id.view() == id &&
                    runs_.at(entry.run) == id);
        WEFT_ASSERT(entry.critical_since.has_value() == (entry.row.status == Status::Critical));
        if (entry.ttl_deadline) ++armed;
        if (entry.ttl_deadline) WEFT_ASSERT(ttl_deadlines_.contains({*entry.ttl_deadline, id}));
    }
    WEFT_ASSERT(armed == ttl_deadlines_.size());
    WEFT_ASSERT(counts_.passing + counts_.warning + counts_.critical == checks_.size());
}

}  // namespace weft::agent
