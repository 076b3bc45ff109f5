#pragma once

#include <string_view>

#include "agent/base/json_tree.hpp"
#include "agent/base/result.hpp"
#include "agent/config_entry/entry.hpp"
#include "agent/config_entry/entry_fault.hpp"

namespace weft::agent {

// An entry of a request body. Fields may be spelled as in JSON or as in
// files, without regard to case; a value is bent to its field's type as Consul does ("1" is a
// number, one value a list, a list of one object an object). CreateIndex and ModifyIndex of an
// entry that was read before are skipped; any other unknown field is refused. The error's context
// is Consul's text of all that is wrong; fault, when given, says where the first is. Neither
// normalized nor validated: see entry_rules.hpp.
Result<ConfigEntry> decode_entry(const JsonValue& tree, EntryFault* fault = nullptr);

// The same of text.
Result<ConfigEntry> decode_entry(std::string_view json);

// What stored_form() gave. Fields that a newer program stored are skipped.
Result<ConfigEntry> decode_stored_entry(std::string_view json);

// What POST /v1/discovery-chain/:service may set.
struct ChainOverrides {
    MeshGatewaySettings mesh_gateway;
    std::string protocol;
    Duration connect_timeout{};  // 0: none
    bool operator==(const ChainOverrides&) const = default;
};

Result<ChainOverrides> decode_chain_overrides(const JsonValue& tree);

}  // namespace weft::agent
