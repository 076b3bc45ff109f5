#include <fmt/format.h>

#include <charconv>

#include "agent/base/json_writer.hpp"
#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"

namespace weft::agent {

namespace {

Result<std::int64_t> parse_port(const std::string& text) {
    std::int64_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535)
        return make_error(Errc::InvalidArgument,
                          "-port is a number from 0 to 65535, not \"" + text + "\"");
    return port;
}

Result<void> write_meta(JsonWriter& writer, const std::vector<std::string>& pairs) {
    writer.key("Meta");
    writer.begin_object();
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0)
            return make_error(Errc::InvalidArgument, "-meta is KEY=VALUE, not \"" + pair + "\"");
        writer.field(pair.substr(0, equals), pair.substr(equals + 1));
    }
    writer.end_object();
    return success();
}

Result<void> write_check(JsonWriter& writer, const CliArguments& arguments) {
    const bool http = arguments.has("check-http");
    if (http == arguments.has("check-tcp"))
        return make_error(Errc::InvalidArgument, "give either -check-http or -check-tcp");
    writer.key("Check");
    writer.begin_object();
    writer.field(http ? "HTTP" : "TCP", arguments.text(http ? "check-http" : "check-tcp"));
    writer.field("Interval", arguments.text("check-interval", "10s"));
    writer.end_object();
    return success();
}

Result<ServiceBody> body_of_flags(const CliArguments& arguments) {
    ServiceBody body{arguments.text("id", arguments.text("name")), {}};
    WEFT_TRY(auto port, parse_port(arguments.text("port", "0")));
    JsonWriter writer(body.json);
    writer.begin_object();
    if (arguments.has("kind")) writer.field("Kind", arguments.text("kind"));
    writer.field("ID", arguments.text("id"));
    writer.field("Name", arguments.text("name"));
    if (const auto tags = arguments.all("tag"); !tags.empty()) {
        writer.key("Tags");
        writer.begin_array();
        for (const std::string& tag : tags) writer.value(tag);
        writer.end_array();
    }
    writer.field("Port", port);
    writer.field("Address", arguments.text("address"));
    if (const auto meta = arguments.all("meta"); !meta.empty()) {
        WEFT_TRY(write_meta(writer, meta));
    }
    if (arguments.has("check-http") || arguments.has("check-tcp")) {
        WEFT_TRY(write_check(writer, arguments));
    }
    writer.end_object();
    return body;
}

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

ExitCode usage(CliConsole& console, const Error& error) {
    console.err("error: " + error.message() + "\n");
    return ExitCode::Usage;
}

ExitCode register_services(const CliArguments& arguments, CliConsole& console,
                           const ServiceFileReader& read_file) {
    auto bodies = wanted(arguments, "name", read_file);
    if (!bodies) return usage(console, bodies.error());
    if (arguments.words().empty()) {
        const auto body = body_of_flags(arguments);
        if (!body) return usage(console, body.error());
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

ExitCode deregister_services(const CliArguments& arguments, CliConsole& console,
                             const ServiceFileReader& read_file) {
    auto bodies = wanted(arguments, "id", read_file);
    if (!bodies) return usage(console, bodies.error());
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

}  // namespace

CliCommand services_register_command(ServiceFileReader read_file) {
    return {.path = "services register",
            .group = "start",
            .summary = "Register services with the agent, from flags or from files.",
            .words = "[FILE ..]",
            .words_max = 1000,
            .flags = with_client_flags(
                {{"name", "NAME", "name of the service"},
                 {"id", "ID", "its id on this node; the name by default"},
                 {"port", "PORT", "port that it listens on"},
                 {"address", "ADDRESS", "its address; the node's by default"},
                 {"tag", "TAG", "a tag", true},
                 {"meta", "KEY=VALUE", "a metadata pair", true},
                 {"kind", "KIND", "as in a service definition"},
                 {"check-http", "URL", "check: answers with a status of 2xx"},
                 {"check-tcp", "HOST:PORT", "check: accepts connections"},
                 {"check-interval", "TIME", "time between checks; 10s by default"}}),
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
