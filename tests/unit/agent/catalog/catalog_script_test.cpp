#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/catalog/catalog.hpp"
#include "tests/support/datadriven.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"
#include "tests/unit/agent/catalog/script_commands.hpp"

// Runs testdata/*.txt. Those of script_commands.hpp print what they did and the watches that they
// woke; the others show what is there and the index of that.
namespace weft::agent {
namespace {

using test::ScriptCommand;

class Script {
public:
    std::string run(const ScriptCommand& command) {
        if (const auto meant = command_of(command)) return apply(*meant);
        if (command.name == "names-below") return names(command);
        if (command.name == "autopilot-now") return render(catalog_.view().autopilot());
        return show(command);
    }

private:
    std::string apply(const Command& command) {
        ++index_;
        const ApplyOutcome outcome = catalog_.apply(Index(index_), command);
        catalog_.check_invariants();
        if (outcome.refusal)
            return fmt::format("{}: refused: {}", index_, outcome.refusal->message());
        std::string woken;
        for (const Watch& watch : catalog_.take_changed_watches()) {
            EXPECT_EQ(catalog_.view().index_of(watch), Index(index_)) << render(watch);
            woken += " " + render(watch);
        }
        const std::string did = outcome.changed ? woken
                                : outcome.held  ? " nothing changed"
                                                : " condition not met";
        return fmt::format("{}:{}{}", index_, did, answer(outcome));
    }

    static std::string answer(const ApplyOutcome& outcome) {
        std::string out;
        if (!outcome.transaction) return out;
        for (const TransactionRow& row : outcome.transaction->results) out += "\n" + render(row);
        for (const TransactionError& error : outcome.transaction->errors)
            out += fmt::format("\noperation {}: {}", error.operation, error.what);
        return out;
    }

    // prefix= separator=
    std::string names(const ScriptCommand& command) {
        const View view = catalog_.view();
        std::string out;
        for (const std::string_view name :
             view.key_names(command.get("prefix"), command.get("separator"))) {
            out += fmt::format("{}\n", name);
        }
        return out;
    }

    std::string show(const ScriptCommand& command) {
        static const std::vector<std::pair<std::string, WatchKind>> kinds = {
            {"nodes", WatchKind::Nodes},
            {"node", WatchKind::Node},
            {"names", WatchKind::ServiceNames},
            {"service", WatchKind::Service},
            {"health", WatchKind::ServiceHealth},
            {"checks", WatchKind::ServiceChecks},
            {"node-checks", WatchKind::NodeChecks},
            {"node-health", WatchKind::NodeHealth},
            {"overview", WatchKind::Overview},
            {"state", WatchKind::State},
            {"connect", WatchKind::Connect},
            {"key", WatchKind::Key},
            {"below", WatchKind::KeyPrefix},
            {"sessions", WatchKind::Sessions},
            {"node-sessions", WatchKind::NodeSessions},
            {"queries", WatchKind::PreparedQueries},
            {"query-of", WatchKind::PreparedQuery}};
        for (const auto& [name, kind] : kinds) {
            if (name != command.name) continue;
            const Watch watch{kind, command.arguments.empty() ? "" : command.arguments[0].first};
            return fmt::format("index={}\n{}", catalog_.view().index_of(watch).get(),
                               render(catalog_.view(), watch));
        }
        return "unknown command " + command.name;
    }

    Catalog catalog_;
    std::uint64_t index_ = 0;
};

class CatalogScript : public testing::TestWithParam<const char*> {};

TEST_P(CatalogScript, PrintsWhatIsExpected) {
    Script script;
    test::run_script(std::string("tests/unit/agent/catalog/testdata/") + GetParam(),
                     [&](const ScriptCommand& command) { return script.run(command); });
}

INSTANTIATE_TEST_SUITE_P(All, CatalogScript,
                         testing::Values("autopilot.txt", "checks.txt", "connect.txt",
                                         "indexes.txt", "kv.txt", "locks.txt", "nodes.txt",
                                         "overview.txt", "prepared_queries.txt", "services.txt",
                                         "sessions.txt", "transactions.txt"));

}  // namespace
}  // namespace weft::agent
