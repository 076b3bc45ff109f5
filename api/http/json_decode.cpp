#include "api/http/json_decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "agent/base/go_duration.hpp"
#include "agent/base/nearest.hpp"
#include "agent/catalog/text_order.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

// Spellings that configuration files know and Consul's JSON refuses as unknown fields.
constexpr std::array<std::string_view, 7> kFileOnlyNames = {"success_before_passing",
                                                            "failures_before_warning",
                                                            "failures_before_critical",
                                                            "output_max_size",
                                                            "mesh_gateway",
                                                            "alias_node",
                                                            "alias_service"};

bool is_file_only(std::string_view snake) {
    return std::find(kFileOnlyNames.begin(), kFileOnlyNames.end(), snake) != kFileOnlyNames.end();
}

// Go's float64 to time.Duration, kept inside the range of the type.
Duration nanoseconds_of(double number) {
    constexpr double kLimit = 9.2e18;
    if (std::isnan(number)) return Duration{};
    return Duration(static_cast<std::int64_t>(std::clamp(number, -kLimit, kLimit)));
}

}  // namespace

bool names_field(std::string_view name, const agent::FieldNames& field) {
    if (agent::fold_equal(name, field.json)) return true;
    // A check inside a service is called CheckID; "id" would be its name in a file.
    if (field.json == "CheckID") return false;
    if (!field.snake.empty() && !is_file_only(field.snake) && agent::fold_equal(name, field.snake))
        return true;
    if (!field.alias.empty() && agent::fold_equal(name, field.alias)) return true;
    return field.json == "Args" && agent::fold_equal(name, "ScriptArgs");
}

void JsonDecoder::fail(std::string context) {
    if (error_) return;
    error_ = make_error(Errc::InvalidArgument, std::move(context));
    fault_.found = true;
    if (!path_.empty()) fault_.offset = path_.back().offset;
    for (const Step& step : path_) {
        fault_.pointer += pointer_step(step.name.empty() ? std::to_string(step.index) : step.name);
    }
}

void JsonDecoder::fail_unknown(std::string_view name, const JsonValue& member,
                               const std::vector<std::string_view>& known) {
    enter(name, member.name_offset);
    fail("json: unknown field \"" + std::string(name) + "\"");
    leave();
    std::vector<std::string> folded_names;
    for (const std::string_view each : known) folded_names.push_back(agent::folded(each));
    const std::vector<std::string_view> candidates(folded_names.begin(), folded_names.end());
    const std::string folded_name = agent::folded(name);
    const auto meant = nearest(folded_name, candidates);
    if (!meant) return;
    const auto at = std::find(candidates.begin(), candidates.end(), *meant) - candidates.begin();
    fault_.help = fmt::format("did you mean `{}`?", known[static_cast<std::size_t>(at)]);
}

Result<JsonValue> parse_body(std::string_view body, BodyFault& fault) {
    auto tree = parse_json(body, &fault.offset);
    fault.found = !tree;
    return tree;
}

void JsonDecoder::fail_type(const JsonValue& value, std::string_view go_type) {
    std::string word(kind_name(value));
    const bool is_integer = go_type == "int" || go_type == "uint" || go_type == "uint64";
    if (value.kind == JsonValue::Kind::Number && is_integer) word += " " + value.text;
    if (field_.empty()) {
        return fail(fmt::format(
            "json: cannot unmarshal {} into Go value of type {}", word,
            struct_name_.empty() ? std::string(go_type) : package_ + "." + struct_name_));
    }
    fail(fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", word,
                     struct_name_, field_, go_type));
}

void JsonDecoder::decode(const JsonValue& value, std::string& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::String) return fail_type(value, "string");
    out = value.text;
}

void JsonDecoder::decode(const JsonValue& value, SharedText& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::String) return fail_type(value, "string");
    out = SharedText(value.text);
}

void JsonDecoder::decode(const JsonValue& value, ByteField& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::String) return fail_type(value, "[]uint8");
    auto bytes = go_base64(value.text);
    if (!bytes) return fail(bytes.error().context);
    out.bytes = std::move(bytes).value();
}

void JsonDecoder::decode(const JsonValue& value, bool& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Bool) return fail_type(value, "bool");
    out = value.flag;
}

void JsonDecoder::decode(const JsonValue& value, std::int64_t& out) {
    std::int32_t number = 0;
    if (value.is_null()) return;
    decode(value, number);
    if (!error_) out = number;
}

