#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/data_argument.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"
#include "agent/cli/target.hpp"

// `query`: prepared queries. Consul has these in its API only.
namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr const char* kQueries = "/v1/query";

json::value member_of(const json::value& object, std::string_view name) {
    const json::value* member = json_member(object, name);
    return member ? *member : json::value();
}

std::string queries_table(const json::value& queries) {
    TextTable table({"ID", "Name", "Template", "Service", "Near"});
    if (queries.is_array())
        for (const json::value& query : queries.get_array()) {
            const json::value service = member_of(query, "Service");
            table.add({json_text(query, "ID"), json_text(query, "Name"),
                       json_text(member_of(query, "Template"), "Type"),
                       json_text(service, "Service"), json_text(service, "Near")});
        }
    return table.render();
}

std::string instances_table(const json::value& answer) {
    TextTable table({"Node", "Address", "Port", "ID"});
    const json::value nodes = member_of(answer, "Nodes");
    if (nodes.is_array())
        for (const json::value& each : nodes.get_array()) {
            const json::value node = member_of(each, "Node");
            const json::value service = member_of(each, "Service");
            const std::string own = json_text(service, "Address");
            table.add({json_text(node, "Node"), own.empty() ? json_text(node, "Address") : own,
                       json_text(service, "Port"), json_text(service, "ID")});
        }
    return table.render();
}

// The id of the query that has this id or name; "" when there is none.
std::string id_in(const json::value& queries, std::string_view id_or_name) {
    if (!queries.is_array() || id_or_name.empty()) return {};
    for (const json::value& query : queries.get_array()) {
        const std::string id = json_text(query, "ID");
        if (id == id_or_name || json_text(query, "Name") == id_or_name) return id;
    }
    return {};
}

ExitCode fail_unknown(CliConsole& console, const std::string& word) {
    return fail(console, ExitCode::NotFound,
                {.what = "there is no prepared query " + word,
                 .help = "`weft query list` shows those there are",
                 .code = failure_code::kNotFound});
}

// Hands over the path of the one query that the word names.
ExitCode with_query(const CliArguments& arguments, CliConsole& console,
                    const std::function<ExitCode(const AgentClient&, const std::string&)>& use) {
    if (arguments.words().empty()) return fail_usage(console, "name the query, or give its id");
    const std::string& word = arguments.words().front();
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, kQueries, [&](const json::value& queries) {
            const std::string id = id_in(queries, word);
            if (id.empty()) return fail_unknown(console, word);
            return use(client, fmt::format("{}/{}", kQueries, url_escape(id)));
        });
    });
}

ExitCode list(const CliArguments& arguments, CliConsole& console) {
    return show_list(arguments, console, kQueries, queries_table);
}

ExitCode read(const CliArguments& arguments, CliConsole& console) {
    return with_query(arguments, console, [&](const AgentClient& client, const std::string& path) {
        return with_json(console, client, path, [&](const json::value& found) {
            const bool one = found.is_array() && found.get_array().size() == 1;
            console.out(pretty_json(one ? found.get_array().front() : found));
            return ExitCode::Ok;
        });
    });
}

ExitCode remove(const CliArguments& arguments, CliConsole& console) {
    return with_query(arguments, console, [&](const AgentClient& client, const std::string& path) {
        return with_answer(
            console, client, client.call("DELETE", path),
            [&](const HttpResponse&) {
                console.out("Deleted query: " + arguments.words().front() + "\n");
                return ExitCode::Ok;
            },
            "cannot delete the query");
    });
}

ExitCode create(CliConsole& console, const AgentClient& client, const std::string& body) {
    return with_answer(
        console, client, client.call("POST", kQueries, body),
        [&](const HttpResponse& response) {
            json::error_code failure;
            console.out(json_text(json::parse(response.body, failure), "ID") + "\n");
            return ExitCode::Ok;
        },
        "cannot write the query");
}

// What is written takes the place of the query with its id or, where it has none, its name.
ExitCode write(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return fail_usage(console, "give the query: @FILE, - for the input, or the JSON itself");
    const auto data = data_of(arguments.words().front(), console);
    json::error_code failure;
    const json::value query = data ? json::parse(data.value(), failure) : json::value();
    if (!data || failure || !query.is_object())
        return fail(console, ExitCode::Failed,
                    {.what = "cannot read the query",
                     .cause = !data     ? data.error().message()
                              : failure ? "it is no JSON: " + failure.message()
                                        : "it is no JSON object",
                     .help = data_help(arguments.words().front(), "weft query write")
                                 .value_or("`weft query read` prints one as it is read here"),
                     .code = failure_code::kFile});
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, kQueries, [&](const json::value& queries) {
            std::string id = json_text(query, "ID");
            if (id.empty()) id = id_in(queries, json_text(query, "Name"));
            if (id.empty()) return create(console, client, data.value());
            return with_answer(
                console, client,
                client.call("PUT", fmt::format("{}/{}", kQueries, url_escape(id)), data.value()),
                [&](const HttpResponse&) {
                    console.out(id + "\n");
                    return ExitCode::Ok;
                },
                "cannot write the query");
        });
    });
}

ExitCode execute(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty()) return fail_usage(console, "name the query, or give its id");
    Target target(fmt::format("{}/{}/execute", kQueries, url_escape(arguments.words().front())));
    for (const char* flag : {"near", "limit"})
        if (arguments.has(flag)) target.add(flag, arguments.text(flag));
    return show_list(arguments, console, target.text(), instances_table);
}

ExitCode explain(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty()) return fail_usage(console, "name the query, or give its id");
    const std::string target =
        fmt::format("{}/{}/explain", kQueries, url_escape(arguments.words().front()));
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_json(console, client, target, [&](const json::value& answer) {
            console.out(pretty_json(member_of(answer, "Query")));
            return ExitCode::Ok;
        });
    });
}

}  // namespace

std::vector<CliCommand> query_commands() {
    return {
        data_command("query list", "List the prepared queries.", "", {format_flag()},
                     "weft query list", list),
        data_command("query read", "Print a prepared query as JSON.", "NAME | ID", {},
                     "weft query read near-web", read),
        write_command("query write", "Make a prepared query, or change the one of its id or name.",
                      "@FILE | - | JSON", {}, "weft query write @near-web.json", write),
        write_command("query delete", "Remove a prepared query.", "NAME | ID", {},
                      "weft query delete near-web", remove),
        data_command("query execute", "Run a prepared query and list the instances that it gives.",
                     "NAME | ID",
                     {{"near", "NODE", "nearest to this node first; _agent: to the agent"},
                      {"limit", "N", "at most so many instances"},
                      format_flag()},
                     "weft query execute -limit=3 near-web", execute),
        data_command("query explain", "Show what a name makes of a template, without running it.",
                     "NAME", {}, "weft query explain geo-web", explain),
    };
}

}  // namespace weft::agent
