#include "agent/cli/client_settings.hpp"

#include <fmt/format.h>

#include "agent/base/base64.hpp"
#include "agent/cli/context.hpp"
#include "agent/io/file.hpp"
#include "agent/io/tls_context.hpp"

namespace weft::agent {

namespace {

constexpr const char* kDefaultAddress = "127.0.0.1:8500";
constexpr std::size_t kTokenFileMax = 65536;

// What was typed comes first: the flag, or what the context of -context says; then variables; then
// the context that is used without being named.
std::string setting(const CliArguments& arguments, const CliConsole& console,
                    const std::string& flag, std::initializer_list<const char*> variables,
                    const std::string& of_context = {}) {
    if (arguments.has(flag)) return arguments.text(flag);
    if (arguments.has("context") && !of_context.empty()) return of_context;
    return console.variable(variables).value_or(of_context);
}

// The truth values of Go's strconv.ParseBool.
Result<bool> truth(const CliConsole& console, std::initializer_list<const char*> variables,
                   bool fallback) {
    const auto text = console.variable(variables);
    if (!text) return fallback;
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"})
        if (*text == yes) return true;
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"})
        if (*text == no) return false;
    return make_error(Errc::InvalidArgument, fmt::format("{} is true or false, not \"{}\"",
                                                         fmt::join(variables, " or "), *text));
}

Result<std::string> read_token_file(const std::string& path) {
    auto read = read_file(path, kTokenFileMax);
    if (!read) return make_error(read.error().code, "token file: " + read.error().message());
    std::string token = std::move(read.value());
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    return token;
}

Result<std::string> find_token(const CliArguments& arguments, const CliConsole& console,
                               const Context& context) {
    if (arguments.has("token")) return arguments.text("token");
    if (arguments.has("token-file")) return read_token_file(arguments.text("token-file"));
    if (arguments.has("context") && !context.token_file.empty())
        return read_token_file(context.token_file);
    if (auto token = console.variable({"WEFT_TOKEN", "WEFT_HTTP_TOKEN"})) return *token;
    if (auto path = console.variable({"WEFT_TOKEN_FILE", "WEFT_HTTP_TOKEN_FILE"}))
        return read_token_file(*path);
    if (auto token = console.variable({"CONSUL_HTTP_TOKEN"})) return *token;
    if (auto path = console.variable({"CONSUL_HTTP_TOKEN_FILE"})) return read_token_file(*path);
    if (!context.token_file.empty()) return read_token_file(context.token_file);
    return std::string();
}

Result<void> refuse_enterprise(const CliConsole& console) {
    for (const char* name :
         {"CONSUL_NAMESPACE", "CONSUL_PARTITION", "WEFT_NAMESPACE", "WEFT_PARTITION"}) {
        const auto value = console.variable({name});
        if (value && *value != "default")
            return make_error(Errc::Unsupported,
                              fmt::format("{}={}: weft has no namespaces or partitions but "
                                          "\"default\"; unset the variable",
                                          name, *value));
    }
    return success();
}

Result<void> add_tls(const CliArguments& arguments, const CliConsole& console,
                     const Context& context, HttpRequest& prototype) {
    const TlsFiles files{
        .cert_file = setting(arguments, console, "client-cert",
                             {"WEFT_CLIENT_CERT", "CONSUL_CLIENT_CERT"}, context.client_cert),
        .key_file = setting(arguments, console, "client-key",
                            {"WEFT_CLIENT_KEY", "CONSUL_CLIENT_KEY"}, context.client_key),
        .ca_file = setting(arguments, console, "ca-file", {"WEFT_CACERT", "CONSUL_CACERT"},
                           context.ca_file),
        .ca_path = setting(arguments, console, "ca-path", {"WEFT_CAPATH", "CONSUL_CAPATH"})};
    WEFT_TRY(const bool verify,
             truth(console, {"WEFT_HTTP_SSL_VERIFY", "CONSUL_HTTP_SSL_VERIFY"}, true));
    WEFT_TRY(prototype.tls, make_client_tls(files, !verify));
    prototype.tls_server_name =
        setting(arguments, console, "tls-server-name",
                {"WEFT_TLS_SERVER_NAME", "CONSUL_TLS_SERVER_NAME"}, context.tls_server_name);
    return success();
}

// Whoever gives them expects that nobody else can read the token. Consul's only reads the files.
Result<void> refuse_tls_flags(const CliArguments& arguments, const CliConsole& console,
                              const std::string& base) {
    if (console.as_consul) {
        HttpRequest unused;
        return add_tls(arguments, console, {}, unused);
    }
    for (const char* flag :
         {"ca-file", "ca-path", "client-cert", "client-key", "tls-server-name"}) {
        if (arguments.has(flag))
            return make_error(Errc::InvalidArgument,
                              fmt::format("-{} is for https, and the agent's address is {}: write "
                                          "-http-addr=https://..",
                                          flag, base));
    }
    return success();
}

// host:port, http(s)://host:port or unix://path; tls: whether the first means https. True if the
// agent speaks TLS there.
Result<bool> set_address(ClientSettings& settings, std::string address, bool tls) {
    settings.address = address;
    if (address.starts_with("unix://")) {
        settings.prototype.unix_socket = address.substr(7);
        if (settings.prototype.unix_socket.empty())
            return make_error(Errc::InvalidArgument, address + ": unix:// needs a path");
        address = "localhost";
        tls = false;
    } else if (address.starts_with("https://")) {
        address = address.substr(8);
        tls = true;
    } else if (address.starts_with("http://")) {
        address = address.substr(7);
        tls = false;
    } else if (const auto scheme = address.find("://"); scheme != std::string::npos) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("{}: the scheme of an agent's address is http, https or unix, "
                        "not \"{}\"",
                        address, address.substr(0, scheme)));
    }
    while (address.ends_with('/')) address.pop_back();
    settings.base = (tls ? "https://" : "http://") + address;
    return tls;
}

}  // namespace

Result<ClientSettings> find_client_settings(const CliArguments& arguments,
                                            const CliConsole& console) {
    WEFT_TRY(refuse_enterprise(console));
    WEFT_TRY(const auto context, find_context(arguments, console));
    ClientSettings settings;
    const std::string address = setting(arguments, console, "http-addr",
                                        {"WEFT_HTTP_ADDR", "CONSUL_HTTP_ADDR"}, context.address);
    WEFT_TRY(const bool ssl, truth(console, {"WEFT_HTTP_SSL", "CONSUL_HTTP_SSL"}, false));
    WEFT_TRY(const bool tls,
             set_address(settings, address.empty() ? kDefaultAddress : address, ssl));
    if (tls) {
        WEFT_TRY(add_tls(arguments, console, context, settings.prototype));
    } else {
        WEFT_TRY(refuse_tls_flags(arguments, console, settings.base));
    }

    WEFT_TRY(auto token, find_token(arguments, console, context));
    if (!token.empty()) settings.prototype.headers.emplace_back("X-Consul-Token", token);
    if (auto login = console.variable({"WEFT_HTTP_AUTH", "CONSUL_HTTP_AUTH"}))
        settings.prototype.headers.emplace_back("Authorization", "Basic " + base64(*login));
    settings.datacenter = arguments.text("datacenter", context.datacenter);
    return settings;
}

}  // namespace weft::agent
