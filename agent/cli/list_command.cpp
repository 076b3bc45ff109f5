#include "agent/cli/list_command.hpp"

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"

namespace weft::agent {

ExitCode show_list(const CliArguments& arguments, CliConsole& console, const std::string& target,
                   const std::function<std::string(const boost::json::value&)>& as_table,
                   const std::string& none) {
    const auto format = wants_json(arguments);
    if (!format) return fail_usage(console, format.error().message());
    return with_client(arguments, console, [&](const AgentClient& client) {
        if (format.value()) {
            const char* pretty = target.find('?') == std::string::npos ? "?pretty" : "&pretty";
            return with_answer(console, client, client.call("GET", target + pretty),
                               [&](const HttpResponse& response) {
                                   console.out(response.body);
                                   if (!response.body.ends_with('\n')) console.out("\n");
                                   return ExitCode::Ok;
                               });
        }
        return with_json(console, client, target, [&](const boost::json::value& answer) {
            const std::string text = as_table(answer);
            (text.empty() ? console.err : console.out)(text.empty() ? none : text);
            return ExitCode::Ok;
        });
    });
}

}  // namespace weft::agent
