#include <fmt/format.h>

#include <optional>

#include "agent/base/base64.hpp"
#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/confirm.hpp"
#include "agent/cli/data_argument.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/interruption.hpp"
#include "agent/cli/kv_commands.hpp"
#include "agent/cli/kv_pair.hpp"
#include "agent/io/run_blocking.hpp"

// Commands that write keys.
namespace weft::agent {

namespace asio = boost::asio;

ExitCode fail_data(CliConsole& console, const std::string& word, const Error& error) {
    return fail(
        console, ExitCode::Failed,
        {.what = "failed to read the data",
         .cause = error.message(),
         .code = failure_code::kFile,
         .as_consul = "Error! Failed to read file: " + go_file_error(word.substr(1), error)});
}

namespace {

constexpr std::string_view kTrue = "true";

bool said_true(const HttpResponse& response) {
    return response.body.starts_with(kTrue);
}

// What a put is besides a write: whom it depends on, and what is said of it.
struct PutMode {
    const char* flag;
    std::string done, refused, help;
};

PutMode put_mode(const CliArguments& arguments, const std::string& key) {
    if (arguments.is_on("cas"))
        return {"cas", "Data written to: " + key, "did not write to " + key + ": CAS failed",
                "`weft kv get -detailed " + key + "` shows the index it has now"};
    const std::string holder =
        "`weft kv get -detailed " + key + "` shows the session that holds it";
    if (arguments.is_on("acquire"))
        return {"acquire", "Lock acquired on: " + key, "did not acquire lock", holder};
    if (arguments.is_on("release"))
        return {"release", "Lock released on: " + key, "did not release lock", holder};
    return {"", "Data written to: " + key, "did not write to " + key, ""};
}

// -cas needs the index that the key must have, and -acquire and -release need a session.
std::optional<ExitCode> put_misuse(const CliArguments& arguments, CliConsole& console,
                                   std::uint64_t modify_index) {
    if (arguments.is_on("cas") && !arguments.has("modify-index"))
        return fail_usage(console, "-cas needs -modify-index, 0 for a key that must not exist",
                          "Must specify -modify-index with -cas!");
    // Consul cannot tell 0 from none.
    if (console.as_consul && arguments.is_on("cas") && modify_index == 0)
        return fail_usage(console, "Must specify -modify-index with -cas!");
    const bool locks = arguments.is_on("acquire") || arguments.is_on("release");
    if (locks && arguments.text("session").empty())
        return fail_usage(console, "-acquire and -release need -session",
                          "Error! Missing -session (required with -acquire and -release)");
    return std::nullopt;
}

Result<std::string> put_data(const CliArguments& arguments, const CliConsole& console) {
    if (arguments.words().size() < 2) return std::string();
    WEFT_TRY(auto data, data_of(arguments.words()[1], console));
    if (!arguments.is_on("base64")) return data;
    return go_base64(data);
}

ExitCode kv_put(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return fail_usage(console, "name a key", "Error! Missing KEY argument");
    const std::string& key = arguments.words().front();
    if (key.starts_with('/'))
        return fail_usage(
            console, "a key does not begin with /: " + key,
            "Error! Failed writing data: Invalid key. Key must not begin with a '/': " + key);
    const auto modify_index = number_flag(arguments, "modify-index", 0);
    if (!modify_index) return fail_usage(console, modify_index.error().message());
    const auto flags = number_flag(arguments, "flags", 0);
    if (!flags) return fail_usage(console, flags.error().message());
    if (const auto code = put_misuse(arguments, console, modify_index.value())) return *code;
    const auto data = put_data(arguments, console);
    if (!data) return fail_data(console, arguments.words()[1], data.error());

    const PutMode mode = put_mode(arguments, key);
    const std::string_view flag = mode.flag;
    Target target("/v1/kv/" + url_escape_path(key));
    if (flags.value() != 0) target.add("flags", std::to_string(flags.value()));
    if (flag == "cas") target.add("cas", std::to_string(modify_index.value()));
    if (flag == "acquire" || flag == "release") target.add(flag, arguments.text("session"));
    return with_client(arguments, console, [&](const AgentClient& client) {
        return with_answer(
            console, client, client.call("PUT", target.text(), data.value()),
            [&](const HttpResponse& response) {
                if (!said_true(response))
                    return fail(
                        console, ExitCode::Failed,
                        {.what = mode.refused, .help = mode.help, .code = failure_code::kConflict});
                console.out("Success! " + mode.done + "\n");
                return ExitCode::Ok;
            },
            "failed writing data");
    });
}

std::optional<ExitCode> delete_misuse(const CliArguments& arguments, CliConsole& console,
                                      const std::string& key, std::uint64_t modify_index) {
    const bool cas = arguments.is_on("cas");
    if (key.empty() && !arguments.is_on("recurse"))
        return fail_usage(console, "name a key, or a prefix with -recurse",
                          "Error! Missing KEY argument");
    if (cas && arguments.is_on("recurse"))
        return fail_usage(console, "-cas and -recurse do not go together",
                          "Cannot specify both -cas and -recurse!");
    if (cas && modify_index == 0)
        return fail_usage(console, "-cas needs the -modify-index of the key",
                          "Must specify -modify-index with -cas!");
    if (!cas && modify_index != 0)
        return fail_usage(console, "-modify-index goes with -cas",
                          "Cannot specify -modify-index without -cas!");
    return std::nullopt;
}

asio::awaitable<Result<HttpResponse>> delete_unless_interrupted(
    const AgentClient& client, CliConsole& console, std::string target, std::string prefix,
    std::optional<ExitCode>& interrupted) {
    auto interruption = Interruption::open(co_await asio::this_coro::executor);
    if (!interruption) co_return interruption.error();
    auto deleting = client.fetch("DELETE", std::move(target));
    auto told = client.telling(std::move(deleting));
    auto response = co_await interruption.value().unless(std::move(told));
    if (!response && interruption.value().came())
        interrupted = interruption.value().report(
            console, "the agent was asked to delete the keys; whether it did is not known",
            "`weft kv get -keys " + prefix + "` shows what there is");
    co_return response;
}

ExitCode delete_keys(const CliArguments& arguments, CliConsole& console, const AgentClient& client,
                     const std::string& key) {
    const bool recurse = arguments.is_on("recurse");
    Target target("/v1/kv/" + url_escape_path(key));
    if (recurse) target.add("recurse");
    if (arguments.is_on("cas")) target.add("cas", arguments.text("modify-index"));
    std::optional<ExitCode> interrupted;
    const auto deleted = recurse ? run_blocking(delete_unless_interrupted(
                                       client, console, target.text(), key, interrupted))
                                 : client.call("DELETE", target.text());
    if (interrupted) return *interrupted;
    return with_answer(
        console, client, deleted,
        [&](const HttpResponse& response) {
            if (!said_true(response))
                return fail(console, ExitCode::Failed,
                            {.what = fmt::format("did not delete key {}: CAS failed", key),
                             .code = failure_code::kConflict});
            console.out(fmt::format("Success! Deleted {}: {}\n",
                                    recurse ? "keys with prefix" : "key", key));
            return ExitCode::Ok;
        },
        "failed deleting " + key);
}

// Counts the keys first, so that it can be asked whether they are meant.
ExitCode delete_prefix(const CliArguments& arguments, CliConsole& console,
                       const AgentClient& client, const std::string& prefix) {
    const Target target = Target("/v1/kv/" + url_escape_path(prefix)).add("keys");
    return with_pairs(console, client, target, [&](const HttpResponse& response) {
        const auto names = read_key_names(response.body);
        if (!names) return fail_unreadable(console, names.error());
        const std::size_t count = names.value().size();
        const std::string effect = fmt::format(
            "delete {} {}{}", count, count == 1 ? "key" : "keys",
            prefix.empty() ? ", all there are" : fmt::format(", all that begin with {}", prefix));
        const auto end = confirm(arguments, console, effect);
        return end ? *end : delete_keys(arguments, console, client, prefix);
    });
}

ExitCode kv_delete(const CliArguments& arguments, CliConsole& console) {
    const std::string word = arguments.words().empty() ? "" : arguments.words().front();
    const std::string key = without_leading_slash(word);
    const auto modify_index = number_flag(arguments, "modify-index", 0);
    if (!modify_index) return fail_usage(console, modify_index.error().message());
    if (const auto code = delete_misuse(arguments, console, key, modify_index.value()))
        return *code;
    return with_client(arguments, console, [&](const AgentClient& client) {
        if (arguments.is_on("recurse") && asks_first(arguments, console))
            return delete_prefix(arguments, console, client, key);
        if (arguments.is_on("dry-run")) return *confirm(arguments, console, "delete key " + key);
        return delete_keys(arguments, console, client, key);
    });
}

}  // namespace

CliCommand kv_put_command() {
    return {
        .path = "kv put",
        .group = "data",
        .summary = "Write a key.",
        .words = "KEY [DATA | @FILE | -]",
        .words_max = 2,
        .flags = with_write_flags(
            {{"flags", "NUMBER", "a number that clients may give the key; 0 by default"},
             {"base64", "", "the data is in base 64"},
             {.name = "cas",
              .value = {},
              .help = "write only if the key has the index of -modify-index",
              .against = {"acquire", "release"}},
             modify_index_flag("that index, as `kv get -detailed` shows it"),
             {.name = "acquire",
              .value = {},
              .help = "lock the key with the session; fails if another holds it",
              .against = {"release"}},
             {"release", "", "unlock the key, which the session must hold"},
             {.name = "session",
              .value = "ID",
              .help = "session of -acquire and -release",
              .needs = {"acquire", "release"}}}),
        .examples = {"weft kv put config/web/port 8080", "weft kv put config/license @license.txt",
                     "weft kv put -cas -modify-index=844 config/web/port 8081"},
        .run = kv_put,
        .completes = "keys"};
}

CliCommand kv_delete_command() {
    return {.path = "kv delete",
            .group = "data",
            .summary = "Delete a key, or all keys below a prefix.",
            .words = "KEY | -recurse PREFIX",
            .words_max = 1,
            .flags = with_write_flags(with_danger_flags(
                {{"recurse", "", "all keys that begin with the word; asks first"},
                 {"cas", "", "only if the key has the index of -modify-index"},
                 modify_index_flag("that index, as `kv get -detailed` shows it")})),
            .examples = {"weft kv delete config/old", "weft kv delete -recurse config/old/"},
            .run = kv_delete,
            .completes = "keys"};
}

}  // namespace weft::agent
