#include <fmt/format.h>
#include <re2/re2.h>

#include <boost/json/parse.hpp>

#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/ring_answers.hpp"
#include "agent/cli/target.hpp"

// How far the agents of the ring are from each other, whether they hear each other, and events to
// them.
namespace weft::agent {

namespace json = boost::json;

namespace {

// Two nodes, and which ring's coordinates tell of them.
struct Distance {
    std::string from, to;
    bool wan = false;

    const char* ring() const { return wan ? "WAN" : "LAN"; }
};

std::string distance_json(const Distance& asked, double milliseconds) {
    std::string text;
    JsonWriter writer(text, true);
    writer.begin_object();
    writer.field("Schema", "weft.rtt/1");
    writer.field("From", asked.from);
    writer.field("To", asked.to);
    writer.key("Milliseconds");
    writer.raw(fmt::format("{:.3f}", milliseconds));
    writer.field("Coordinates", asked.ring());
    writer.end_object();
    return text + "\n";
}

ExitCode show_rtt(CliConsole& console, const AgentClient& client, const Distance& asked,
                  bool as_json) {
    const char* target = asked.wan ? "/v1/coordinate/datacenters" : "/v1/coordinate/nodes";
    return with_json(console, client, target, [&](const json::value& found) {
        const auto estimate = asked.wan
                                  ? round_trip_ms(nodes_of_datacenters(found), asked.from, asked.to)
                                  : round_trip_ms(found, asked.from, asked.to);
        if (!estimate)
            return fail(console, ExitCode::Failed,
                        {.what = fmt::format("no coordinate is known of node \"{}\"",
                                             estimate.error().message()),
                         .help = asked.wan ? "with -wan nodes are named NODE.DATACENTER" : "",
                         .code = failure_code::kNotFound,
                         .as_consul = fmt::format("Could not find a coordinate for node \"{}\"",
                                                  estimate.error().message())});
        console.out(as_json
                        ? distance_json(asked, estimate.value())
                        : fmt::format("Estimated {} <-> {} rtt: {:.3f} ms (using {} coordinates)\n",
                                      asked.from, asked.to, estimate.value(), asked.ring()));
        return ExitCode::Ok;
    });
}

ExitCode rtt(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    const std::vector<std::string>& words = arguments.words();
    if (words.empty())
        return fail_usage(console, "name one or two nodes",
                          "One or two node names must be specified");
    const bool wan = arguments.is_on("wan");
    return with_client(arguments, console, [&](const AgentClient& client) {
        if (words.size() > 1)
            return show_rtt(console, client, {words[0], words[1], wan}, as_json.value());
        const auto from_own = [&](const json::value& self) {
            const json::value* config = json_member(self, "Config");
            std::string own = config ? json_text(*config, "NodeName") : "";
            if (wan && config) own += "." + json_text(*config, "Datacenter");
            return show_rtt(console, client, {words[0], own, wan}, as_json.value());
        };
        return with_json(console, client, "/v1/agent/self", from_own,
                         {"cannot tell this agent's name", "Unable to look up agent info"});
    });
}

ExitCode reachability(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    constexpr const char* kTarget = "/v1/internal/weft/reachability";
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, kTarget, [&](const json::value& found) {
            const ReachabilityText told = reachability_text(found);
            console.out(as_json.value() ? pretty_json(found) : told.text);
            return told.all ? ExitCode::Ok : ExitCode::Failed;
        });
    });
}

Result<std::string> event_target(const CliArguments& arguments) {
    if (!arguments.has("name"))
        return make_error(Errc::InvalidArgument, "give the event a name: -name=NAME");
    if (arguments.has("tag") && !arguments.has("service"))
        return make_error(Errc::InvalidArgument, "-tag needs -service, whose tags it is about");
    std::string target = "/v1/event/fire/" + url_escape(arguments.text("name"));
    char separator = '?';
    for (const char* flag : {"node", "service", "tag"}) {
        if (!arguments.has(flag)) continue;
        re2::RE2::Options options;
        options.set_log_errors(false);
        const re2::RE2 filter(arguments.text(flag), options);
        if (!filter.ok())
            return make_error(Errc::InvalidArgument,
                              fmt::format("-{}=\"{}\" is no expression: {}", flag,
                                          arguments.text(flag), filter.error()));
        target += fmt::format("{}{}={}", separator, flag, url_escape(arguments.text(flag)));
        separator = '&';
    }
    return target;
}

ExitCode event(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    const auto target = event_target(arguments);
    if (!target)
        return fail_usage(console, target.error().message(),
                          arguments.has("name") ? "" : "Event name must be specified");
    const std::string payload = arguments.words().empty() ? "" : arguments.words().front();
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(console, client, client.call("PUT", target.value(), payload),
                           [&](const HttpResponse& response) {
                               json::error_code failure;
                               const json::value fired = json::parse(response.body, failure);
                               console.out(as_json.value()
                                               ? pretty_json(fired)
                                               : "Event ID: " + json_text(fired, "ID") + "\n");
                               return ExitCode::Ok;
                           });
    });
}

}  // namespace

CliCommand rtt_command() {
    return {
        .path = "rtt",
        .group = "look",
        .summary = "Estimate the round trip time between two nodes, or from this agent.",
        .words = "NODE [NODE]",
        .words_max = 2,
        .flags = with_client_flags(
            {{"wan", "", "between servers of datacenters, named NODE.DATACENTER"}, format_flag()}),
        .examples = {"weft rtt db1", "weft rtt db1 db2"},
        .run = rtt,
        .completes = "nodes"};
}

CliCommand reachability_command() {
    return {.path = "reachability",
            .group = "look",
            .summary = "Ask all members at once and name those that do not answer.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags({format_flag()}),
            .examples = {"weft reachability"},
            .run = reachability};
}

CliCommand event_command() {
    return {.path = "event",
            .group = "operate",
            .summary = "Send an event to all agents, or to those that filters choose.",
            .words = "[PAYLOAD]",
            .words_max = 1,
            .flags = with_client_flags(
                {{"name", "NAME", "name of the event"},
                 {"node", "EXPRESSION", "only agents whose node's name it matches"},
                 {"service", "EXPRESSION", "only agents with such a service"},
                 {"tag", "EXPRESSION", "only agents where that service has such a tag"},
                 format_flag()}),
            .examples = {"weft event -name=deploy v1.2.3", "weft event -name=restart -service=web"},
            .run = event};
}

}  // namespace weft::agent
