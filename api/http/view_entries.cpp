#include "api/http/view_entries.hpp"

#include "agent/config_entry/entry_decode.hpp"

namespace weft::api {

agent::EntryPtr ViewEntries::find(const agent::EntryKey& key) const {
    const auto known = decoded_.find(key);
    if (known != decoded_.end()) return known->second;
    agent::EntryPtr entry;
    if (const auto* row = view_.config_entry(agent::to_string(key.kind), key.name)) {
        // What another program stored and this one cannot read counts for nothing here.
        auto decoded = agent::decode_stored_entry(row->body.view());
        if (decoded) entry = std::make_shared<const agent::ConfigEntry>(std::move(decoded).value());
    }
    decoded_.emplace(key, entry);
    return entry;
}

std::vector<agent::EntryKey> ViewEntries::keys(agent::EntryKind kind) const {
    std::vector<agent::EntryKey> found;
    for (const auto* row : view_.config_entries(agent::to_string(kind)))
        found.push_back(agent::entry_key(kind, row->name));
    return found;
}

}  // namespace weft::api
