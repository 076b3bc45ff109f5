#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "agent/base/base64.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/kv_commands.hpp"
#include "agent/cli/kv_pair.hpp"

// Commands that read keys.
namespace weft::agent {

namespace json = boost::json;

std::string without_leading_slash(const std::string& key) {
    return key.starts_with('/') ? key.substr(1) : key;
}

ExitCode with_pairs(CliConsole& console, const AgentClient& client, const Target& target,
                    const std::function<ExitCode(const HttpResponse&)>& use) {
    auto response = client.call("GET", target.text());
    if (response && response.value().status == 404) {
        response.value().status = 200;
        response.value().body = "[]";
    }
    return with_answer(console, client, response, use);
}

std::vector<CliCommand> kv_commands() {
    return {kv_get_command(),    kv_list_command(),   kv_put_command(),
            kv_delete_command(), kv_export_command(), kv_import_command()};
}

ExitCode fail_unreadable(CliConsole& console, const Error& error) {
    return fail(console, ExitCode::Failed,
                {.what = "the agent's answer has no keys",
                 .cause = error.message(),
                 .code = failure_code::kRefused});
}

namespace {

ExitCode with_read_pairs(CliConsole& console, const AgentClient& client, const Target& target,
                         const std::function<ExitCode(const std::vector<KvPair>&)>& use) {
    return with_pairs(console, client, target, [&](const HttpResponse& response) {
        const auto pairs = read_pairs(response.body);
        return pairs ? use(pairs.value()) : fail_unreadable(console, pairs.error());
    });
}

ExitCode fail_no_key(CliConsole& console, const std::string& key) {
    return fail(console, ExitCode::Failed,
                {.what = "no key exists at: " + key,
                 .help = "`weft kv get -keys PREFIX` lists what there is",
                 .code = failure_code::kNotFound,
                 .as_consul = "Error! No key exists at: " + key});
}

std::string shown(const KvPair& pair, bool as_base64) {
    return as_base64 ? base64(pair.value) : pair.value;
}

ExitCode show_one(const CliArguments& arguments, CliConsole& console, const std::string& key,
                  const std::vector<KvPair>& pairs) {
    if (pairs.empty()) return fail_no_key(console, key);
    const bool as_base64 = arguments.is_on("base64");
    console.out(arguments.is_on("detailed") ? details_of(pairs.front(), as_base64)
                                            : shown(pairs.front(), as_base64) + "\n");
    return ExitCode::Ok;
}

ExitCode show_tree(const CliArguments& arguments, CliConsole& console,
                   const std::vector<KvPair>& pairs) {
    const bool as_base64 = arguments.is_on("base64");
    const bool detailed = arguments.is_on("detailed");
    std::string text;
    for (const KvPair& pair : pairs) {
        if (detailed)
            text += (text.empty() ? "" : "\n") + details_of(pair, as_base64);
        else
            text += fmt::format("{}:{}\n", pair.key, shown(pair, as_base64));
    }
    console.out(text);
    return ExitCode::Ok;
}

ExitCode show_names(CliConsole& console, const std::string& body) {
    const auto names = read_key_names(body);
    if (!names) return fail_unreadable(console, names.error());
    std::string text;
    for (const std::string& name : names.value()) text += name + "\n";
    console.out(text);
    return ExitCode::Ok;
}

// The agent's own JSON, laid out; for -format=json.
ExitCode show_json(CliConsole& console, const HttpResponse& response) {
    json::error_code failure;
    const json::value parsed = json::parse(response.body, failure);
    console.out(failure ? response.body : pretty_json(parsed));
    return ExitCode::Ok;
}

ExitCode kv_get(const CliArguments& arguments, CliConsole& console) {
    const auto as_json = wants_json(arguments);
    if (!as_json) return fail_usage(console, as_json.error().message());
    const bool keys = arguments.is_on("keys");
    const bool recurse = arguments.is_on("recurse");
    const std::string word = arguments.words().empty() ? "" : arguments.words().front();
    const std::string key = without_leading_slash(word);
    if (key.empty() && !keys && !recurse)
        return fail_usage(console, "name a key, or a prefix with -recurse or -keys",
                          "Error! Missing KEY argument");
    Target target("/v1/kv/" + url_escape_path(key));
    if (keys) target.add("keys").add("separator", arguments.text("separator", "/"));
    if (recurse && !keys) target.add("recurse");
    return with_client(arguments, console, [&](const AgentClient& client) {
        if (!keys && !as_json.value())
            return with_read_pairs(console, client, target, [&](const auto& pairs) {
                return recurse ? show_tree(arguments, console, pairs)
                               : show_one(arguments, console, key, pairs);
            });
        return with_pairs(console, client, target, [&](const HttpResponse& response) {
            if (!keys && !recurse && response.body == "[]") return fail_no_key(console, key);
            if (as_json.value()) return show_json(console, response);
            return show_names(console, response.body);
        });
    });
}

ExitCode kv_list(const CliArguments& arguments, CliConsole& console) {
    CliArguments of_get = arguments;
    of_get.add("keys", "true");
    if (arguments.is_on("recurse")) of_get.add("separator", "");
    return kv_get(of_get, console);
}

ExitCode kv_export(const CliArguments& arguments, CliConsole& console) {
    const std::string word = arguments.words().empty() ? "" : arguments.words().front();
    Target target("/v1/kv/" + url_escape_path(without_leading_slash(word)));
    target.add("recurse");
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_read_pairs(console, client, target, [&](const std::vector<KvPair>& pairs) {
            console.out(export_text(pairs));
            return ExitCode::Ok;
        });
    });
}

}  // namespace

CliCommand kv_get_command() {
    return {.path = "kv get",
            .group = "data",
            .summary = "Show the value of a key, or what is below a prefix.",
            .words = "[KEY]",
            .words_max = 1,
            .flags = with_server_flags(
                {{.name = "recurse",
                  .value = {},
                  .help = "all keys that begin with the word, as key:value",
                  .against = {"keys"}},
                 {"keys", "", "only the names, up to the separator"},
                 {.name = "separator",
                  .value = "TEXT",
                  .help = "with -keys: where names are cut; / by default",
                  .needs = {"keys"}},
                 {"detailed", "", "with indexes, flags and the session that holds the key"},
                 {"base64", "", "values in base 64"},
                 format_flag()}),
            .examples = {"weft kv get config/web/port", "weft kv get -keys config/"},
            .run = kv_get,
            .completes = "keys"};
}

CliCommand kv_list_command() {
    return {.path = "kv list",
            .group = "data",
            .summary = "List the names of the keys below a prefix, as `kv get -keys`.",
            .words = "[PREFIX]",
            .words_max = 1,
            .flags = with_server_flags({{.name = "recurse",
                                         .value = {},
                                         .help = "all of them, not only up to the next /",
                                         .against = {"separator"}},
                                        {"separator", "TEXT", "where names are cut; / by default"},
                                        format_flag()}),
            .examples = {"weft kv list config/", "weft kv list -recurse"},
            .run = kv_list,
            .completes = "keys"};
}

CliCommand kv_export_command() {
    return {.path = "kv export",
            .group = "data",
            .summary = "Print all keys below a prefix as JSON, for `weft kv import`.",
            .words = "[PREFIX]",
            .words_max = 1,
            .flags = with_server_flags({}),
            .examples = {"weft kv export config/ >config.json"},
            .run = kv_export,
            .completes = "keys"};
}

}  // namespace weft::agent
