#include "agent/cli/agent_client.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "agent/base/base64.hpp"
#include "agent/base/deep_json.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/cli/context.hpp"
#include "agent/cli/failure.hpp"
#include "agent/io/file.hpp"
#include "agent/io/run_blocking.hpp"
#include "agent/io/tls_context.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr const char* kDefaultAddress = "127.0.0.1:8500";
constexpr std::size_t kTokenFileMax = 65536;

// Long enough for a reload or a leave of a busy agent.
constexpr Duration kCallTimeout = std::chrono::seconds(70);

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

bool is_denial(const HttpResponse& answer) {
    return answer.status == 401 || answer.status == 403;
}

bool is_without_leader(const HttpResponse& answer) {
    return answer.status >= 500 && answer.body.find("No cluster leader") != std::string::npos;
}

ExitCode code_of(const HttpResponse& answer) {
    if (is_denial(answer)) return ExitCode::Denied;
    if (is_without_leader(answer)) return ExitCode::NoLeader;
    return answer.status == 404 ? ExitCode::NotFound : ExitCode::Failed;
}

// What helps then, and the code of its page.
Failure failure_for(ExitCode code) {
    switch (code) {
        case ExitCode::Denied:
            return {.what = {},
                    .help = "name a token that may: -token, -token-file or WEFT_TOKEN",
                    .code = failure_code::kDenied};
        case ExitCode::NoLeader:
            return {.what = {},
                    .help = "try again; `weft members` shows which servers are there",
                    .code = failure_code::kNoLeader};
        case ExitCode::NotFound:
            return {.what = {}, .code = failure_code::kNotFound};
        case ExitCode::Unreachable:
            return {.what = {},
                    .help =
                        "start one with `weft dev`, or name its address with -http-addr or "
                        "WEFT_HTTP_ADDR",
                    .code = failure_code::kUnreachable};
        default:
            return {.what = {}, .code = failure_code::kRefused};
    }
}

// What to do about a refusal, where the sentence of the agent is not all there is to say.
std::string remedy(const HttpResponse& answer) {
    constexpr int kTooLarge = 413, kTooMany = 429, kServerError = 500;
    if (answer.status == kTooLarge) return "`weft help config limits` lists how large it may be";
    if (answer.status == kTooMany) return "try again later";
    if (answer.body.find("encrypt") != std::string::npos)
        return "`weft help keyring` tells how the ring's keys are used";
    if (answer.status == kServerError)
        return "`weft monitor -log-level=debug` shows the agent's log while you try again";
    return {};
}

Failure failure_of(const HttpResponse& answer, const std::string& what) {
    const std::string answered =
        fmt::format("the agent answered {}: {}", answer.status, answer_text(answer));
    Failure failure = failure_for(code_of(answer));
    failure.what = what.empty() ? answered : what;
    failure.cause = what.empty() ? "" : answered;
    if (code_of(answer) == ExitCode::Failed) failure.help = remedy(answer);
    if (const auto place = answer.header("X-Weft-Body-Error"); !place.empty())
        failure.help = fmt::format("what is wrong is at {}", place);
    return failure;
}

constexpr std::string_view kError = "Error!";

// How Consul's command begins its line about that.
std::string consul_begin(const std::string& of_command, const Doing& doing) {
    if (!doing.as_consul.empty()) return doing.as_consul;
    if (!of_command.empty()) return of_command;
    return std::string(kError) + (doing.what.empty() ? "" : " " + doing.what);
}

std::string consul_line(const std::string& begin, const std::string& cause) {
    return begin + (begin == kError ? " " : ": ") + cause;
}

// Consul's client leaves the body out where it reads keys.
std::string consul_cause(const HttpResponse& answer, std::string_view begin) {
    const std::string code = fmt::format("Unexpected response code: {}", answer.status);
    if (begin == "Error querying Consul agent") return code;
    return fmt::format("{} ({})", code, answer_text(answer));
}

// Of an Error: the code to end with when an answer was none.
class ExitCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft.exit"; }
    std::string message(int) const override { return "the agent refused"; }
};

const std::error_category& exit_category() {
    static const ExitCategory category;
    return category;
}

}  // namespace

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

std::string pretty_json(const boost::json::value& value) {
    std::string text;
    JsonWriter writer(text, true);
    writer.raw(boost::json::serialize(value));
    return text + "\n";
}

