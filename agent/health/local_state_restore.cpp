// LocalState: what survives a restart, and what configuration files say.
#include <fmt/format.h>

#include <utility>

#include "agent/health/definition_rows.hpp"
#include "agent/health/local_state.hpp"

namespace weft::agent {

namespace {

Error about(const LocalRecord& record, const Error& error) {
    return make_error(error.code, fmt::format("{}: {}", record.key, error.message()));
}

std::set<std::string> check_ids(const ServiceDefinition& definition) {
    std::set<std::string> ids;
    for (const auto& check : named_checks(definition)) ids.insert(check.id);
    return ids;
}

}  // namespace

LocalState::Restored LocalState::restore(const std::vector<LocalRecord>& records, Instant now) {
    Restored restored;
    // Services first, since checks refer to them, and states last.
    for (const RecordKind pass : {RecordKind::Service, RecordKind::Check, RecordKind::State}) {
        for (const auto& record : records) {
            auto key = parse_record_key(record.key);
            if (!key && pass == RecordKind::Service) restored.refused.push_back(key.error());
            if (!key || key.value().first != pass) continue;
            Result<void> done = success();
            if (pass == RecordKind::Service) done = restore_service(record, restored.change);
            if (pass == RecordKind::Check) done = restore_check(record, now, restored.change);
            if (pass == RecordKind::State) done = restore_state(key.value().second, record, now);
            if (!done) restored.refused.push_back(about(record, done.error()));
        }
    }
    refresh_aliases(restored.change, now);
    // All of it is known already: nothing to store, and the first full sync compares every row.
    restored.change.records.clear();
    restored.change.services.clear();
    restored.change.checks.clear();
    restored.change.outputs.clear();
    restored.change.transitions.clear();
    return restored;
}

Result<void> LocalState::restore_service(const LocalRecord& record, LocalChange& change) {
    WEFT_TRY(auto definition, decode_service(record.value));
    definition.id = definition.effective_id();
    put_service(std::move(definition), Origin::Api, change);
    return success();
}

Result<void> LocalState::restore_check(const LocalRecord& record, Instant now,
                                       LocalChange& change) {
    WEFT_TRY(auto stored, decode_check(record.value));
    const std::string& service_id = stored.definition.service_id;
    if (!stored.maintenance) {
        WEFT_TRY(admit(stored.definition, Origin::Api));
    }
    if (!service_id.empty() && !service(service_id)) {
        // The check of a configured service that was registered by API: the service comes with
        // set_configured().
        waiting_checks_.push_back(std::move(stored));
        return success();
    }
    put_check(std::move(stored.definition), Origin::Api, stored.maintenance, now, change);
    return success();
}

Result<void> LocalState::restore_state(const std::string& id, const LocalRecord& record,
                                       Instant now) {
    WEFT_TRY(auto state, decode_state(record.value));
    const auto found = checks_.find(id);
    if (found != checks_.end()) {
        apply_state(found->second, state, now);
    } else {
        waiting_states_.emplace(id, std::move(state));
    }
    return success();
}

void LocalState::apply_state(LocalCheckEntry& entry, const StoredState& state, Instant now) {
    --count_of(entry.row.status);
    ++count_of(state.status);
    entry.row.status = state.status;
    entry.row.output = state.output;
    entry.state_kept = true;
    entry.critical_since.reset();
    if (state.status == Status::Critical) entry.critical_since = now;
    entry.thresholds.resume(state.status);
    // It had expired before the restart; expiring again would only say so twice.
    if (state.status == Status::Critical && state.output.starts_with("TTL expired"))
        disarm_ttl(entry);
}

LocalRecord LocalState::record_of(const std::string& key) {
    LocalRecord record{key, {}};
    const auto parsed = parse_record_key(key);
    if (!parsed) return record;
    const auto& [kind, id] = parsed.value();
    const LocalServiceEntry* owner = service(id);
    const LocalCheckEntry* entry = check(id);
    if (kind == RecordKind::Service && owner && owner->origin == Origin::Api)
        record.value = encode_service(owner->definition);
    if (kind == RecordKind::Check && entry && entry->origin == Origin::Api)
        record.value = encode_check(StoredCheck{entry->definition, entry->maintenance});
    if (kind != RecordKind::State) return record;
    return state_record(id).value_or(std::move(record));
}

Result<void> LocalState::admit_configured(const std::vector<ServiceDefinition>& services,
                                          const std::vector<CheckDefinition>& checks) const {
    std::set<std::string> ids;
    std::size_t check_count = checks.size();
    for (const auto& definition : services) {
        ids.insert(definition.effective_id());
        check_count += definition.checks.size();
        if (definition.has_sidecar_service) {
            WEFT_TRY(admit(definition, Origin::Configured));
        }
        for (const auto& check : definition.checks) {
            WEFT_TRY(admit(check, Origin::Configured));
        }
    }
    for (const auto& check : checks) {
        WEFT_TRY(admit(check, Origin::Configured));
        const std::string& service_id = check.service_id;
        // A service of the former configuration goes; one that the API registered stays.
        const LocalServiceEntry* present = service(service_id);
        const bool stays = present && present->origin == Origin::Api;
        if (!service_id.empty() && !ids.contains(service_id) && !stays) {
            return make_error(Errc::NotFound,
                              fmt::format("check \"{}\": ServiceID \"{}\" does not exist",
                                          check.id.empty() ? check.name : check.id, service_id));
        }
    }
    if (services.size() > config_.max_services || check_count > config_.max_checks) {
        return make_error(
            Errc::Limit,
            fmt::format("the configuration has {} services and {} checks (limits: {}, {})",
                        services.size(), check_count, config_.max_services, config_.max_checks));
    }
    return success();
}

Result<LocalChange> LocalState::set_configured(std::vector<ServiceDefinition> services,
                                               std::vector<CheckDefinition> checks, Instant now) {
    WEFT_TRY(admit_configured(services, checks));
    std::map<std::string, ServiceDefinition> new_services;
    std::map<std::string, CheckDefinition> new_checks;
    for (auto& definition : services) {
        definition.id = definition.effective_id();
        new_services.insert_or_assign(definition.id, std::move(definition));
    }
    for (auto& check : checks) {
        if (check.id.empty()) check.id = check.name;
        new_checks.insert_or_assign(check.id, std::move(check));
    }
    std::set<std::string> check_ids_given;
    for (const auto& [id, definition] : new_services) check_ids_given.merge(check_ids(definition));
    for (const auto& [id, definition] : new_checks) check_ids_given.insert(id);

    LocalChange change;
    for (const auto& [id, definition] : new_services) {
        const auto before = configured_services_.find(id);
        const bool same = before != configured_services_.end() && before->second == definition;
        if (!same || !service(id)) configure_service(definition, check_ids_given, now, change);
    }
    for (auto& waiting : std::exchange(waiting_checks_, {})) {
        const std::string id = waiting.definition.id;
        if (checks_.contains(id)) continue;
        if (service(waiting.definition.service_id)) {
            put_check(std::move(waiting.definition), Origin::Api, waiting.maintenance, now, change);
        } else {
            change.records.push_back(LocalRecord{record_key(RecordKind::Check, id), {}});
        }
    }
    for (const auto& [id, definition] : new_checks) {
        const auto before = configured_checks_.find(id);
        const bool same = before != configured_checks_.end() && before->second == definition;
        if (!same || !check(id)) put_check(definition, Origin::Configured, false, now, change);
    }
    // Last, so that a check which moves between services or the node is not gone in between.
    drop_unconfigured(new_services, check_ids_given, change);
    for (const auto& [id, state] : std::exchange(waiting_states_, {})) {
        const auto found = checks_.find(id);
        if (found != checks_.end()) {
            apply_state(found->second, state, now);
        } else {
            change.records.push_back(LocalRecord{record_key(RecordKind::State, id), {}});
        }
    }
    configured_services_ = std::move(new_services);
    configured_checks_ = std::move(new_checks);
    refresh_aliases(change, now);
    return change;
}

// What a former configuration had brought and this one does not. Somebody who took an id over by
// API keeps it.
void LocalState::drop_unconfigured(const std::map<std::string, ServiceDefinition>& services,
                                   const std::set<std::string>& check_ids_given,
                                   LocalChange& change) {
    for (const auto& [id, definition] : configured_checks_) {
        const LocalCheckEntry* entry = check(id);
        if (!check_ids_given.contains(id) && entry && entry->origin == Origin::Configured)
            remove_check(id, change);
    }
    for (const auto& [id, definition] : configured_services_) {
        const LocalServiceEntry* entry = service(id);
        if (!services.contains(id) && entry && entry->origin == Origin::Configured)
            remove_service(id, change);
    }
}

void LocalState::configure_service(const ServiceDefinition& definition,
                                   const std::set<std::string>& check_ids_given, Instant now,
                                   LocalChange& change) {
    const auto before = configured_services_.find(definition.id);
    put_all(definition, false, Origin::Configured, now, change);
    if (before == configured_services_.end()) return;
    for (const auto& id : check_ids(before->second)) {
        const LocalCheckEntry* entry = check(id);
        const bool own = entry && entry->definition.service_id == definition.id &&
                         entry->origin == Origin::Configured;
        if (own && !check_ids_given.contains(id)) remove_check(id, change);
    }
}

}  // namespace weft::agent
