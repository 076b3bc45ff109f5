#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/digest.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/stored_record.hpp"

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
    UnixMillis time{};
};

// PUT /v1/catalog/deregister: one service (with its checks), one check, or, with neither, the whole
// node. Unknown names are no error.
struct DeregisterCommand {
    SharedText node;
    SharedText service_id;
    SharedText check_id;
    UnixMillis time{};
};

// What is done to one key, or to all below a prefix. The numbers are stored and keep their meaning
// for ever. A new verb comes with a new kind of command: an older program would refuse what a newer
// one applies, and not stop.
enum class KvVerb : std::uint8_t {
    Set,
    Cas,        // set, if the key's modify index is that of the operation; 0: if there is no key
    Delete,     // an unknown key is no error
    DeleteCas,  // likewise if the modify index is that of the operation
    DeleteTree,
    // Set, if no other session holds the lock and no lock delay is running; the session must exist.
    Lock,
    Unlock,  // set, if that session holds the lock
    // In transactions only, as those below.
    Get,
    GetTree,
    CheckIndex,    // that the key exists with that modify index
    CheckSession,  // that the key exists, locked by that session
    CheckNotExists,
    Unknown,  // none of Consul's
};

struct KvOperation {
    KvVerb verb = KvVerb::Set;
    SharedText key{};
    SharedText value{};
    std::uint64_t flags = 0;
    SharedText session{};
    Index index{};  // that is compared
};

// PUT and DELETE /v1/kv: a verb that writes. ApplyOutcome::held tells whether the condition held.
struct KvCommand {
    KvOperation operation;
    UnixMillis time{};
};

// PUT /v1/session/create. Refused for an unknown node and for checks that are unknown or critical.
struct SessionCreateCommand {
    SessionRow session;  // with an id that its proposer made
};

// PUT /v1/session/destroy, and what the leader proposes when a TTL has passed. An unknown session
// is no error: ApplyOutcome::held is false then.
struct SessionDestroyCommand {
    SharedText id;
    UnixMillis time{};
};

// What is done to a prepared query. For the numbers see KvVerb.
enum class PreparedQueryVerb : std::uint8_t {
    Create,  // with an id that its proposer made
    Update,  // refused when there is none of that id
    Delete,  // likewise; only the id is looked at
};

// POST, PUT and DELETE /v1/query. Refused for a name that another query has, or that is another's
// id, and for a session that is not there. Whether the query makes sense is found out before it is
// proposed.
struct PreparedQueryCommand {
    PreparedQueryVerb verb = PreparedQueryVerb::Create;
    PreparedQueryRow query;
};

// What a transaction does to a node, service or check. For the numbers see KvVerb.
enum class RowVerb : std::uint8_t {
    Get,
    Set,
    Cas,        // set, if the row's modify index is that of the given one; 0: if there is no row
    Delete,     // an unknown row is no error
    DeleteCas,  // if there is a row with that modify index
    Unknown,
};

struct NodeOperation {
    RowVerb verb = RowVerb::Get;
    NodeRow node;
};
struct ServiceOperation {
    RowVerb verb = RowVerb::Get;
    ServiceRow service;
};
struct CheckOperation {
    RowVerb verb = RowVerb::Get;
    CheckRow check;
};

// At most one of the four; with none it does nothing.
struct TransactionOperation {
    std::optional<KvOperation> kv;
    std::optional<NodeOperation> node;
    std::optional<ServiceOperation> service;
    std::optional<CheckOperation> check;
    SharedText unknown_verb;  // as the client wrote it
};

// PUT /v1/txn: all operations or, when one fails, none. ApplyOutcome::transaction tells which
// failed and what the others found. See transaction.hpp for those that only read.
struct TransactionCommand {
    std::vector<TransactionOperation> operations;
    UnixMillis time{};
};

// PUT /v1/operator/autopilot/configuration: all of it is replaced.
struct AutopilotCommand {
    AutopilotRow configuration;
    std::optional<Index> cas;  // only if that is the present one's modify index
};

// PUT /v1/config. Whether entries go together is found out before the command is proposed, from a
// catalog whose entries last changed at seen_index: CatalogErrc::Outdated when they did since.
struct PutConfigEntryCommand {
    ConfigEntryRow entry;
    // The entry's modify index, 0 for none: else ApplyOutcome::held is false.
    std::optional<Index> cas;
    Index seen_index;
};

// Several at once: all of them or, where one is refused or does not hold, none. Each names another
// entry.
struct ConfigEntryPut {
    ConfigEntryRow entry;
    std::optional<Index> cas;
};
struct PutConfigEntriesCommand {
    std::vector<ConfigEntryPut> puts;
    Index seen_index;
};

// DELETE /v1/config/:kind/:name, likewise. An unknown entry is no error.
struct DeleteConfigEntryCommand {
    SharedText kind;
    SharedText name;
    std::optional<Index> cas;
    Index seen_index;
};

// What the pieces of a snapshot must add up to.
struct RestoreEnd {
    Index index;    // of the snapshot: no row of it is newer
    Digest digest;  // sum of row_digest() over the records as they were sent
};

// PUT /v1/snapshot: one piece of a snapshot. The pieces gather beside the state, which lives on;
// the last one puts what they made in its place, with indexes above all that were given out before.
// Refused when a piece is missing or malformed, which ends the restore, or of another restore than
// the one that began last (NotFound). Then the state stays as it is.
struct RestoreCommand {
    SharedText id;            // of the restore, made by its proposer
    std::uint64_t first = 0;  // records in the pieces before it; the piece with 0 begins
    std::vector<StoredRecord> records;
    std::optional<RestoreEnd> end;  // in the last piece
    UnixMillis time{};
};

using Command = std::variant<RegisterCommand, DeregisterCommand, KvCommand, SessionCreateCommand,
                             SessionDestroyCommand, PreparedQueryCommand, TransactionCommand,
                             AutopilotCommand, PutConfigEntryCommand, PutConfigEntriesCommand,
                             DeleteConfigEntryCommand, RestoreCommand>;

// What may end a session or take a lock carries the time: lock delays run by it. The catalog takes
// the highest that it has seen. Does nothing to other commands.
void set_time(Command& command, UnixMillis time);
UnixMillis time_of(const Command& command);

// Consul's text for what cannot be the id of a session; nothing for one that could.
std::optional<Error> check_session_id(std::string_view id);
// Likewise of a prepared query.
std::optional<Error> check_prepared_query_id(std::string_view id);

// What is wrong with a configuration, for clients to read; nothing for one that may be set.
std::optional<Error> check_autopilot(const AutopilotRow& row);

// A self-describing msgpack record: [format version, kind, body as a map by field name]. Unknown
// fields are skipped when decoding, so that a newer agent's record can be read; an unknown kind or
// version is Errc::Unsupported. Only what check_limits() accepts may be encoded: it comes back.
std::string encode(const Command& command);
Result<Command> decode_command(std::span<const std::byte> bytes);

struct CommandLimits {
    std::size_t kv_value_bytes = 512 * 1024;
    std::size_t transaction_operations = 64;
};

// Errc::Limit for a value or a transaction beyond the limits (Consul's text), for tags beyond
// tag_limits.hpp, and for a list or map of more than kMaxListedRows elements, texts excepted:
// decoding would refuse it.
Result<void> check_limits(const Command& command, const CommandLimits& limits = {});

}  // namespace weft::agent
