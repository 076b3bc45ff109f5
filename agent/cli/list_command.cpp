#include "agent/cli/list_command.hpp"

namespace weft::agent {

ExitCode show_list(const CliArguments& arguments, CliConsole& console, const std::string& target,
                   const std::function<std::string(const boost::json::value&)>& as_table) {
    const auto format = wants_json(arguments);
    if (!format) {
        console.err("error: " + format.error().message() + "\n");
        return ExitCode::Usage;
    }
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
            console.out(as_table(answer));
            return ExitCode::Ok;
        });
    });
}

}  // namespace weft::agent
