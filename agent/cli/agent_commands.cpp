#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

// Facts of `status`, gathered from three calls.
struct AgentStatus {
    std::string version, node, datacenter, leader, restart_needed;
    bool server = false;
    bool storage_failed = false;  // no more changes until a restart
    std::size_t services = 0;
    std::size_t passing = 0, warning = 0, critical = 0;
    std::vector<std::string> failing;  // "web: service:web1 critical: connection refused"
};

void take_self(const json::value& self, AgentStatus& status) {
    if (const json::value* config = json_member(self, "Config")) {
        status.version = json_text(*config, "Version");
        status.node = json_text(*config, "NodeName");
        status.datacenter = json_text(*config, "Datacenter");
        status.server = json_text(*config, "Server") == "true";
    }
    const json::value* stats = json_member(self, "Stats");
    if (!stats) return;
    if (const json::value* raft = json_member(*stats, "raft"))
        status.storage_failed = json_text(*raft, "state") == "Shutdown";
    if (const json::value* agent = json_member(*stats, "agent"))
        status.restart_needed = json_text(*agent, "restart_needed");
    // Config.Version is the version of Consul whose API is spoken.
    if (const json::value* build = json_member(*stats, "build"))
        if (const std::string weft = json_text(*build, "weft"); !weft.empty())
            status.version = weft;
}

// The first line of a check's output, cut to what fits beside its name.
std::string first_line(const std::string& output) {
    std::string line = output.substr(0, output.find('\n'));
    if (line.size() > 80) line.resize(80);
    return line;
}

void take_check(std::string_view id, const json::value& check, AgentStatus& status) {
    const std::string state = json_text(check, "Status");
    if (state == "passing") ++status.passing;
    if (state == "warning") ++status.warning;
    if (state == "critical") ++status.critical;
    if (state != "passing")
        status.failing.push_back(
            fmt::format("{} {}: {}", id, state, first_line(json_text(check, "Output"))));
}

std::string as_text(const AgentStatus& status) {
    std::string text = fmt::format("weft {}  node {}  {}  {}\n", status.version, status.node,
                                   status.datacenter, status.server ? "server" : "client");
    text += fmt::format("  leader    {}\n", status.leader.empty() ? "none" : status.leader);
    if (status.storage_failed)
        text +=
            "  storage   failed: no change is taken until the agent is restarted; its log says "
            "why\n";
    text += fmt::format("  services  {}\n", status.services);
    text += fmt::format("  checks    {} passing, {} warning, {} critical\n", status.passing,
                        status.warning, status.critical);
    for (const std::string& line : status.failing) text += fmt::format("            {}\n", line);
    if (!status.restart_needed.empty())
        text += fmt::format("  restart   needed for: {}\n", status.restart_needed);
    return text;
}

std::string as_json(const AgentStatus& status) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_object();
    writer.field("Schema", "weft.status/1");
    writer.field("Version", status.version);
    writer.field("Node", status.node);
    writer.field("Datacenter", status.datacenter);
    writer.field("Server", status.server);
    writer.field("Leader", status.leader);
    writer.field("Services", static_cast<std::uint64_t>(status.services));
    writer.field("ChecksPassing", static_cast<std::uint64_t>(status.passing));
    writer.field("ChecksWarning", static_cast<std::uint64_t>(status.warning));
    writer.field("ChecksCritical", static_cast<std::uint64_t>(status.critical));
    writer.key("Failing");
    writer.begin_array();
    for (const std::string& line : status.failing) writer.value(line);
    writer.end_array();
    writer.field("StorageFailed", status.storage_failed);
    writer.field("RestartNeeded", status.restart_needed);
    writer.end_object();
    return text + "\n";
}

ExitCode show_status(const AgentClient& client, bool json_wanted, CliConsole& console) {
    AgentStatus status;
    const auto quietly = [](const std::function<void()>& take) {
        take();
        return ExitCode::Ok;
    };
    ExitCode code = with_json(console, client, "/v1/agent/self", [&](const json::value& self) {
        return quietly([&] { take_self(self, status); });
    });
    if (code != ExitCode::Ok) return code;
    code = with_json(console, client, "/v1/status/leader", [&](const json::value& leader) {
        return quietly([&] {
            if (leader.is_string()) status.leader = std::string(leader.as_string());
        });
    });
    if (code != ExitCode::Ok) return code;
    code = with_json(console, client, "/v1/agent/services", [&](const json::value& services) {
        return quietly([&] {
            if (services.is_object()) status.services = services.as_object().size();
        });
    });
    if (code != ExitCode::Ok) return code;
    code = with_json(console, client, "/v1/agent/checks", [&](const json::value& checks) {
        return quietly([&] {
            if (!checks.is_object()) return;
            for (const auto& [id, check] : checks.as_object()) take_check(id, check, status);
        });
    });
    if (code != ExitCode::Ok) return code;
    console.out(json_wanted ? as_json(status) : as_text(status));
    if (status.leader.empty()) return ExitCode::NoLeader;
    return status.storage_failed ? ExitCode::Failed : ExitCode::Ok;
}

