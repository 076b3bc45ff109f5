#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/rows.hpp"

// Commands are what the log holds: each is decided before it is proposed and applied the same way
// on every replica. The index members of rows in a command are ignored; apply() sets them.
namespace weft::agent {

// PUT /v1/catalog/register and anti-entropy: create or replace a node, one service and any number
// of checks of it. Refused as a whole (nothing applied) when a check names a service that is
// neither in the command nor in the catalog, or when the node is unknown and no address is given.
struct RegisterCommand {
    NodeRow node;                   // name is required
    bool skip_node_update = false;  // an existing node row is left as it is
    std::optional<ServiceRow> service;
    std::vector<CheckRow> checks;
};

// PUT /v1/catalog/deregister: one service (with its checks), one check, or, with neither, the whole
// node. Unknown names are no error.
struct DeregisterCommand {
    SharedText node;
    SharedText service_id;
    SharedText check_id;
};

using Command = std::variant<RegisterCommand, DeregisterCommand>;

// A self-describing msgpack record: [format version, kind, body as a map by field name]. Unknown
// fields are skipped when decoding, so that a newer agent's record can be read; an unknown kind or
// version is Errc::Unsupported. Only what check_limits() accepts may be encoded: it comes back.
std::string encode(const Command& command);
Result<Command> decode_command(std::span<const std::byte> bytes);

// Errc::Limit for a list or map of more than kMaxListedRows elements, texts excepted: decoding
// would refuse it.
Result<void> check_limits(const Command& command);

}  // namespace weft::agent
