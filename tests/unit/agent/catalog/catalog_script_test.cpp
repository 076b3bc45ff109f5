#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/catalog/catalog.hpp"
#include "tests/support/datadriven.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

// Runs testdata/*.txt. Commands: register, deregister, nodes, node, names, service, health, checks,
// state, connect, index; each register or deregister prints what it did, the watches that it woke
// and their indexes.
namespace weft::agent {
namespace {

using test::ScriptCommand;

TextList split(const std::string& text) {
    TextList parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

Status status_of(const std::string& text) {
    if (text == "passing") return Status::Passing;
    return text == "warning" ? Status::Warning : Status::Critical;
}

ServiceRow service_of(const ScriptCommand& command) {
    ServiceRow row;
    row.name = command.get("service");
    row.id = command.get("service-id");
    row.port = static_cast<std::int32_t>(command.number("port"));
    row.address = command.get("service-address");
    if (command.has("tags")) row.tags = split(command.get("tags"));
    row.connect_native = command.has("native");
    if (command.has("proxy-for")) {
        row.kind = "connect-proxy";
        ProxyRow proxy;
        proxy.destination_service_name = command.get("proxy-for");
        row.proxy = std::move(proxy);
    }
    return row;
}

RegisterCommand registration_of(const ScriptCommand& command) {
    RegisterCommand registration;
    registration.node.name = command.get("node");
    registration.node.address = command.get("address");
    registration.node.id = command.get("id");
    registration.skip_node_update = command.has("skip-node-update");
    if (command.has("meta")) registration.node.meta = TextMap{{"zone", command.get("meta")}};
    if (command.has("service") || command.has("service-id"))
        registration.service = service_of(command);
    if (command.has("check")) {
        CheckRow row;
        row.id = command.get("check");
        row.name = command.get("check-name", command.get("check"));
        row.service_id = command.get("of");
        row.status = status_of(command.get("status"));
        row.output = command.get("output");
        row.node = command.get("check-node");
        registration.checks.push_back(std::move(row));
    }
    return registration;
}

DeregisterCommand deregistration_of(const ScriptCommand& command) {
    DeregisterCommand deregistration;
    deregistration.node = command.get("node");
    deregistration.service_id = command.get("service-id");
    deregistration.check_id = command.get("check");
    return deregistration;
}

class Script {
public:
    std::string run(const ScriptCommand& command) {
        if (command.name == "register") return apply(registration_of(command));
        if (command.name == "deregister") return apply(deregistration_of(command));
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
        return fmt::format("{}:{}", index_, outcome.changed ? woken : " nothing changed");
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
            {"state", WatchKind::State},
            {"connect", WatchKind::Connect}};
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
                         testing::Values("checks.txt", "connect.txt", "indexes.txt", "nodes.txt",
                                         "services.txt"));

}  // namespace
}  // namespace weft::agent
