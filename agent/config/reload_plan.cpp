#include "agent/config/reload_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "agent/base/json_writer.hpp"
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using KeyMap = std::map<std::string_view, const AgentConfig::SetKey*>;

KeyMap keys_of(const AgentConfig& config) {
    KeyMap keys;
    for (const auto& key : config.set_keys) keys.emplace(key.key, &key);
    return keys;
}

std::string unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

std::string shown(const AgentConfig::SetKey* key, const KeyRow& row) {
    if (key != nullptr) return key->value;
    return row.default_text.empty() ? "(not set)" : fmt::format("(default) {}", row.default_text);
}

// A value that only writes out the default is no change.
bool same_value(const AgentConfig::SetKey* a, const AgentConfig::SetKey* b, const KeyRow& row) {
    const std::string left = a != nullptr ? unquoted(a->value) : std::string(row.default_text);
    const std::string right = b != nullptr ? unquoted(b->value) : std::string(row.default_text);
    return left == right;
}

std::string id_of(const ServiceEntry& entry) {
    return entry.definition.effective_id();
}
std::string id_of(const CheckEntry& entry) {
    return entry.definition.id.empty() ? entry.definition.name : entry.definition.id;
}
std::string id_of(const BootstrapEntry& entry) {
    return fmt::format("{}/{}", entry.kind, entry.name);
}
std::string id_of(const WatchEntry& entry) {
    return entry.definition.description();
}

template <class Entry>
bool same_definition(const Entry& a, const Entry& b) {
    return a.definition == b.definition;
}
bool same_definition(const BootstrapEntry& a, const BootstrapEntry& b) {
    return a.body == b.body;
}

template <class Entry>
ReloadPlan::Definitions compare(const std::vector<Entry>& running, const std::vector<Entry>& next) {
    ReloadPlan::Definitions out;
    std::multimap<std::string, const Entry*> before;
    for (const Entry& entry : running) before.emplace(id_of(entry), &entry);
    // Watches of one name may be several: those that stay as they are come first.
    std::vector<const Entry*> others;
    for (const Entry& entry : next) {
        const auto [begin, end] = before.equal_range(id_of(entry));
        const auto same = std::find_if(
            begin, end, [&](const auto& old) { return same_definition(*old.second, entry); });
        if (same != end) {
            before.erase(same);
        } else {
            others.push_back(&entry);
        }
    }
    for (const Entry* entry : others) {
        const auto found = before.find(id_of(*entry));
        (found == before.end() ? out.added : out.changed).push_back(id_of(*entry));
        if (found != before.end()) before.erase(found);
    }
    for (const auto& [id, entry] : before) out.removed.push_back(id);
    std::sort(out.added.begin(), out.added.end());
    std::sort(out.changed.begin(), out.changed.end());
    return out;
}

void append_changes(std::string& out, std::string_view title,
                    const std::vector<ReloadPlan::Change>& changes) {
    if (changes.empty()) return;
    out += fmt::format("{}:\n", title);
    for (const auto& change : changes) {
        out += fmt::format("  {}: {} -> {}  ({})\n", change.key, change.current, change.next,
                           change.origin.text());
    }
}

void append_definitions(std::string& out, std::string_view what,
                        const ReloadPlan::Definitions& definitions) {
    if (definitions.empty()) return;
    out += fmt::format("{}:\n", what);
    const auto line = [&](std::string_view verb, const std::vector<std::string>& ids) {
        if (!ids.empty()) out += fmt::format("  {}: {}\n", verb, fmt::join(ids, ", "));
    };
    line("added", definitions.added);
    line("changed", definitions.changed);
    line("removed", definitions.removed);
}

void write_changes(JsonWriter& writer, std::string_view name,
                   const std::vector<ReloadPlan::Change>& changes) {
    writer.key(name);
    writer.begin_array();
    for (const auto& change : changes) {
        writer.begin_object();
        writer.field("Key", change.key);
        writer.field("Current", change.current);
        writer.field("Next", change.next);
        writer.field("Origin", change.origin.text());
        writer.end_object();
    }
    writer.end_array();
}

void write_definitions(JsonWriter& writer, std::string_view name,
                       const ReloadPlan::Definitions& definitions) {
    writer.key(name);
    writer.begin_object();
    for (const auto& [verb, ids] : {std::pair{"Added", &definitions.added},
                                    {"Changed", &definitions.changed},
                                    {"Removed", &definitions.removed}}) {
        writer.key(verb);
        writer.begin_array();
        for (const std::string& id : *ids) writer.value(id);
        writer.end_array();
    }
    writer.end_object();
}

Reload class_of(std::string_view key) {
    const KeyRow* row = key_table().find(key);
    return row == nullptr ? Reload::Restart : row->reload_class;
}

