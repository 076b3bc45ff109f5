#include <fmt/format.h>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/data_argument.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/interruption.hpp"
#include "agent/cli/kv_commands.hpp"
#include "agent/cli/kv_pair.hpp"
#include "agent/io/run_blocking.hpp"

// `kv import`: one key after the other, as Consul's.
namespace weft::agent {

namespace asio = boost::asio;

namespace {

// A signal ended the import after so many keys; of the next one nothing is known if it was sent.
ExitCode report(CliConsole& console, const Interruption& interruption, std::size_t written,
                std::size_t all, const std::string& sent) {
    const std::string done = fmt::format("{} of {} keys were written", written, all);
    return interruption.report(
        console, sent.empty() ? done : fmt::format("{}; whether {} was is not known", done, sent),
        "the same import again writes them all");
}

asio::awaitable<ExitCode> import_all(const AgentClient& client, CliConsole& console,
                                     const std::vector<KvPair>& pairs, std::string prefix) {
    auto interruption = Interruption::open(co_await asio::this_coro::executor);
    if (!interruption) co_return fail_start(console, ExitCode::Failed, interruption.error());
    std::size_t written = 0;
    for (const KvPair& pair : pairs) {
        if (interruption.value().came())
            co_return report(console, interruption.value(), written, pairs.size(), "");
        const std::string key = prefix + pair.key;
        Target target("/v1/kv/" + url_escape_path(key));
        if (pair.flags != 0) target.add("flags", std::to_string(pair.flags));
        auto writing = client.telling(client.fetch("PUT", target.text(), pair.value));
        const auto response = co_await interruption.value().unless(std::move(writing));
        if (!response && interruption.value().came())
            co_return report(console, interruption.value(), written, pairs.size(), key);
        const auto say = [&](const HttpResponse&) {
            console.out("Imported: " + key + "\n");
            return ExitCode::Ok;
        };
        const Doing doing("failed writing data for key " + key,
                          "Error! Failed writing data for key " + key);
        const ExitCode code = with_answer(console, client, response, say, doing);
        if (code != ExitCode::Ok) co_return code;
        ++written;
    }
    co_return ExitCode::Ok;
}

ExitCode import_pairs(const CliArguments& arguments, CliConsole& console,
                      const std::vector<KvPair>& pairs) {
    return with_client(arguments, console, [&](const AgentClient& client) {
        return run_blocking(import_all(client, console, pairs, arguments.text("prefix")));
    });
}

ExitCode kv_import(const CliArguments& arguments, CliConsole& console) {
    if (arguments.words().empty())
        return fail_usage(console, "give the data: @FILE, - for the input, or the JSON itself",
                          "Error! Missing DATA argument");
    if (arguments.words().front().empty())
        return fail_usage(console, "the data is empty", "Error! Empty DATA argument");
    const auto data = data_of(arguments.words().front(), console);
    if (!data) return fail_data(console, arguments.words().front(), data.error());
    const auto pairs = read_pairs(data.value());
    if (!pairs)
        return fail(console, ExitCode::Failed,
                    {.what = "the data is no export of keys",
                     .cause = pairs.error().message(),
                     .help = data_help(arguments.words().front(), "weft kv import")
                                 .value_or("`weft kv export` prints what is read here"),
                     .code = failure_code::kFile,
                     .as_consul = "Cannot unmarshal data: " + pairs.error().message()});
    return import_pairs(arguments, console, pairs.value());
}

}  // namespace

CliCommand kv_import_command() {
    return {.path = "kv import",
            .group = "data",
            .summary = "Write all keys of an export.",
            .words = "@FILE | - | JSON",
            .words_max = 1,
            .flags = with_write_flags({{"prefix", "TEXT", "put before each key"}}),
            .examples = {"weft kv import @config.json",
                         "weft kv export a/ | weft kv import -prefix=old/ -"},
            .run = kv_import};
}

}  // namespace weft::agent
