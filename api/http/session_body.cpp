#include "api/http/session_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "agent/base/go_duration.hpp"
#include "agent/catalog/text_order.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {

using agent::FieldNames;

namespace body {

struct SessionServiceCheckBody {
    std::string id, namespace_name;
};

template <class Reader>
void read_fields(Reader& read, SessionServiceCheckBody& check) {
    read(FieldNames{"ID", {}}, check.id);
    read(FieldNames{"Namespace", {}}, check.namespace_name);
}

std::vector<std::string> default_checks() {
    return {"serfHealth"};
}

struct SessionBody {
    std::string id, name, node, behavior, ttl;
    // Consul's older clients send the one list, newer ones the other.
    std::vector<std::string> checks = default_checks();
    std::vector<std::string> node_checks = default_checks();
    std::optional<std::vector<SessionServiceCheckBody>> service_checks;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

// LockDelay is read apart: it may be a text or a number.
template <class Reader>
void read_fields(Reader& read, SessionBody& session) {
    read(FieldNames{"ID", {}}, session.id);
    read(FieldNames{"Name", {}}, session.name);
    read(FieldNames{"Node", {}}, session.node);
    read(FieldNames{"Behavior", {}}, session.behavior);
    read(FieldNames{"TTL", {}}, session.ttl);
    read(FieldNames{"Checks", {}}, session.checks);
    read(FieldNames{"NodeChecks", {}}, session.node_checks);
    read(FieldNames{"ServiceChecks", {}}, session.service_checks);
    read(FieldNames{"CreateIndex", {}}, session.create_index);
    read(FieldNames{"ModifyIndex", {}}, session.modify_index);
}

}  // namespace body

namespace {

constexpr Duration kTtlMax = std::chrono::hours(24);
constexpr Duration kLockDelayDefault = std::chrono::seconds(15);
constexpr Duration kSecondsBelow = std::chrono::nanoseconds(1000);  // numbers that are no ns
constexpr Duration kLockDelayMax = std::chrono::hours(24 * 365);

Error invalid_session(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

// The last one counts, as with Go.
const JsonValue* last_member(const JsonValue& object, std::string_view name) {
    const JsonValue* found = nullptr;
    for (const auto& [member, value] : object.members) {
        if (agent::fold_equal(member, name)) found = &value;
    }
    return found;
}

Result<Duration> lock_delay(const JsonValue& tree) {
    const JsonValue* value = last_member(tree, "LockDelay");
    if (!value) return kLockDelayDefault;
    Duration delay = kLockDelayDefault;
    if (value->kind == JsonValue::Kind::String) {
        WEFT_TRY(delay, parse_go_duration(value->text));
    } else if (value->kind == JsonValue::Kind::Number) {
        double number = 0;
        const char* const end = value->text.data() + value->text.size();
        const auto [parsed, status] = std::from_chars(value->text.data(), end, number);
        if (status != std::errc{} || parsed != end) return invalid_session("invalid LockDelay");
        const double limit = static_cast<double>(kLockDelayMax.count());
        delay = Duration(static_cast<std::int64_t>(std::clamp(number, -limit, limit)));
    }
    delay = std::clamp(delay, Duration{}, kLockDelayMax);
    if (delay < kSecondsBelow) delay = std::chrono::seconds(delay.count());
    return delay;
}

// null is an empty list to Go, where our decoder takes it for nothing said.
void clear_null_lists(const JsonValue& tree, body::SessionBody& session) {
    if (const JsonValue* list = last_member(tree, "Checks"); list && list->is_null())
        session.checks.clear();
    if (const JsonValue* list = last_member(tree, "NodeChecks"); list && list->is_null())
        session.node_checks.clear();
}

struct Decoded {
    body::SessionBody session;
    Duration lock_delay = kLockDelayDefault;
};

Result<Decoded> decode_session(std::string_view text, BodyFault& fault) {
    Decoded decoded;
    WEFT_TRY(const JsonValue tree, parse_body(text, fault));
    if (!tree.is_null() && tree.kind != JsonValue::Kind::Object) {
        return invalid_session(
            fmt::format("json: cannot unmarshal {} into Go value of type struct {{ LockDelay "
                        "interface {{}}; *structs.Alias }}",
                        kind_name(tree)));
    }
    JsonDecoder decoder("");
    decoder.accept_unknown_fields();
    decoder.decode(tree, decoded.session);
    fault = decoder.fault();
    if (decoder.error()) return *decoder.error();
    clear_null_lists(tree, decoded.session);
    WEFT_TRY(decoded.lock_delay, lock_delay(tree));
    return decoded;
}

// Consul's rules for its two lists: the older one is nothing where it says what is the default
// anyway, and an empty list in either empties the other.
void set_checks(const body::SessionBody& session, agent::SessionRow& row) {
    row.node_checks = agent::TextList{};
    if (session.checks.empty() || session.node_checks.empty()) return;
    row.node_checks = agent::TextList(session.node_checks.begin(), session.node_checks.end());
    if (session.checks == body::default_checks()) return;
    row.checks = agent::TextList(session.checks.begin(), session.checks.end());
}

Result<void> check_ttl(const std::string& text, Duration ttl_min) {
    if (text.empty()) return success();
    const auto ttl = parse_go_duration(text);
    if (!ttl)
        return invalid_session(
            fmt::format("Session TTL '{}' invalid: {}", text, ttl.error().message()));
    if (ttl.value() == Duration{} || (ttl.value() >= ttl_min && ttl.value() <= kTtlMax))
        return success();
    return invalid_session(fmt::format("Invalid Session TTL '{}', must be between [{}={}]",
                                       ttl.value().count(), format_go_duration(ttl_min),
                                       format_go_duration(kTtlMax)));
}

Result<agent::SessionRow> to_row(const Decoded& decoded, std::string_view node_name,
                                 Duration ttl_min) {
    const body::SessionBody& session = decoded.session;
    agent::SessionRow row;
    row.name = session.name;
    row.node = session.node.empty() ? node_name : std::string_view(session.node);
    row.lock_delay_ns = decoded.lock_delay.count();
    if (session.behavior == "delete") {
        row.behavior = agent::SessionBehavior::Delete;
    } else if (!session.behavior.empty() && session.behavior != "release") {
        return invalid_session(fmt::format("Invalid Behavior setting '{}'", session.behavior));
    }
    WEFT_TRY(check_ttl(session.ttl, ttl_min));
    row.ttl = session.ttl;
    set_checks(session, row);
    if (session.service_checks) {
        std::vector<agent::SessionServiceCheck> checks;
        for (const auto& check : *session.service_checks)
            checks.push_back({SharedText(check.id), SharedText(check.namespace_name)});
        row.service_checks = std::move(checks);
    }
    return row;
}

}  // namespace

CatalogBody<agent::SessionRow> read_session_body(std::string_view text, std::string_view node_name,
                                                 Duration ttl_min) {
    Decoded session;
    if (!text.empty()) {
        BodyFault fault;
        auto decoded = decode_session(text, fault);
        if (!decoded) {
            return CatalogBodyError{400, "Request decode failed: " + decoded.error().message(),
                                    std::move(fault)};
        }
        session = std::move(decoded).value();
    }
    auto row = to_row(session, node_name, ttl_min);
    if (!row) return CatalogBodyError{500, row.error().message()};
    return std::move(row).value();
}

}  // namespace weft::api
