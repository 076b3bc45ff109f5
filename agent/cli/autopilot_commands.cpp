#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/target.hpp"

// `operator autopilot`: how failed servers are dealt with.
namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr const char* kConfiguration = "/v1/operator/autopilot/configuration";

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

ExitCode get(const CliArguments& arguments, CliConsole& console) {
    return show_list(arguments, console, kConfiguration, autopilot_text);
}

struct Setting {
    enum class Kind { Switch, Number, Time, Text };

    const char* flag;
    const char* member;
    Kind kind;
};

constexpr Setting kSettings[] = {
    {"cleanup-dead-servers", "CleanupDeadServers", Setting::Kind::Switch},
    {"last-contact-threshold", "LastContactThreshold", Setting::Kind::Time},
    {"max-trailing-logs", "MaxTrailingLogs", Setting::Kind::Number},
    {"min-quorum", "MinQuorum", Setting::Kind::Number},
    {"server-stabilization-time", "ServerStabilizationTime", Setting::Kind::Time},
    {"redundancy-zone-tag", "RedundancyZoneTag", Setting::Kind::Text},
    {"disable-upgrade-migration", "DisableUpgradeMigration", Setting::Kind::Switch},
    {"upgrade-version-tag", "UpgradeVersionTag", Setting::Kind::Text},
};

Result<json::value> value_of(const Setting& setting, const CliArguments& arguments) {
    const std::string text = arguments.text(setting.flag);
    switch (setting.kind) {
        case Setting::Kind::Switch:
            return json::value(text == "true");
        case Setting::Kind::Number: {
            WEFT_TRY(const auto number, number_flag(arguments, setting.flag, 0));
            return json::value(number);
        }
        case Setting::Kind::Time: {
            WEFT_TRY(time_flag(arguments, setting.flag));
            return json::value(text);
        }
        case Setting::Kind::Text:
            break;
    }
    return json::value(text);
}

Result<json::object> changes_of(const CliArguments& arguments) {
    json::object changes;
    for (const Setting& setting : kSettings) {
        if (!arguments.has(setting.flag)) continue;
        WEFT_TRY(auto value, value_of(setting, arguments));
        changes[setting.member] = std::move(value);
    }
    return changes;
}

ExitCode write(CliConsole& console, const AgentClient& client, const std::string& index,
               const json::object& configuration) {
    const Target target = Target(kConfiguration).add("cas", index);
    return with_answer(
        console, client, client.call("PUT", target.text(), json::serialize(configuration)),
        [&](const HttpResponse& response) {
            constexpr const char* kChanged =
                "Configuration could not be atomically updated, please try again";
            if (!response.body.starts_with("true"))
                return fail(console, ExitCode::Failed,
                            {.what = "the configuration has changed meanwhile",
                             .help = "try again",
                             .code = failure_code::kConflict,
                             .as_consul = kChanged});
            console.out("Configuration updated!\n");
            return ExitCode::Ok;
        },
        {"cannot change the configuration", "Error setting Autopilot configuration"});
}

// What the flags leave out stays: it is read first, and written only if nobody was faster.
ExitCode set(const CliArguments& arguments, CliConsole& console) {
    const auto changes = changes_of(arguments);
    if (!changes) return fail_usage(console, changes.error().message());
    if (changes.value().empty() && !console.as_consul)
        return fail_usage(console, "say what to change, such as -min-quorum=3");
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, kConfiguration, [&](const json::value& current) {
            json::object wanted = current.is_object() ? current.get_object() : json::object();
            for (const auto& [member, value] : changes.value()) wanted[member] = value;
            return write(console, client, json_text(current, "ModifyIndex"), wanted);
        });
    });
}

}  // namespace

std::vector<CliCommand> autopilot_commands() {
    return {
        {.path = "operator autopilot get-config",
         .group = "operate",
         .summary = "Show how failed servers are dealt with.",
         .words = {},
         .words_max = 0,
         .flags = with_server_flags({format_flag()}),
         .examples = {"weft operator autopilot get-config"},
         .run = get},
        {.path = "operator autopilot set-config",
         .group = "operate",
         .summary = "Change how failed servers are dealt with; what is not named stays.",
         .words = {},
         .words_max = 0,
         .flags = with_write_flags(
             {{"cleanup-dead-servers", "", "a dead server is removed when a new one has come"},
              {"last-contact-threshold", "TIME", "a server is healthy that heard so recently"},
              {"max-trailing-logs", "N", "of the leader, and is at most so many entries behind"},
              {"min-quorum", "N", "so many servers are never gone below"},
              {"server-stabilization-time", "TIME", "so long a new server is healthy first"},
              // They are kept for clients that read them back; no server acts on them.
              {"redundancy-zone-tag", "NAME", ""},
              {"disable-upgrade-migration", "", ""},
              {"upgrade-version-tag", "NAME", ""}}),
         .examples = {"weft operator autopilot set-config -cleanup-dead-servers=false",
                      "weft operator autopilot set-config -min-quorum=3"},
         .run = set},
    };
}

}  // namespace weft::agent
