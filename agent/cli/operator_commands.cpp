#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"

// What the servers and this agent say about themselves.
namespace weft::agent {

namespace json = boost::json;

namespace {

std::string peers_table(const json::value& configuration) {
    TextTable table({"Node", "ID", "Address", "State", "Voter", "RaftProtocol"});
    const json::value* servers =
        configuration.is_object() ? configuration.get_object().if_contains("Servers") : nullptr;
    if (servers && servers->is_array())
        for (const json::value& server : servers->get_array())
            table.add({json_text(server, "Node"), json_text(server, "ID"),
                       json_text(server, "Address"),
                       json_text(server, "Leader") == "true" ? "leader" : "follower",
                       json_text(server, "Voter"), json_text(server, "ProtocolVersion")});
    return table.render();
}

std::string autopilot_text(const json::value& configuration) {
    std::string text;
    for (const char* name : {"CleanupDeadServers", "LastContactThreshold", "MaxTrailingLogs",
                             "MinQuorum", "ServerStabilizationTime"})
        text += fmt::format("{} = {}\n", name, json_text(configuration, name));
    text +=
        fmt::format("RedundancyZoneTag = \"{}\"\n", json_text(configuration, "RedundancyZoneTag"));
    text += fmt::format("DisableUpgradeMigration = {}\n",
                        json_text(configuration, "DisableUpgradeMigration"));
    text +=
        fmt::format("UpgradeVersionTag = \"{}\"\n", json_text(configuration, "UpgradeVersionTag"));
    return text;
}

std::string stats_text(const json::value& stats) {
    std::string text;
    if (!stats.is_object()) return text;
    std::map<std::string, std::map<std::string, std::string>> groups;
    for (const auto& [group, values] : stats.get_object())
        if (values.is_object())
            for (const auto& [name, value] : values.get_object())
                groups[std::string(group)][std::string(name)] = json_text(values, name);
    for (const auto& [group, values] : groups) {
        text += fmt::format("{}:\n", group);
        for (const auto& [name, value] : values) text += fmt::format("\t{} = {}\n", name, value);
    }
    return text;
}

ExitCode info(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, "/v1/agent/self", [&](const json::value& self) {
            const json::value* found =
                self.is_object() ? self.get_object().if_contains("Stats") : nullptr;
            const json::value stats = found ? *found : json::value(json::object());
            console.out(as_json.value() ? pretty_json(stats) : stats_text(stats));
            return ExitCode::Ok;
        });
    });
}

// Of Consul's `exec`: they are understood, so that the sentence is read and not one about a flag.
std::vector<CliFlag> exec_flags() {
    std::vector<CliFlag> flags;
    for (const char* name : {"node", "service", "tag", "wait", "wait-repl", "prefix"})
        flags.push_back({.name = name, .value = "TEXT", .help = {}});
    for (const char* name : {"shell", "verbose"})
        flags.push_back({.name = name, .value = {}, .help = {}});
    return with_server_flags(std::move(flags));
}

CliCommand list_of(std::string path, std::string summary, const char* target,
                   std::string (*as_table)(const json::value&)) {
    const std::string example = "weft " + path;
    return {.path = std::move(path),
            .group = "operate",
            .summary = std::move(summary),
            .words = {},
            .words_max = 0,
            .flags = with_server_flags({format_flag()}),
            .examples = {example},
            .run = [target, as_table](const CliArguments& arguments, CliConsole& console) {
                return show_list(arguments, console, target, as_table);
            }};
}

}  // namespace

std::vector<CliCommand> operator_commands() {
    return {
        list_of("operator raft list-peers", "List the servers that keep the log, and who leads.",
                "/v1/operator/raft/configuration", peers_table),
        list_of("operator autopilot get-config", "Show how failed servers are dealt with.",
                "/v1/operator/autopilot/configuration", autopilot_text),
        {.path = "info",
         .group = "operate",
         .summary = "Show the agent's figures about itself.",
         .words = {},
         .words_max = 0,
         .flags = with_client_flags({format_flag()}),
         .examples = {"weft info"},
         .run = info},
        {.path = "exec",
         .group = "operate",
         .summary = "Not in weft: running commands on other nodes is left to ssh and its like.",
         .words = "..",
         .words_max = 10000,
         .flags = exec_flags(),
         .examples = {},
         .run =
             [](const CliArguments&, CliConsole& console) {
                 return fail(
                     console, ExitCode::Failed,
                     {.what = "weft runs no commands on other nodes: whoever can write keys "
                              "could run anything everywhere",
                      .help = "use ssh, or `weft event` with `weft watch -type=event` and a "
                              "handler of your own"});
             },
         .command_from = 0},
    };
}

}  // namespace weft::agent
