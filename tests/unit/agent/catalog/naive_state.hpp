#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/catalog/apply_outcome.hpp"
#include "tests/unit/agent/catalog/naive_catalog.hpp"

namespace weft::agent {

// The whole state's rules once more, as plainly as possible: keys, sessions, lock delays,
// prepared queries and transactions over a NaiveCatalog; a transaction works on a copy.
class NaiveState {
public:
    NaiveState() { autopilot_.create_index = autopilot_.modify_index = Index(1); }

    struct Outcome {
        bool refused = false;
        bool held = true;
        std::vector<std::string> results;   // rendered rows of a transaction
        std::vector<std::uint32_t> errors;  // positions of its failed operations
        bool operator==(const Outcome&) const = default;
    };
    static Outcome outcome_of(const ApplyOutcome& outcome);

    Outcome apply(Index index, const Command& command);

    // All rows as text; and the same of a real one.
    std::string render_all() const;
    static std::string render_all(const View& view);

private:
    Outcome apply_body(const RegisterCommand& command);
    Outcome apply_body(const DeregisterCommand& command);
    Outcome apply_body(const KvCommand& command);
    Outcome apply_body(const SessionCreateCommand& command);
    Outcome apply_body(const SessionDestroyCommand& command);
    Outcome apply_body(const PreparedQueryCommand& command);
    Outcome apply_body(const TransactionCommand& command);
    Outcome apply_body(const AutopilotCommand& command);
    Outcome apply_body(const RestoreCommand&) { return {}; }  // not among the random commands
    // Have a model of their own in config_entries_test.cpp.
    Outcome apply_body(const PutConfigEntryCommand&) { return {}; }
    Outcome apply_body(const PutConfigEntriesCommand&) { return {}; }
    Outcome apply_body(const DeleteConfigEntryCommand&) { return {}; }

    bool fails_before(const TransactionOperation& operation) const;
    // Whether it succeeded.
    bool run(const TransactionOperation& operation, Outcome& outcome);
    bool run_kv(const KvOperation& operation, Outcome& outcome);
    // What the verbs do to a node, service or check alike; false: refused.
    bool run_rows(RowVerb verb, bool is_present, bool unchanged, const RegisterCommand& command,
                  const DeregisterCommand& removal);
    bool run_node(const NodeOperation& operation, Outcome& outcome);
    bool run_service(const ServiceOperation& operation, Outcome& outcome);
    bool run_check(const CheckOperation& operation, Outcome& outcome);
    bool register_rows(const RegisterCommand& command);

    enum class Written { Refused, NotHeld, Done };
    Written write(const KvOperation& operation);
    void put(KvRow row);
    template <class Gone>
    void remove_keys(Gone gone);
    void end_sessions();
    void end(const std::string& id);

    NaiveCatalog catalog_;
    std::map<std::string, KvRow> keys_;
    std::map<std::string, SessionRow> sessions_;
    std::map<std::string, PreparedQueryRow> queries_;  // by id in lower case
    std::map<std::string, std::int64_t> delays_;
    AutopilotRow autopilot_;
    std::int64_t time_ = 0;  // the highest of commands that changed something
    std::int64_t now_ = 0;   // of this command
    Index index_;
    bool touched_ = false;  // this command changed something, be it undone by itself
};

}  // namespace weft::agent