// Keys of the restart class stay as they run; the others are those of the next configuration.
std::vector<AgentConfig::SetKey> effective_keys(const AgentConfig& running,
                                                const AgentConfig& next) {
    std::vector<AgentConfig::SetKey> keys;
    for (const auto& key : running.set_keys) {
        if (class_of(key.key) == Reload::Restart) keys.push_back(key);
    }
    for (const auto& key : next.set_keys) {
        if (class_of(key.key) != Reload::Restart) keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return keys;
}

bool serves_tls(const AgentConfig& config) {
    const auto& listeners = config.http.listeners;
    return std::any_of(listeners.begin(), listeners.end(),
                       [](const api::HttpListener& listener) { return listener.tls; });
}

}  // namespace

bool ReloadPlan::empty() const {
    return now.empty() && new_connections.empty() && restart.empty() && services.empty() &&
           checks.empty() && entries.empty() && watches.empty();
}

std::string ReloadPlan::text() const {
    if (empty()) return keys_alone ? "no key changed\n" : "nothing changed\n";
    std::string out;
    append_changes(out, "applied now", now);
    append_definitions(out, "services", services);
    append_definitions(out, "checks", checks);
    append_definitions(out, "config_entries.bootstrap", entries);
    append_definitions(out, "watches", watches);
    append_changes(out, "applied to new connections", new_connections);
    append_changes(out, "needs a restart", restart);
    return out;
}

std::string ReloadPlan::json() const {
    std::string out;
    JsonWriter writer(out, true);
    writer.begin_object();
    writer.field("Schema", "weft.config-diff/1");
    write_changes(writer, "Now", now);
    write_changes(writer, "NewConnections", new_connections);
    write_changes(writer, "Restart", restart);
    for (const auto& [name, definitions] : {std::pair{"Services", &services},
                                            {"Checks", &checks},
                                            {"ConfigEntries", &entries},
                                            {"Watches", &watches}})
        if (!keys_alone) write_definitions(writer, name, *definitions);
    writer.end_object();
    return out + "\n";
}

ReloadPlan plan_reload(const AgentConfig& running, const AgentConfig& next) {
    ReloadPlan plan;
    const KeyMap before = keys_of(running);
    const KeyMap after = keys_of(next);
    for (const KeyRow* row : key_table().rows()) {
        if (row->key_class != KeyClass::Implemented || row->type == ValueType::Definitions)
            continue;
        const auto old_key = before.find(row->path);
        const auto new_key = after.find(row->path);
        const AgentConfig::SetKey* old_value = old_key == before.end() ? nullptr : old_key->second;
        const AgentConfig::SetKey* new_value = new_key == after.end() ? nullptr : new_key->second;
        if (same_value(old_value, new_value, *row)) continue;
        ReloadPlan::Change change{std::string(row->path), shown(old_value, *row),
                                  shown(new_value, *row),
                                  (new_value != nullptr ? new_value : old_value)->origin};
        auto& group = row->reload_class == Reload::Now              ? plan.now
                      : row->reload_class == Reload::NewConnections ? plan.new_connections
                                                                    : plan.restart;
        group.push_back(std::move(change));
    }
    plan.services = compare(running.services, next.services);
    plan.checks = compare(running.checks, next.checks);
    plan.entries = compare(running.bootstrap_entries, next.bootstrap_entries);
    plan.watches = compare(running.watches, next.watches);
    return plan;
}

AgentConfig apply_reload(const AgentConfig& running, const AgentConfig& next) {
    AgentConfig config = running;
    config.services = next.services;
    config.checks = next.checks;
    config.bootstrap_entries = next.bootstrap_entries;
    config.watches = next.watches;
    config.log_level = next.log_level;
    config.telemetry.prefix_filter = next.telemetry.prefix_filter;
    config.telemetry.filter_default = next.telemetry.filter_default;
    config.node_meta = next.node_meta;
    config.health.node_meta = next.health.node_meta;
    config.health.discard_check_output = next.health.discard_check_output;

    config.dns = next.dns;
    config.dns.listeners = running.dns.listeners;
    config.dns.datacenter = running.dns.datacenter;
    config.dns.node_name = running.dns.node_name;
    config.dns.domain = running.dns.domain;
    config.dns.alt_domain = running.dns.alt_domain;

    config.http.max_connections_per_client = next.http.max_connections_per_client;
    // A TLS listener that the next configuration turns off serves until the restart, with the
    // certificate that was read: its files may be gone.
    if (serves_tls(running) && !serves_tls(next)) {
        config.http.tls = {};
    } else {
        config.http.tls = next.http.tls;
        config.tls_defaults = next.tls_defaults;
        config.tls_https = next.tls_https;
    }
    config.set_keys = effective_keys(running, next);
    return config;
}

}  // namespace weft::agent
