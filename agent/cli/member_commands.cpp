#include <fmt/format.h>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/confirm.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/ring_answers.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr int kConsulNobody = 2;

ExitCode show_members(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    const std::string status = arguments.text("status", ".*");
    if (const auto checked = chosen_members({}, status); !checked)
        return fail_usage(console, checked.error().message());
    // All of them unless one is named; the agent says that it has none.
    const std::string segment = arguments.text("segment");
    Target target = Target("/v1/agent/members").add("segment", segment.empty() ? "_all" : segment);
    if (arguments.is_on("wan")) target.add("wan", "1");
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, target.text(), [&](const json::value& members) {
            const json::array chosen = chosen_members(members, status).value();
            if (chosen.empty() && console.as_consul) return exactly(kConsulNobody);
            console.out(as_json.value() ? pretty_json(chosen)
                                        : members_table(chosen, arguments.is_on("detailed"),
                                                        empty_cells(console)));
            return chosen.empty() ? ExitCode::Failed : ExitCode::Ok;
        });
    });
}

ExitCode join(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return fail_usage(console, "name at least one agent to join",
                          "At least one address to join must be specified.");
    return with_client(arguments, console, [&](const AgentClient& client) {
        ExitCode worst = ExitCode::Ok;
        std::size_t joined = 0;
        for (const std::string& address : arguments.words()) {
            Target target("/v1/agent/join/" + url_escape(address));
            if (arguments.is_on("wan")) target.add("wan", "1");
            const ExitCode code = with_answer(
                console, client, client.call("PUT", target.text()),
                [&](const HttpResponse&) {
                    ++joined;
                    return ExitCode::Ok;
                },
                {"cannot join " + address, fmt::format("Error joining address '{}'", address)});
            if (code != ExitCode::Ok) worst = code;
            if (code == ExitCode::Unreachable) break;
        }
        if (joined == 0 && console.as_consul) console.err("Failed to join any nodes.\n");
        if (joined > 0)
            console.out(
                fmt::format("Successfully joined cluster by contacting {} nodes.\n", joined));
        return worst;
    });
}

ExitCode force_leave(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty()) return fail_usage(console, "name the member that shall leave");
    const std::string& node = arguments.words().front();
    const bool prunes = arguments.is_on("prune");
    const std::string target =
        "/v1/agent/force-leave/" + url_escape(node) + (prunes ? "?prune=1" : "");
    const bool asks = prunes || arguments.is_on("dry-run");
    if (asks && asks_first(arguments, console)) {
        const auto effect = fmt::format("count {} as one that left{}", node,
                                        prunes ? ", and forget it at once and for good" : "");
        if (const auto end = confirm(arguments, console, effect)) return *end;
    }
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(console, client, client.call("PUT", target),
                           [](const HttpResponse&) { return ExitCode::Ok; });
    });
}

}  // namespace

CliCommand members_command() {
    return {.path = "members",
            .group = "look",
            .summary = "List the agents of the ring and how they are.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"detailed", "", "all tags of each member"},
                 {"status", "EXPRESSION", "only members whose status the expression matches"},
                 {"wan", "", "servers, under their names between datacenters"},
                 {"segment", "NAME", ""},
                 format_flag()}),
            .examples = {"weft members", "weft members -status='left|failed'"},
            .run = show_members};
}

CliCommand join_command() {
    return {.path = "join",
            .group = "operate",
            .summary = "Have the agent join the rings of others.",
            .words = "ADDRESS ..",
            .words_max = 1000,
            .flags = with_client_flags({{"wan", "", "the ring between datacenters"}}),
            .examples = {"weft join 10.0.0.1", "weft join db1.example.com:8301"},
            .run = join};
}

CliCommand force_leave_command() {
    return {.path = "force-leave",
            .group = "operate",
            .summary = "Count a failed member as one that left.",
            .words = "NODE",
            .words_max = 1,
            .flags = with_client_flags(
                with_danger_flags({{"prune", "", "forget it at once and for good; asks first"}})),
            .examples = {"weft force-leave db1"},
            .run = force_leave,
            .completes = "nodes"};
}

}  // namespace weft::agent