// All counts and ports of a body fit in 32 bits; rows store them so.
void JsonDecoder::decode(const JsonValue& value, std::int32_t& out) {
    decode_integer(value, "int", out);
}

void JsonDecoder::decode(const JsonValue& value, std::uint32_t& out) {
    decode_integer(value, "uint", out);
}

void JsonDecoder::decode(const JsonValue& value, std::uint64_t& out) {
    decode_integer(value, "uint64", out);
}

template <class Integer>
void JsonDecoder::decode_integer(const JsonValue& value, std::string_view go_type, Integer& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Number) return fail_type(value, go_type);
    Integer number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [parsed, status] = std::from_chars(value.text.data(), end, number);
    if (status != std::errc{} || parsed != end) return fail_type(value, go_type);
    out = number;
}

void JsonDecoder::decode(const JsonValue& value, double& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Number) return fail_type(value, "float64");
    double number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [parsed, status] = std::from_chars(value.text.data(), end, number);
    if (status != std::errc{} || parsed != end) return fail_type(value, "float64");
    out = number;
}

void JsonDecoder::decode(const JsonValue& value, Duration& out) {
    if (value.kind == JsonValue::Kind::Number) {
        double number = 0;
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
        out = nanoseconds_of(number);
        return;
    }
    if (value.kind != JsonValue::Kind::String) return;
    auto duration = parse_go_duration(value.text);
    if (!duration) return fail(duration.error().context);
    out = duration.value();
}

void JsonDecoder::decode(const JsonValue& value, ReadableDuration& out) {
    using Kind = JsonValue::Kind;
    if (value.kind == Kind::Bool || value.kind == Kind::Array || value.kind == Kind::Object) {
        return fail("strconv.ParseFloat: parsing " + go_quote(minified(value)) +
                    ": invalid syntax");
    }
    decode(value, out.value);
}

void JsonDecoder::decode(const JsonValue& value, std::vector<std::string>& out) {
    decode_list(value, "[]string", out,
                [this](const JsonValue& item, std::string& element) { decode(item, element); });
}

void JsonDecoder::decode(const JsonValue& value, agent::StringMap& out) {
    decode_map(value, "map[string]string", out,
               [this](const JsonValue& item, std::string& element) { decode(item, element); });
}

void JsonDecoder::decode(const JsonValue& value,
                         std::vector<std::pair<std::string, std::vector<std::string>>>& out) {
    decode_map(value, "map[string][]string", out,
               [this](const JsonValue& item, std::vector<std::string>& element) {
                   decode(item, element);
               });
}

void JsonDecoder::decode(const JsonValue& value, agent::OpaqueObject& out) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Object) return fail_type(value, "map[string]interface {}");
    out.json = minified(value);
}

// The sidecar's own definition is checked as strictly as if it were used.
void JsonDecoder::decode(const JsonValue& value, agent::PresenceOnly& out) {
    if (value.is_null()) return;
    agent::ServiceDefinition unused;
    decode(value, unused);
    out.present = true;
}

// It belongs to the service around it: another's id is not refused, and means nothing.
void JsonDecoder::decode_check_in_service(const JsonValue& value, agent::CheckDefinition& out) {
    decode_object(value, [&out](auto& matcher) {
        read_fields(matcher, out, agent::CheckPlace::InService);
        std::string another;
        matcher(agent::FieldNames{"ServiceID", "service_id"}, another);
    });
}

void JsonDecoder::decode(const JsonValue& value, std::vector<agent::CheckDefinition>& out) {
    decode_list(value, "structs.CheckTypes", out,
                [this](const JsonValue& item, agent::CheckDefinition& check) {
                    decode_check_in_service(item, check);
                });
}

void JsonDecoder::decode(const JsonValue& value, agent::SingleCheck&) {
    agent::CheckDefinition check = single_check_.value_or(agent::CheckDefinition{});
    decode_check_in_service(value, check);
    if (check != agent::CheckDefinition{}) single_check_ = std::move(check);
}

// "Check" stands before all of "Checks", wherever the body has it: generated ids count from it.
void JsonDecoder::decode(const JsonValue& value, agent::ServiceDefinition& out) {
    std::optional<agent::CheckDefinition> outer = std::exchange(single_check_, std::nullopt);
    decode_object(value, [&out](auto& matcher) { read_fields(matcher, out); });
    if (single_check_) out.checks.insert(out.checks.begin(), std::move(*single_check_));
    single_check_ = std::move(outer);
}

}  // namespace weft::api
