#include "agent/cli/client_flags.hpp"

namespace weft::agent {

std::vector<CliFlag> client_flags() {
    return {
        {"http-addr", "ADDRESS", "the agent: host:port, http(s)://host:port or unix://path"},
        {"token", "TOKEN", "ACL token of the request"},
        {"token-file", "FILE", "file that holds the token"},
        {"ca-file", "FILE", "certificates that the agent's own must be signed by"},
        {"ca-path", "FOLDER", "the same, a folder of files"},
        {"client-cert", "FILE", "certificate to show to the agent"},
        {"client-key", "FILE", "key of that certificate"},
        {"tls-server-name", "NAME", "name to expect in the agent's certificate"},
        {"context", "NAME", "a named agent, see `weft context list`"},
    };
}

std::vector<CliFlag> with_client_flags(std::vector<CliFlag> flags) {
    const std::vector<CliFlag> more = client_flags();
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
}

CliFlag idle_stale_flag() {
    return {.name = "stale",
            .value = {},
            .help = {},
            .idle = "-stale is about reading, and nothing is read here: leave it out"};
}

namespace {

std::vector<CliFlag> with_place_flags(std::vector<CliFlag> flags, CliFlag stale) {
    flags.push_back({"datacenter", "NAME", "datacenter to ask; the agent's own by default"});
    flags.push_back(std::move(stale));
    flags.push_back({.name = "namespace",
                     .value = "NAME",
                     .help = {},
                     .refusal = "weft has no namespaces but \"default\": leave -namespace out",
                     .taken = "default"});
    return with_client_flags(std::move(flags));
}

CliCommand command_of(std::string path, std::string summary, std::string words,
                      std::vector<CliFlag> flags, std::string example, CliHandler run) {
    const std::size_t words_max = words.empty() ? 0 : 1;
    return {.path = std::move(path),
            .group = "data",
            .summary = std::move(summary),
            .words = std::move(words),
            .words_max = words_max,
            .flags = std::move(flags),
            .examples = {std::move(example)},
            .run = std::move(run)};
}

}  // namespace

std::vector<CliFlag> with_server_flags(std::vector<CliFlag> flags) {
    return with_place_flags(std::move(flags),
                            {"stale", "", "any server may answer, also with what is a little old"});
}

std::vector<CliFlag> with_write_flags(std::vector<CliFlag> flags) {
    return with_place_flags(std::move(flags), idle_stale_flag());
}

CliCommand data_command(std::string path, std::string summary, std::string words,
                        std::vector<CliFlag> flags, std::string example, CliHandler run) {
    return command_of(std::move(path), std::move(summary), std::move(words),
                      with_server_flags(std::move(flags)), std::move(example), std::move(run));
}

CliCommand write_command(std::string path, std::string summary, std::string words,
                         std::vector<CliFlag> flags, std::string example, CliHandler run) {
    return command_of(std::move(path), std::move(summary), std::move(words),
                      with_write_flags(std::move(flags)), std::move(example), std::move(run));
}

CliFlag format_flag() {
    return {"format", "FORMAT", "table (the default) or json"};
}

Result<bool> wants_json(const CliArguments& arguments) {
    const std::string format = arguments.text("format", "table");
    if (format == "json") return true;
    if (format == "table" || format == "pretty") return false;
    return make_error(Errc::InvalidArgument, "-format is table or json, not \"" + format + "\"");
}

}  // namespace weft::agent