Result<AgentClient> AgentClient::open(const CliArguments& arguments, const CliConsole& console) {
    WEFT_TRY(refuse_enterprise(console));
    WEFT_TRY(const auto context, find_context(arguments, console));
    AgentClient client;
    std::string address = setting(arguments, console, "http-addr",
                                  {"WEFT_HTTP_ADDR", "CONSUL_HTTP_ADDR"}, context.address);
    if (address.empty()) address = kDefaultAddress;
    client.address_ = address;
    WEFT_TRY(bool tls, truth(console, {"WEFT_HTTP_SSL", "CONSUL_HTTP_SSL"}, false));
    if (address.starts_with("unix://")) {
        client.prototype_.unix_socket = address.substr(7);
        if (client.prototype_.unix_socket.empty())
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
    client.base_ = (tls ? "https://" : "http://") + address;
    if (tls) {
        WEFT_TRY(add_tls(arguments, console, context, client.prototype_));
    } else {
        WEFT_TRY(refuse_tls_flags(arguments, console, client.base_));
    }

    WEFT_TRY(auto token, find_token(arguments, console, context));
    if (!token.empty()) client.prototype_.headers.emplace_back("X-Consul-Token", token);
    if (auto login = console.variable({"WEFT_HTTP_AUTH", "CONSUL_HTTP_AUTH"}))
        client.prototype_.headers.emplace_back("Authorization", "Basic " + base64(*login));
    client.prototype_.timeout = kCallTimeout;
    client.progress_ = Progress(console);
    client.datacenter_ = arguments.text("datacenter", context.datacenter);
    client.stale_ = arguments.is_on("stale");
    return client;
}

HttpRequest AgentClient::request(std::string_view method, const std::string& target) const {
    HttpRequest request = prototype_;
    request.method = method;
    request.url = base_ + target;
    const auto add = [&](const std::string& parameter) {
        request.url += (request.url.find('?') == std::string::npos ? '?' : '&') + parameter;
    };
    const bool names_one =
        target.find("?dc=") != std::string::npos || target.find("&dc=") != std::string::npos;
    if (!datacenter_.empty() && !names_one) add("dc=" + url_escape(datacenter_));
    if (stale_ && method == "GET" && target.find("consistent") == std::string::npos) add("stale");
    return request;
}

asio::awaitable<Result<HttpResponse>> AgentClient::fetch(std::string method, std::string target,
                                                         std::string body, Duration wait) const {
    HttpRequest whole = request(method, target);
    whole.body = std::move(body);
    whole.timeout += wait;
    co_return co_await http_fetch(std::move(whole));
}

Result<HttpResponse> AgentClient::call(std::string_view method, const std::string& target,
                                       std::string body) const {
    auto fetched = fetch(std::string(method), target, std::move(body));
    return run_blocking(telling(std::move(fetched)));
}

Result<HttpResponse> AgentClient::lines(const std::string& target,
                                        std::function<bool(std::string_view)> on_line,
                                        Duration lasts) const {
    HttpRequest whole = request("GET", target);
    whole.lines_time = lasts;
    return http_stream_lines_blocking(std::move(whole), std::move(on_line));
}

std::string answer_text(const HttpResponse& answer) {
    std::string text = answer.body.empty() ? answer.reason : answer.body;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

ExitCode with_answer(CliConsole& console, const AgentClient& client,
                     const Result<HttpResponse>& response,
                     const std::function<ExitCode(const HttpResponse&)>& use, const Doing& doing) {
    if (!response && response.error().code == Errc::Limit)
        return fail(console, ExitCode::Failed,
                    {.what = "the answer of the agent at " + client.address() + " is too large",
                     .cause = response.error().message(),
                     .help = "ask for less, such as for one prefix or one service",
                     .code = failure_code::kRefused});
    if (!response) {
        Failure failure = failure_for(ExitCode::Unreachable);
        failure.what = "no answer from the agent at " + client.address();
        failure.cause = response.error().message();
        failure.as_consul =
            consul_line(consul_begin(console.consul_failure.unreachable, doing), failure.cause);
        return fail(console, ExitCode::Unreachable, failure);
    }
    const HttpResponse& answer = response.value();
    if (answer.status == 200) return use(answer);
    Failure failure = failure_of(answer, doing.what);
    const std::string begin = consul_begin(console.consul_failure.refused, doing);
    failure.as_consul = consul_line(begin, consul_cause(answer, begin));
    return fail(console, code_of(answer), failure);
}

Result<HttpResponse> checked(Result<HttpResponse> response) {
    if (!response && response.error().code == Errc::Cancelled) return response;
    if (!response)
        return make_error({static_cast<int>(ExitCode::Unreachable), exit_category()},
                          response.error().message());
    if (response.value().status == 200) return response;
    return make_error({static_cast<int>(code_of(response.value())), exit_category()},
                      fmt::format("Unexpected response code: {} ({})", response.value().status,
                                  answer_text(response.value())));
}

bool is_unreachable(const Error& error) {
    return error.code.category() == exit_category() &&
           error.code.value() == static_cast<int>(ExitCode::Unreachable);
}

ExitCode fail_checked(CliConsole& console, const Error& error, const std::string& what,
                      const std::string& as_consul) {
    const ExitCode code = error.code.category() == exit_category()
                              ? static_cast<ExitCode>(error.code.value())
                              : ExitCode::Failed;
    Failure failure = failure_for(code);
    if (error.code == Errc::AlreadyExists) failure.code = failure_code::kConflict;
    failure.what = what;
    failure.cause = error.message();
    failure.as_consul = as_consul;
    return fail(console, code, failure);
}

ExitCode with_json(CliConsole& console, const AgentClient& client, const std::string& target,
                   const std::function<ExitCode(const boost::json::value&)>& use,
                   const Doing& doing) {
    const auto parse_and_use = [&](const HttpResponse& response) {
        boost::json::error_code failure;
        const boost::json::value parsed =
            boost::json::parse(response.body, failure, {}, deep_json());
        if (!failure) return use(parsed);
        return fail(console, ExitCode::Failed,
                    {.what = fmt::format("the answer of {} is not JSON", client.address()),
                     .cause = failure.message(),
                     .code = failure_code::kRefused});
    };
    return with_answer(console, client, client.call("GET", target), parse_and_use, doing);
}

ExitCode with_client(const CliArguments& arguments, CliConsole& console,
                     const std::function<ExitCode(const AgentClient&)>& run) {
    const auto client = AgentClient::open(arguments, console);
    if (client) return run(client.value());
    return fail_usage(console, client.error().message());
}

const boost::json::value* json_member(const boost::json::value& object, std::string_view name) {
    return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

std::string json_text(const boost::json::value& object, std::string_view member) {
    const boost::json::value* found = json_member(object, member);
    if (!found || found->is_null()) return {};
    if (const auto* text = found->if_string()) return std::string(*text);
    return boost::json::serialize(*found);
}

}  // namespace weft::agent
