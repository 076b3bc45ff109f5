#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <optional>

#include "agent/cli/agent_answer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/service_flags.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace {

// Exactly one of the two must be given: the flag, or files.
std::optional<ExitCode> misuse(const CliArguments& arguments, CliConsole& console,
                               const std::string& flag, const char* in_consul) {
    if (arguments.has(flag) == arguments.words().empty()) return std::nullopt;
    const auto what = fmt::format("give either -{} or files with service definitions", flag);
    return fail_usage(console, what, arguments.has(flag) ? "" : in_consul);
}

// Consul's command leaves them out of account.
std::optional<ExitCode> flags_beside_files(const CliArguments& arguments, CliConsole& console) {
    if (console.as_consul || arguments.words().empty()) return std::nullopt;
    for (const CliFlag& flag : service_flags()) {
        if (arguments.has(flag.name))
            return fail_usage(console, fmt::format("-{} is not for files: write it into {}",
                                                   flag.name, arguments.words().front()));
    }
    return std::nullopt;
}

// The services of all files; or prints what is wrong with them, and there are none.
std::optional<std::vector<ServiceBody>> read_all(const CliArguments& arguments, CliConsole& console,
                                                 const ServiceFileReader& read_file) {
    std::vector<ServiceBody> all;
    for (const std::string& path : arguments.words()) {
        Failure failure{.what = "cannot use the service definitions of " + path,
                        .code = failure_code::kFile};
        const auto file = read_file(path);
        if (!file && file.error().code == Errc::InvalidArgument) {
            console.err(file.error().message() + "\n");
            failure.cause = "the mistakes above";
        } else if (!file) {
            failure.cause = file.error().message();
            failure.as_consul = fmt::format("Error: config: Open failed on {}. {}", path,
                                            go_file_error(path, file.error()));
        } else if (file.value().services.empty()) {
            failure.cause = "no service is defined there";
            failure.help = "`weft help services register` shows how one is named by flags";
        } else {
            const std::vector<ServiceBody>& services = file.value().services;
            all.insert(all.end(), services.begin(), services.end());
            if (!console.as_consul) console.err(file.value().remarks);
            continue;
        }
        fail(console, ExitCode::Failed, failure);
        return std::nullopt;
    }
    return all;
}

// An agent keeps its own services: -datacenter cannot choose another one, only make sure of it.
ExitCode in_datacenter(const CliArguments& arguments, CliConsole& console,
                       const AgentClient& client, const std::function<ExitCode()>& run) {
    if (!arguments.has("datacenter")) return run();
    const std::string wanted = arguments.text("datacenter");
    return with_json(console, client, "/v1/agent/self", [&](const boost::json::value& self) {
        const boost::json::value* config = json_member(self, "Config");
        const std::string own = config ? json_text(*config, "Datacenter") : "";
        if (own == wanted) return run();
        return fail(console, ExitCode::Failed,
                    {.what = fmt::format("the agent at {} is of datacenter {}, not {}",
                                         client.address(), own, wanted),
                     .help = "name an agent there with -http-addr; services are kept by agents",
                     .code = failure_code::kRefused});
    });
}

ExitCode send_all(const CliArguments& arguments, CliConsole& console,
                  const std::vector<ServiceBody>& bodies,
                  const std::function<ExitCode(const AgentClient&, const ServiceBody&)>& send) {
    return with_client(arguments, console, [&](const AgentClient& client) {
        return in_datacenter(arguments, console, client, [&] {
            for (const ServiceBody& body : bodies) {
                const ExitCode code = send(client, body);
                if (code != ExitCode::Ok) return code;
            }
            return ExitCode::Ok;
        });
    });
}

ExitCode register_services(const CliArguments& arguments, CliConsole& console,
                           const ServiceFileReader& read_file) {
    constexpr const char* kNothing =
        "Service registration requires at least one argument or flags.";
    if (const auto code = misuse(arguments, console, "name", kNothing)) return *code;
    if (const auto code = flags_beside_files(arguments, console)) return *code;
    auto bodies = read_all(arguments, console, read_file);
    if (!bodies) return ExitCode::Failed;
    if (arguments.words().empty()) {
        const auto body = body_of_flags(arguments);
        if (!body) return fail_usage(console, body.error().message());
        bodies->push_back(body.value());
    }
    const auto send = [&](const AgentClient& client, const ServiceBody& body) {
        return with_answer(console, client,
                           client.call("PUT", "/v1/agent/service/register", body.json),
                           [&](const HttpResponse&) {
                               console.out(fmt::format("Registered service: {}\n",
                                                       console.as_consul ? body.name : body.id));
                               return ExitCode::Ok;
                           },
                           {"cannot register " + body.id,
                            fmt::format("Error registering service \"{}\"", body.name)});
    };
    return send_all(arguments, console, *bodies, send);
}

// `register NAME [PORT]`: the words are short for the flags.
ExitCode register_one(CliArguments arguments, CliConsole& console) {
    const std::vector<std::string> words = arguments.take_words();
    if (words.empty()) return fail_usage(console, "name the service: register NAME [PORT]");
    if (words.size() > 1 && arguments.has("port"))
        return fail_usage(console, "give the port as a word or as -port, not both");
    arguments.add("name", words[0]);
    if (words.size() > 1) arguments.add("port", words[1]);
    return register_services(arguments, console, nullptr);
}

ExitCode deregister_services(const CliArguments& arguments, CliConsole& console,
                             const ServiceFileReader& read_file) {
    constexpr const char* kNothing =
        "Service deregistration requires at least one argument or -id.";
    if (const auto code = misuse(arguments, console, "id", kNothing)) return *code;
    auto bodies = read_all(arguments, console, read_file);
    if (!bodies) return ExitCode::Failed;
    if (arguments.has("id")) bodies->push_back({arguments.text("id"), {}});
    const auto send = [&](const AgentClient& client, const ServiceBody& body) {
        const std::string target = "/v1/agent/service/deregister/" + url_escape(body.id);
        return with_answer(console, client, client.call("PUT", target), [&](const HttpResponse&) {
            console.out("Deregistered service: " + body.id + "\n");
            return ExitCode::Ok;
        });
    };
    return send_all(arguments, console, *bodies, send);
}

ExitCode deregister_one(CliArguments arguments, CliConsole& console) {
    const std::vector<std::string> words = arguments.take_words();
    if (words.empty()) return fail_usage(console, "name the service by its id");
    arguments.add("id", words[0]);
    return deregister_services(arguments, console, nullptr);
}

std::vector<CliFlag> with_agent_flags(std::vector<CliFlag> flags) {
    flags.push_back({"datacenter", "NAME", "fail if the agent is of another datacenter"});
    flags.push_back(idle_stale_flag());
    return with_client_flags(std::move(flags));
}

std::vector<CliFlag> with_name_flag() {
    std::vector<CliFlag> flags = service_flags();
    flags.insert(flags.begin(), {"name", "NAME", "name of the service"});
    return with_agent_flags(std::move(flags));
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
            .run = deregister_one,
            .completes = "service-ids"};
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
            .flags = with_agent_flags({{"id", "ID", "id of the service"}}),
            .examples = {"weft services deregister -id=web", "weft services deregister web.hcl"},
            .run = [read_file](const CliArguments& arguments, CliConsole& console) {
                return deregister_services(arguments, console, read_file);
            }};
}

}  // namespace weft::agent
