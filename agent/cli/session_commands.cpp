#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"
#include "agent/cli/target.hpp"

// `session`: who may hold keys, and for how long. Consul has these in its API only.
namespace weft::agent {

namespace json = boost::json;

namespace {

std::string lock_delay(const json::value& session) {
    const json::value* delay = json_member(session, "LockDelay");
    return delay && delay->is_int64() ? format_go_duration(Duration(delay->get_int64())) : "";
}

std::string names_of(const json::value& session, std::string_view member) {
    const json::value* names = json_member(session, member);
    std::string text;
    if (!names || !names->is_array()) return text;
    for (const json::value& name : names->get_array())
        if (name.is_string()) text += (text.empty() ? "" : ",") + std::string(name.get_string());
    return text;
}

std::string sessions_table(const json::value& sessions) {
    TextTable table({"ID", "Name", "Node", "Behavior", "TTL", "LockDelay"});
    if (sessions.is_array())
        for (const json::value& session : sessions.get_array())
            table.add({json_text(session, "ID"), json_text(session, "Name"),
                       json_text(session, "Node"), json_text(session, "Behavior"),
                       json_text(session, "TTL"), lock_delay(session)});
    return table.render();
}

std::string session_details(const json::value& session) {
    std::string text;
    const auto line = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{:<14}{}\n", name, value.empty() ? "-" : value);
    };
    for (const char* member : {"ID", "Name", "Node", "Behavior", "TTL"})
        line(member, json_text(session, member));
    line("LockDelay", lock_delay(session));
    line("NodeChecks", names_of(session, "NodeChecks"));
    line("ServiceChecks", names_of(session, "ServiceChecks"));
    if (const std::string older = names_of(session, "Checks"); !older.empty())
        line("Checks", older);
    line("CreateIndex", json_text(session, "CreateIndex"));
    return text;
}

ExitCode list(const CliArguments& arguments, CliConsole& console) {
    const std::string target = arguments.has("node")
                                   ? "/v1/session/node/" + url_escape(arguments.text("node"))
                                   : "/v1/session/list";
    return show_list(arguments, console, target, sessions_table);
}

ExitCode fail_unknown(CliConsole& console, const std::string& id) {
    return fail(console, ExitCode::NotFound,
                {.what = "there is no session " + id,
                 .help = "`weft session list` shows those there are",
                 .code = failure_code::kNotFound});
}

ExitCode read(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    if (arguments.words().empty()) return fail_usage(console, "name the session by its id");
    const std::string& id = arguments.words().front();
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(
            console, client, "/v1/session/info/" + url_escape(id), [&](const json::value& found) {
                if (!found.is_array() || found.get_array().empty())
                    return fail_unknown(console, id);
                const json::value& session = found.get_array().front();
                console.out(as_json.value() ? pretty_json(session) : session_details(session));
                return ExitCode::Ok;
            });
    });
}

std::string create_body(const CliArguments& arguments) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    const std::pair<const char*, const char*> fields[] = {{"name", "Name"},
                                                          {"node", "Node"},
                                                          {"ttl", "TTL"},
                                                          {"behavior", "Behavior"},
                                                          {"lock-delay", "LockDelay"}};
    for (const auto& [flag, member] : fields)
        if (arguments.has(flag)) writer.field(member, arguments.text(flag));
    if (arguments.has("check")) {
        writer.key("Checks");
        writer.begin_array();
        for (const std::string& check : arguments.all("check")) writer.value(check);
        writer.end_array();
    }
    writer.end_object();
    return body;
}

ExitCode create(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(
            console, client, client.call("PUT", "/v1/session/create", create_body(arguments)),
            [&](const HttpResponse& response) {
                json::error_code failure;
                const json::value made = json::parse(response.body, failure);
                console.out(as_json.value() ? pretty_json(made) : json_text(made, "ID") + "\n");
                return ExitCode::Ok;
            },
            "cannot create the session");
    });
}

// Renews or destroys the session that the word names.
ExitCode change(const CliArguments& arguments, CliConsole& console, const std::string& verb,
                const std::string& done) {
    if (arguments.words().empty()) return fail_usage(console, "name the session by its id");
    const std::string& id = arguments.words().front();
    return with_client(arguments, console, [&](const AgentClient& client) {
        const auto response = client.call("PUT", "/v1/session/" + verb + "/" + url_escape(id));
        if (response && response.value().status == 404) return fail_unknown(console, id);
        return with_answer(
            console, client, response,
            [&](const HttpResponse&) {
                console.out(done + " session: " + id + "\n");
                return ExitCode::Ok;
            },
            "cannot " + verb + " the session");
    });
}

}  // namespace

std::vector<CliCommand> session_commands() {
    return {
        data_command("session list", "List the sessions, or those of a node.", "",
                     {{"node", "NAME", "only those of this node"}, format_flag()},
                     "weft session list -node=db1", list),
        data_command("session read", "Show a session.", "ID", {format_flag()},
                     "weft session read 10045420-e6d0-6386-7f5f-01628b38d48a", read),
        write_command(
            "session create", "Make a session and print its id.", "",
            {{"name", "TEXT", "a name for people"},
             {"node", "NAME", "node it belongs to; the agent's by default"},
             {"ttl", "TIME", "it ends unless renewed within, 10s to 24h; without: it need not be"},
             {"behavior", "WORD", "what happens to its keys at its end: release (default), delete"},
             {"lock-delay", "TIME",
              "how long its keys stay locked after it was lost; 15s by default"},
             {"check", "ID", "it ends with this check; serfHealth by default", true},
             format_flag()},
            "weft session create -name=backup -ttl=30s", create),
        write_command("session renew", "Renew a session with a TTL.", "ID", {},
                      "weft session renew 10045420-e6d0-6386-7f5f-01628b38d48a",
                      [](const CliArguments& arguments, CliConsole& console) {
                          return change(arguments, console, "renew", "Renewed");
                      }),
        write_command("session destroy", "End a session.", "ID", {},
                      "weft session destroy 10045420-e6d0-6386-7f5f-01628b38d48a",
                      [](const CliArguments& arguments, CliConsole& console) {
                          return change(arguments, console, "destroy", "Destroyed");
                      }),
    };
}

}  // namespace weft::agent
