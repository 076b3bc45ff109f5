#include <fmt/format.h>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/service_flags.hpp"

namespace weft::agent {

namespace {

// What the flags or the files name; exactly one of the two must be given.
Result<std::vector<ServiceBody>> wanted(const CliArguments& arguments, const std::string& flag,
                                        const ServiceFileReader& read_file) {
    if (arguments.has(flag) != arguments.words().empty())
        return make_error(Errc::InvalidArgument,
                          fmt::format("give either -{} or files with service definitions", flag));
    std::vector<ServiceBody> all;
    for (const std::string& path : arguments.words()) {
        WEFT_TRY(auto bodies, read_file(path));
        if (bodies.empty())
            return make_error(Errc::InvalidArgument, path + ": no service is defined in this file");
        all.insert(all.end(), bodies.begin(), bodies.end());
    }
    return all;
}

ExitCode register_services(const CliArguments& arguments, CliConsole& console,
                           const ServiceFileReader& read_file) {
    auto bodies = wanted(arguments, "name", read_file);
    if (!bodies) return fail_usage(console, bodies.error().message());
    if (arguments.words().empty()) {
        const auto body = body_of_flags(arguments);
        if (!body) return fail_usage(console, body.error().message());
        bodies.value().push_back(body.value());
    }
    return with_client(arguments, console, [&](const AgentClient& client) {
        for (const ServiceBody& body : bodies.value()) {
            const ExitCode code = with_answer(
                console, client, client.call("PUT", "/v1/agent/service/register", body.json),
                [&](const HttpResponse&) {
                    console.out("Registered service: " + body.id + "\n");
                    return ExitCode::Ok;
                });
            if (code != ExitCode::Ok) return code;
        }
        return ExitCode::Ok;
    });
}

// `register NAME [PORT]`: the words are short for the flags.
ExitCode register_one(CliArguments arguments, CliConsole& console) {
    const std::vector<std::string> words = arguments.take_words();
    if (words.empty()) return fail_usage(console, "name the service: register NAME [PORT]");
    arguments.add("name", words[0]);
    if (words.size() > 1) arguments.add("port", words[1]);
    return register_services(arguments, console, nullptr);
}

ExitCode deregister_services(const CliArguments& arguments, CliConsole& console,
                             const ServiceFileReader& read_file) {
    auto bodies = wanted(arguments, "id", read_file);
    if (!bodies) return fail_usage(console, bodies.error().message());
    if (arguments.has("id")) bodies.value().push_back({arguments.text("id"), {}});
    return with_client(arguments, console, [&](const AgentClient& client) {
        for (const ServiceBody& body : bodies.value()) {
            const std::string target = "/v1/agent/service/deregister/" + url_escape(body.id);
            const ExitCode code =
                with_answer(console, client, client.call("PUT", target), [&](const HttpResponse&) {
                    console.out("Deregistered service: " + body.id + "\n");
                    return ExitCode::Ok;
                });
            if (code != ExitCode::Ok) return code;
        }
        return ExitCode::Ok;
    });
}

ExitCode deregister_one(CliArguments arguments, CliConsole& console) {
    const std::vector<std::string> words = arguments.take_words();
    if (words.empty()) return fail_usage(console, "name the service by its id");
    arguments.add("id", words[0]);
    return deregister_services(arguments, console, nullptr);
}

std::vector<CliFlag> with_name_flag() {
    std::vector<CliFlag> flags = service_flags();
    flags.insert(flags.begin(), {"name", "NAME", "name of the service"});
    return with_client_flags(std::move(flags));
}

}  // namespace

CliCommand register_command() {
    return {.path = "register",
            .group = "start",
            .summary = "Register one service with the agent, in short.",
            .words = "NAME [PORT]",
            .words_max = 2,
            .flags = with_client_flags(service_flags()),
            .examples = {"weft register web 8080 -check-http=http://127.0.0.1:8080/"},
            .run = register_one};
}

CliCommand deregister_command() {
    return {.path = "deregister",
            .group = "start",
            .summary = "Remove one service from the agent, in short.",
            .words = "ID",
            .words_max = 1,
            .flags = with_client_flags({}),
            .examples = {"weft deregister web"},
            .run = deregister_one};
}

CliCommand services_register_command(ServiceFileReader read_file) {
    return {.path = "services register",
            .group = "start",
            .summary = "Register services with the agent, from flags or from files.",
            .words = "[FILE ..]",
            .words_max = 1000,
            .flags = with_name_flag(),
            .examples = {"weft services register -name=web -port=8080 -tag=v1 "
                         "-check-http=http://127.0.0.1:8080/",
                         "weft services register web.hcl"},
            .run = [read_file](const CliArguments& arguments, CliConsole& console) {
                return register_services(arguments, console, read_file);
            }};
}

CliCommand services_deregister_command(ServiceFileReader read_file) {
    return {.path = "services deregister",
            .group = "start",
            .summary = "Remove services from the agent, by id or as defined in files.",
            .words = "[FILE ..]",
            .words_max = 1000,
            .flags = with_client_flags({{"id", "ID", "id of the service"}}),
            .examples = {"weft services deregister -id=web", "weft services deregister web.hcl"},
            .run = [read_file](const CliArguments& arguments, CliConsole& console) {
                return deregister_services(arguments, console, read_file);
            }};
}

}  // namespace weft::agent