ExitCode reload(const AgentClient& client, CliConsole& console) {
    const ExitCode code = with_answer(
        console, client, client.call("PUT", "/v1/agent/reload"), [&](const HttpResponse&) {
            console.out(console.as_consul ? "Configuration reload triggered\n"
                                          : "Configuration reloaded\n");
            return ExitCode::Ok;
        });
    if (code != ExitCode::Ok) return code;
    return with_json(console, client, "/v1/agent/self", [&](const json::value& self) {
        AgentStatus status;
        take_self(self, status);
        if (!status.restart_needed.empty())
            console.err("warning: restart the agent to apply: " + status.restart_needed + "\n");
        return ExitCode::Ok;
    });
}

ExitCode monitor(const CliArguments& arguments, const AgentClient& client, CliConsole& console) {
    const std::string target = fmt::format("/v1/agent/monitor?loglevel={}{}",
                                           url_escape(arguments.text("log-level", "info")),
                                           arguments.is_on("log-json") ? "&logjson" : "");
    bool has_begun = false;
    const auto response = client.lines(target, [&](std::string_view line) {
        console.out(std::string(line) + "\n");
        has_begun = true;
        return true;
    });
    if (!response && has_begun) {
        return fail(console, ExitCode::Failed,
                    {.what = "the agent at " + client.address() + " ended the log",
                     .cause = response.error().message(),
                     .help = "`weft status` tells whether it runs",
                     .as_consul = "Remote side ended the monitor! This usually means that the\n"
                                  "remote side has exited or crashed."});
    }
    return with_answer(console, client, response, [](const HttpResponse&) { return ExitCode::Ok; });
}

}  // namespace

CliCommand status_command() {
    return {.path = "status",
            .group = "look",
            .summary = "Show the agent, its services and failing checks.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags({format_flag()}),
            .examples = {"weft status", "weft status -format=json"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                const auto format = wants_json(arguments);
                if (!format) return fail_usage(console, format.error().message());
                return with_client(arguments, console, [&](const AgentClient& client) {
                    return show_status(client, format.value(), console);
                });
            }};
}

CliCommand reload_command() {
    return {
        .path = "reload",
        .group = "operate",
        .summary =
            "Have the agent read its configuration again; returns when it is applied or refused.",
        .words = {},
        .words_max = 0,
        .flags = with_client_flags({}),
        .examples = {"weft reload"},
        .run = [](const CliArguments& arguments, CliConsole& console) {
            return with_client(arguments, console,
                               [&](const AgentClient& client) { return reload(client, console); });
        }};
}

CliCommand leave_command() {
    return {.path = "leave",
            .group = "operate",
            .summary = "Have the agent leave gracefully and end.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags({}),
            .examples = {"weft leave"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                return with_client(arguments, console, [&](const AgentClient& client) {
                    return with_answer(console, client, client.call("PUT", "/v1/agent/leave"),
                                       [&](const HttpResponse&) {
                                           console.out("Graceful leave complete\n");
                                           return ExitCode::Ok;
                                       });
                });
            }};
}

CliCommand monitor_command() {
    return {.path = "monitor",
            .group = "look",
            .summary = "Show the agent's log as it is written.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"log-level", "LEVEL", "trace, debug, info (the default), warn or err"},
                 {"log-json", "", "lines as JSON objects"}}),
            .examples = {"weft monitor -log-level=debug"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                return with_client(arguments, console, [&](const AgentClient& client) {
                    return monitor(arguments, client, console);
                });
            }};
}

std::vector<CliCommand> client_commands(const ServiceFileReader& read_file) {
    std::vector<CliCommand> all = {services_register_command(read_file),
                                   services_deregister_command(read_file),
                                   register_command(),
                                   deregister_command(),
                                   run_command(),
                                   status_command(),
                                   members_command(),
                                   catalog_nodes_command(),
                                   catalog_services_command(),
                                   catalog_datacenters_command(),
                                   monitor_command(),
                                   rtt_command(),
                                   reachability_command(),
                                   keygen_command(),
                                   keyring_command(),
                                   reload_command(),
                                   join_command(),
                                   leave_command(),
                                   force_leave_command(),
                                   event_command(),
                                   wait_command(),
                                   maint_command(),
                                   lock_command(),
                                   watch_command()};
    for (const auto& group : {kv_commands(), session_commands(), query_commands(),
                              operator_commands(), autopilot_commands()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace weft::agent
