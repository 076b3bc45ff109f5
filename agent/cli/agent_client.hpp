#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"
#include "agent/cli/progress.hpp"
#include "agent/cli/target.hpp"
#include "agent/io/http_client.hpp"

namespace weft::agent {

// Flags of every command that speaks to an agent: where it is and who asks.
std::vector<CliFlag> client_flags();
std::vector<CliFlag> with_client_flags(std::vector<CliFlag> flags);
// Those, and -datacenter and -stale of commands that ask servers, for each of their requests.
std::vector<CliFlag> with_server_flags(std::vector<CliFlag> flags);
// Of commands that only write: the same, but -stale means nothing.
std::vector<CliFlag> with_write_flags(std::vector<CliFlag> flags);
CliFlag idle_stale_flag();

// A command about data that servers keep, with those flags besides its own. words: what may follow
// the flags, one word at most.
CliCommand data_command(std::string path, std::string summary, std::string words,
                        std::vector<CliFlag> flags, std::string example, CliHandler run);
CliCommand write_command(std::string path, std::string summary, std::string words,
                         std::vector<CliFlag> flags, std::string example, CliHandler run);

// -format=table|json of commands that list something.
CliFlag format_flag();
Result<bool> wants_json(const CliArguments& arguments);

// Indented, with a newline at the end.
std::string pretty_json(const boost::json::value& value);

// The agent's HTTP API as commands use it. Address, token and TLS come from flags, then WEFT_*,
// then CONSUL_* variables, then the defaults.
class AgentClient {
public:
    // When the agent answers a query that waits at the latest: 5 minutes and a sixteenth more.
    static constexpr Duration kLongPoll = std::chrono::seconds(330);

    static Result<AgentClient> open(const CliArguments& arguments, const CliConsole& console);

    // The response of any status; an error means that there was none. Says so when it takes long.
    Result<HttpResponse> call(std::string_view method, const std::string& target,
                              std::string body = {}) const;
    // The same beside other coroutines, for a loop; wait is what the agent may take besides.
    boost::asio::awaitable<Result<HttpResponse>> fetch(std::string method, std::string target,
                                                       std::string body = {},
                                                       Duration wait = Duration::zero()) const;
    // Lines as they arrive; until the agent ends the answer, on_line returns false or the time is
    // over (0: no limit).
    Result<HttpResponse> lines(const std::string& target,
                               std::function<bool(std::string_view)> on_line,
                               Duration lasts = {}) const;

    // Says so when that takes long, as call() does.
    template <class T>
    boost::asio::awaitable<T> telling(boost::asio::awaitable<T> operation) const {
        return progress_.during("waiting for the agent at " + address_, std::move(operation));
    }

    // For what call() does not do: transfers of large bodies.
    HttpRequest request(std::string_view method, const std::string& target) const;

    // "127.0.0.1:8500" or "unix:///run/weft/http.sock", for messages.
    const std::string& address() const { return address_; }

private:
    std::string address_;
    HttpRequest prototype_;   // everything but method, path and body
    std::string base_;        // "http://127.0.0.1:8500"
    std::string datacenter_;  // asked for unless the target names one
    bool stale_ = false;
    Progress progress_;
};

// The body of an answer, or else the status's name, without the newline at its end.
std::string answer_text(const HttpResponse& answer);

// What could not be done if the agent fails it ("cannot write the key"), and how Consul's command
// begins to say so; without the latter as its table has it (consul_words.hpp).
struct Doing {
    Doing() = default;
    Doing(const char* text) : what(text) {}
    Doing(std::string text, std::string in_consul = {})
        : what(std::move(text)), as_consul(std::move(in_consul)) {}

    std::string what, as_consul;
};

// Judges a response: prints why it failed and says how to exit, or hands a 200 to `use`.
ExitCode with_answer(CliConsole& console, const AgentClient& client,
                     const Result<HttpResponse>& response,
                     const std::function<ExitCode(const HttpResponse&)>& use,
                     const Doing& doing = {});

// For callers that go on with an Error: the answer if it was 200, otherwise an error whose context
// says what came instead. Errc::Cancelled stays what it is.
Result<HttpResponse> checked(Result<HttpResponse> response);
// No agent answered.
bool is_unreachable(const Error& error);
// Prints such an error and returns the code to end with; as_consul is its whole line there.
ExitCode fail_checked(CliConsole& console, const Error& error, const std::string& what,
                      const std::string& as_consul);

// The same as with_answer for GET requests whose answer is JSON.
ExitCode with_json(CliConsole& console, const AgentClient& client, const std::string& target,
                   const std::function<ExitCode(const boost::json::value&)>& use,
                   const Doing& doing = {});

// Opens the client and runs, or explains what is wrong with the address (ExitCode::Usage).
ExitCode with_client(const CliArguments& arguments, CliConsole& console,
                     const std::function<ExitCode(const AgentClient&)>& run);

// Null also when that is no object.
const boost::json::value* json_member(const boost::json::value& object, std::string_view name);
// A member as text, whatever its JSON type; "" when absent.
std::string json_text(const boost::json::value& object, std::string_view member);

}  // namespace weft::agent
