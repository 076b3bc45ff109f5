#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <optional>

#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/target.hpp"

// `maint`: takes the node or a service out of the answers for a while.
namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr std::string_view kNodeCheck = "_node_maintenance";
constexpr std::string_view kServiceCheck = "_service_maintenance:";

struct Maintained {
    bool is_node = false;
    std::string id;  // of the service; of the node its name
    std::string reason;
};

std::vector<Maintained> maintained(const json::value& checks) {
    std::vector<Maintained> all;
    if (!checks.is_object()) return all;
    for (const auto& [name, check] : checks.get_object()) {
        const std::string_view id(name.data(), name.size());
        if (id == kNodeCheck)
            all.push_back({true, json_text(check, "Node"), json_text(check, "Notes")});
        if (id.starts_with(kServiceCheck))
            all.push_back({false, json_text(check, "ServiceID"), json_text(check, "Notes")});
    }
    return all;
}

std::string as_text(const std::vector<Maintained>& all) {
    std::string text;
    for (const Maintained& one : all)
        text += fmt::format("{}:\n  {:<7} {}\n  Reason: {}\n\n", one.is_node ? "Node" : "Service",
                            one.is_node ? "Name:" : "ID:", one.id, one.reason);
    return text;
}

std::string as_json_text(const std::vector<Maintained>& all) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_array();
    for (const Maintained& one : all) {
        writer.begin_object();
        writer.field(one.is_node ? "Node" : "ServiceID", one.id);
        writer.field("Reason", one.reason);
        writer.end_object();
    }
    writer.end_array();
    return text + "\n";
}

std::optional<std::string> misuse(const CliArguments& arguments) {
    const bool enable = arguments.is_on("enable");
    const bool disable = arguments.is_on("disable");
    if (enable && disable) return "Only one of -enable or -disable may be provided";
    if (!enable && arguments.has("reason")) return "Reason may only be provided with -enable";
    if (!enable && !disable && arguments.has("service"))
        return "Service requires either -enable or -disable";
    return std::nullopt;
}

ExitCode show(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, "/v1/agent/checks", [&](const json::value& checks) {
            const auto all = maintained(checks);
            console.out(as_json.value() ? as_json_text(all) : as_text(all));
            return ExitCode::Ok;
        });
    });
}

ExitCode maint(const CliArguments& arguments, CliConsole& console) {
    if (const auto wrong = misuse(arguments)) return fail_usage(console, *wrong, *wrong);
    const bool enable = arguments.is_on("enable");
    if (!enable && !arguments.is_on("disable")) return show(arguments, console);
    const std::string service = arguments.text("service");
    const std::string whose = service.empty() ? "node" : "service";
    Target target(service.empty() ? "/v1/agent/maintenance"
                                  : "/v1/agent/service/maintenance/" + url_escape(service));
    target.add("enable", enable ? "true" : "false");
    if (enable) target.add("reason", arguments.text("reason"));
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(
            console, client, client.call("PUT", target.text()),
            [&](const HttpResponse&) {
                console.out(fmt::format(
                    "{} maintenance is now {}{}\n", service.empty() ? "Node" : "Service",
                    enable ? "enabled" : "disabled",
                    service.empty() ? "" : fmt::format(" for \"{}\"", service)));
                return ExitCode::Ok;
            },
            fmt::format("cannot {} maintenance of the {}", enable ? "enable" : "disable", whose));
    });
}

}  // namespace

CliCommand maint_command() {
    return {
        .path = "maint",
        .group = "operate",
        .summary =
            "Take this node, or a service of it, out of the answers; without flags: show "
            "what is out.",
        .words = {},
        .words_max = 0,
        .flags = with_client_flags({{"enable", "", "begin"},
                                    {"disable", "", "end"},
                                    {"service", "ID", "this service instead of the node"},
                                    {"reason", "TEXT", "shown as the check's notes"},
                                    format_flag()}),
        .examples = {"weft maint -enable -reason=\"new disk\"", "weft maint -disable -service=web"},
        .run = maint};
}

}  // namespace weft::agent
