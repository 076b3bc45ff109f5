#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"
#include "agent/io/http_client.hpp"

namespace weft::agent {

// Flags of every command that speaks to an agent: where it is and who asks.
std::vector<CliFlag> client_flags();
std::vector<CliFlag> with_client_flags(std::vector<CliFlag> flags);

// -format=table|json of commands that list something.
CliFlag format_flag();
Result<bool> wants_json(const CliArguments& arguments);

// Indented, with a newline at the end.
std::string pretty_json(const boost::json::value& value);

// Percent-encodes everything but unreserved characters, for path segments and query values.
std::string url_escape(std::string_view text);

// The agent's HTTP API as commands use it. Address, token and TLS come from flags, then WEFT_*,
// then CONSUL_* variables, then the defaults.
class AgentClient {
public:
    static Result<AgentClient> open(const CliArguments& arguments, const CliConsole& console);

    // The response of any status; an error means that there was none.
    Result<HttpResponse> call(std::string_view method, const std::string& target,
                              std::string body = {}) const;
    // Lines as they arrive; until the agent ends the answer, on_line returns false or the time is
    // over (0: no limit).
    Result<HttpResponse> lines(const std::string& target,
                               std::function<bool(std::string_view)> on_line,
                               Duration lasts = {}) const;

    // For what call() does not do: transfers of large bodies.
    HttpRequest request(std::string_view method, const std::string& target) const;

    // "127.0.0.1:8500" or "unix:///run/weft/http.sock", for messages.
    const std::string& address() const { return address_; }

private:
    std::string address_;
    HttpRequest prototype_;   // everything but method, path and body
    std::string base_;        // "http://127.0.0.1:8500"
    std::string datacenter_;  // of the context; asked for unless the target names one
};

// Calls and judges: prints why it failed and says how to exit, or hands the body of a 200 to `use`.
ExitCode with_answer(CliConsole& console, const AgentClient& client,
                     const Result<HttpResponse>& response,
                     const std::function<ExitCode(const HttpResponse&)>& use);

// The same for GET requests whose answer is JSON.
ExitCode with_json(CliConsole& console, const AgentClient& client, const std::string& target,
                   const std::function<ExitCode(const boost::json::value&)>& use);

// Opens the client and runs, or explains what is wrong with the address (ExitCode::Usage).
ExitCode with_client(const CliArguments& arguments, CliConsole& console,
                     const std::function<ExitCode(const AgentClient&)>& run);

// A member as text, whatever its JSON type; "" when absent.
std::string json_text(const boost::json::value& object, std::string_view member);

}  // namespace weft::agent
