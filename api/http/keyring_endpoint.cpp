#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/json_decode.hpp"
#include "api/http/write_answers.hpp"

// /v1/operator/keyring: the keys that the gossip is encrypted with.
namespace weft::api {
namespace body {

struct KeyBody {
    std::string key, token;
    std::uint64_t relay_factor = 0;
    bool local_only = false;
};

template <class Reader>
void read_fields(Reader& read, KeyBody& request) {
    using agent::FieldNames;
    read(FieldNames{"Key", {}}, request.key);
    read(FieldNames{"Token", {}}, request.token);
    read(FieldNames{"RelayFactor", {}}, request.relay_factor);
    read(FieldNames{"LocalOnly", {}}, request.local_only);
}

}  // namespace body

namespace {

Response bad_request(std::string text) {
    return Response::text(400, "Bad request: " + std::move(text));
}

constexpr std::uint64_t kRelayFactorMax = 5;

Response bad_relay_factor() {
    return bad_request("Invalid relay-factor: Relay factor must be in range: [0, 5]");
}

std::optional<Response> read_relay_factor(const Request& request, KeyRequest& wanted) {
    const std::string_view text = request.parameter("relay-factor").value_or("");
    if (text.empty()) return std::nullopt;
    int number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc{} || end != text.data() + text.size()) {
        return bad_request(
            fmt::format("Error parsing relay factor: strconv.Atoi: parsing {}: invalid syntax",
                        go_quote(text)));
    }
    if (number < 0 || std::cmp_greater(number, kRelayFactorMax)) return bad_relay_factor();
    wanted.relay_factor = static_cast<std::uint8_t>(number);
    return std::nullopt;
}

std::optional<Response> read_local_only(const Request& request, KeyRequest& wanted) {
    const std::string_view text = request.parameter("local-only").value_or("");
    if (text.empty()) return std::nullopt;
    const auto flag = go_parse_bool(text);
    if (!flag) {
        return bad_request(
            fmt::format("Error parsing local-only: strconv.ParseBool: parsing {}: invalid syntax",
                        go_quote(text)));
    }
    if (*flag && wanted.operation != KeyOperation::List) {
        return bad_request(
            "Invalid use of local-only: local-only can only be set for list requests");
    }
    wanted.local_only = *flag;
    return std::nullopt;
}

ReadBody<KeyRequest> read_request(const Request& request, KeyOperation operation) {
    KeyRequest wanted;
    wanted.operation = operation;
    if (operation != KeyOperation::List) {
        body::KeyBody body;
        BodyFault fault;
        if (auto decoded = decode_body(request.body, "keyringArgs", body, fault); !decoded) {
            return refused_body(400,
                                "Bad request: Request decode failed: " + decoded.error().message(),
                                fault, request);
        }
        wanted.key = std::move(body.key);
        if (body.relay_factor > kRelayFactorMax) return bad_relay_factor();
        wanted.relay_factor = static_cast<std::uint8_t>(body.relay_factor);
    }
    if (auto refusal = read_relay_factor(request, wanted)) return std::move(*refusal);
    if (auto refusal = read_local_only(request, wanted)) return std::move(*refusal);
    return wanted;
}

// As Go's multierror lists them; empty when all is well.
std::string errors_of(const std::vector<KeyAnswer>& answers) {
    std::string lines;
    std::size_t count = 0;
    for (const KeyAnswer& answer : answers) {
        if (answer.error.empty()) continue;
        lines += fmt::format("\n\t* {} error: {}",
                             answer.wan ? "WAN" : answer.datacenter + " (LAN)", answer.error);
        for (const auto& [node, message] : answer.messages)
            lines += fmt::format("\n\t* {}: {}", node, message);
        count += 1 + answer.messages.size();
    }
    if (count == 0) return {};
    return (count == 1 ? "1 error occurred:" : fmt::format("{} errors occurred:", count)) + lines +
           "\n\n";
}

template <class Value>
void write_map(JsonWriter& writer, std::string_view key,
               const std::vector<std::pair<std::string, Value>>& entries) {
    writer.key(key);
    writer.begin_object();
    for (const auto& [name, value] : entries) {
        if constexpr (std::is_same_v<Value, std::size_t>)
            writer.field(name, static_cast<std::uint64_t>(value));
        else
            writer.field(name, value);
    }
    writer.end_object();
}

std::string list_json(const std::vector<KeyAnswer>& answers) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const KeyAnswer& answer : answers) {
        writer.begin_object();
        writer.field("WAN", answer.wan);
        writer.field("Datacenter", answer.datacenter);
        writer.field("Segment", "");
        if (!answer.messages.empty()) write_map(writer, "Messages", answer.messages);
        write_map(writer, "Keys", answer.keys);
        write_map(writer, "PrimaryKeys", answer.primary_keys);
        writer.field("NumNodes", static_cast<std::uint64_t>(answer.nodes));
        writer.end_object();
    }
    writer.end_array();
    return body;
}

void act(const Endpoints& endpoints, const KeyRequest& wanted, Respond respond) {
    endpoints.ring.keys(wanted, [respond = std::move(respond), operation = wanted.operation](
                                    const Result<std::vector<KeyAnswer>>& answers) {
        if (!answers) return respond(failure(answers.error()));
        if (std::string errors = errors_of(answers.value()); !errors.empty())
            return respond(Response::text(500, std::move(errors)));
        respond(operation == KeyOperation::List ? Response::json(list_json(answers.value()))
                                                : Response::empty());
    });
}

AsyncHandler handler(const EndpointsPtr& endpoints, KeyOperation operation) {
    return [=](std::shared_ptr<const Request> request, Respond respond) {
        ReadBody<KeyRequest> read = read_request(*request, operation);
        if (auto* refusal = std::get_if<Response>(&read)) return respond(std::move(*refusal));
        on_control(*endpoints, std::move(respond),
                   [endpoints, wanted = std::get<KeyRequest>(std::move(read))](Respond answer) {
                       act(*endpoints, wanted, std::move(answer));
                   });
    };
}

}  // namespace

void add_keyring_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back({"/v1/operator/keyring",
                      {{"GET", handler(endpoints, KeyOperation::List)},
                       {"POST", handler(endpoints, KeyOperation::Install)},
                       {"PUT", handler(endpoints, KeyOperation::Use)},
                       {"DELETE", handler(endpoints, KeyOperation::Remove)}},
                      {}});
}

}  // namespace weft::api
