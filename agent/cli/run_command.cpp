#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/child_command.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/service_flags.hpp"
#include "agent/cli/target.hpp"
#include "agent/io/run_blocking.hpp"

// `run`: a program that is a service while it runs.
namespace weft::agent {

namespace asio = boost::asio;

namespace {

struct RunWish {
    ServiceBody service;
    SpawnSpec program;
};

// port: empty when there is none.
Result<EnvironmentEntries> environment_of(const CliArguments& arguments, const std::string& id,
                                          const std::string& port) {
    EnvironmentEntries entries = {{"WEFT_SERVICE_NAME", arguments.text("name")},
                                  {"WEFT_SERVICE_ID", id}};
    if (!port.empty()) {
        entries.emplace_back("WEFT_SERVICE_PORT", port);
        entries.emplace_back("PORT", port);
    }
    for (const std::string& pair : arguments.all("env")) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0)
            return make_error(Errc::InvalidArgument, "-env is NAME=VALUE, not \"" + pair + "\"");
        entries.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return entries;
}

// A service with a port gets a check that it accepts connections, unless it is told otherwise.
void add_default_check(CliArguments& arguments, const std::string& port) {
    const bool has_check = arguments.has("check-http") || arguments.has("check-tcp");
    if (has_check || port.empty() || arguments.is_on("no-check")) return;
    std::string address = arguments.text("address", "127.0.0.1");
    if (address.find(':') != std::string::npos && !address.starts_with('['))
        address = "[" + address + "]";
    arguments.add("check-tcp", address + ":" + port);
}

Result<RunWish> read_wish(CliArguments arguments) {
    std::vector<std::string> words = arguments.take_words();
    if (words.size() < 2)
        return make_error(Errc::InvalidArgument,
                          "name the service and the program: run NAME [flags] PROGRAM ..");
    arguments.add("name", words.front());
    words.erase(words.begin());
    std::string port;
    if (arguments.has("port")) {
        // In the form that programs read, whatever was typed: 0x1F90 is 8080.
        WEFT_TRY(const auto number, number_flag(arguments, "port", 0, 0, 65535));
        port = std::to_string(number);
    }
    add_default_check(arguments, port);
    RunWish wish;
    WEFT_TRY(wish.service, body_of_flags(arguments));
    WEFT_TRY(wish.program.environment, environment_of(arguments, wish.service.id, port));
    wish.program.args = std::move(words);
    wish.program.input = 0;
    return wish;
}

asio::awaitable<ExitCode> run_child(CliConsole& console, SignalSource& signals, SpawnSpec spec) {
    using namespace asio::experimental::awaitable_operators;
    auto child = ChildProcess::start(co_await asio::this_coro::executor, spec);
    if (!child) co_return fail_start(console, ExitCode::Failed, child.error());
    int signal = 0;
    co_await (child.value().wait_end() || forward_signals(signals, child.value(), signal));
    const auto ended = child.value().reap();
    if (!ended) co_return fail_start(console, ExitCode::Failed, ended.error());
    co_return exactly(ended_status(ended.value()));
}

asio::awaitable<ExitCode> run_service(const AgentClient& client, CliConsole& console,
                                      RunWish wish) {
    auto signals = open_signals(co_await asio::this_coro::executor);
    if (!signals) co_return fail_start(console, ExitCode::Failed, signals.error());
    using namespace asio::experimental::awaitable_operators;
    std::optional<Result<HttpResponse>> registered;
    int signal = 0;
    auto registering = client.fetch("PUT", "/v1/agent/service/register", wish.service.json);
    co_await (store_result(std::move(registering), registered) ||
              first_signal(signals.value(), signal));
    const bool known = registered && *registered;
    if (!known && signal != 0) co_return exactly(128 + signal);
    const auto go_on = [](const HttpResponse&) { return ExitCode::Ok; };
    const ExitCode code =
        with_answer(console, client, *registered, go_on, "cannot register the service");
    if (code != ExitCode::Ok) co_return code;
    const ExitCode status =
        signal != 0 ? exactly(128 + signal)
                    : co_await run_child(console, signals.value(), std::move(wish.program));
    std::optional<Result<HttpResponse>> gone;
    auto leaving =
        client.fetch("PUT", "/v1/agent/service/deregister/" + url_escape(wish.service.id));
    co_await (store_result(std::move(leaving), gone) || first_signal(signals.value(), signal));
    if (gone)
        static_cast<void>(
            with_answer(console, client, *gone, go_on, "cannot deregister the service"));
    co_return status;
}

ExitCode run(const CliArguments& arguments, CliConsole& console) {
    const auto wish = read_wish(arguments);
    if (!wish) return fail_usage(console, wish.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        return run_blocking(run_service(client, console, wish.value()));
    });
}

}  // namespace

CliCommand run_command() {
    std::vector<CliFlag> flags = service_flags();
    for (CliFlag& flag : flags)
        if (flag.name == "check-interval") flag.needs.push_back("port");  // of the check it gets
    flags.push_back({.name = "no-check",
                     .value = {},
                     .help = "no check; by default a port gets one",
                     .against = {"check-http", "check-tcp", "check-interval"}});
    flags.push_back({"env", "NAME=VALUE", "a variable for the program", true});
    return {.path = "run",
            .group = "start",
            .summary = "Run a program that is registered as a service while it runs.",
            .words = "NAME PROGRAM ..",
            .words_max = 10000,
            .flags = with_client_flags(std::move(flags)),
            .examples = {"weft run web -port 8080 ./server",
                         "weft run api -port 9000 -check-http=http://127.0.0.1:9000/health -- "
                         "./server -v"},
            .run = run,
            .command_from = 1};
}

}  // namespace weft::agent
