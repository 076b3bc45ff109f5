#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_tree.hpp"
#include "agent/config_entry/entry.hpp"
#include "api/http/catalog_body.hpp"
#include "api/http/config_entry_write.hpp"

// Bodies that hold configuration entries. Errors have Consul's texts, and say besides where in the
// body the mistake is.
namespace weft::api {

// PUT /v1/config: one entry, not yet checked.
struct ConfigEntryBody {
    JsonValue tree;
    agent::ConfigEntry entry;
};
CatalogBody<ConfigEntryBody> read_config_entry_body(std::string_view body);

// Makes it what is stored. pointer: of the entry within the body.
CatalogBody<void> check_config_entry(agent::ConfigEntry& entry, const JsonValue& tree,
                                     std::string_view pointer = {});

// PUT /v1/internal/weft/config-entries: [{"Entry": {..}, "ModifyIndex": 7}, ..], checked. Without a
// ModifyIndex an entry is written whatever is there.
CatalogBody<std::vector<WantedChange>> read_config_entries_body(std::string_view body);

// The change that puts it.
agent::EntryChange change_of(agent::ConfigEntry entry);

}  // namespace weft::api
