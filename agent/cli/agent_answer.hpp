#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

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

}  // namespace weft::agent
