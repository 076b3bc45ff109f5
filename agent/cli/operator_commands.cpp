#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/confirm.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"
#include "agent/cli/target.hpp"

// What the servers and this agent say about themselves.
namespace weft::agent {

namespace json = boost::json;

namespace {

std::string peers_table(const json::value& configuration, EmptyCell empty) {
    TextTable table({"Node", "ID", "Address", "State", "Voter", "RaftProtocol"});
    const json::value* servers = json_member(configuration, "Servers");
    if (servers && servers->is_array())
        for (const json::value& server : servers->get_array())
            table.add({json_text(server, "Node"), json_text(server, "ID"),
                       json_text(server, "Address"),
                       json_text(server, "Leader") == "true" ? "leader" : "follower",
                       json_text(server, "Voter"), json_text(server, "ProtocolVersion")});
    return table.render(empty);
}

ExitCode list_peers(const CliArguments& arguments, CliConsole& console) {
    return show_list(
        arguments, console, "/v1/operator/raft/configuration",
        [&](const json::value& answer) { return peers_table(answer, empty_cells(console)); });
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
            const json::value* found = json_member(self, "Stats");
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

ExitCode remove_peer(const CliArguments& arguments, CliConsole& console) {
    const bool by_id = arguments.has("id");
    if (by_id == arguments.has("address"))
        return fail_usage(
            console, "give either -id or -address of the server",
            by_id ? "cannot give both an address and id" : "an address or id is required");
    const char* flag = by_id ? "id" : "address";
    const std::string value = arguments.text(flag);
    const std::string effect = fmt::format("remove the server with {} {}", flag, value);
    if (const auto end = confirm(arguments, console, effect)) return *end;
    const Target target = Target("/v1/operator/raft/peer").add(flag, value);
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(
            console, client, client.call("DELETE", target.text()),
            [&](const HttpResponse&) {
                console.out(fmt::format("Removed peer with {} \"{}\"\n", flag, value));
                return ExitCode::Ok;
            },
            "cannot remove the server");
    });
}

}  // namespace

std::vector<CliCommand> operator_commands() {
    return {
        {.path = "operator raft list-peers",
         .group = "operate",
         .summary = "List the servers that keep the log, and who leads.",
         .words = {},
         .words_max = 0,
         .flags = with_server_flags({format_flag()}),
         .examples = {"weft operator raft list-peers"},
         .run = list_peers},
        {.path = "operator raft remove-peer",
         .group = "operate",
         .summary =
             "Take a server that is gone for good out of those that keep the log; asks first.",
         .words = {},
         .words_max = 0,
         .flags = with_write_flags(with_danger_flags(
             {{"id", "ID", "the server with this id, see `weft operator raft list-peers`"},
              {"address", "ADDRESS", "the server with this address, host:port"}})),
         .examples = {"weft operator raft remove-peer -id=e35bde83-4e9c-434f-a6ef-453f44ee21ea"},
         .run = remove_peer},
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
