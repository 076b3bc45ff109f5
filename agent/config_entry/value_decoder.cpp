#include "agent/config_entry/value_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "agent/base/go_duration.hpp"
#include "agent/base/nearest.hpp"

namespace weft::agent {
namespace {

using Kind = JsonValue::Kind;

bool is_same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() && lower_case(a) == lower_case(b);
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [at, status] = std::from_chars(text.data(), end, number);
    if (status != std::errc{} || at != end) return std::nullopt;
    return number;
}

// The words that Go's strconv.ParseBool knows.
std::optional<bool> parsed_bool(std::string_view text) {
    for (const std::string_view word : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (text == word) return true;
    }
    for (const std::string_view word : {"", "0", "f", "F", "false", "FALSE", "False"}) {
        if (text == word) return false;
    }
    return std::nullopt;
}

std::string_view go_type(const JsonValue& value) {
    switch (value.kind) {
        case Kind::Null:
            return "<nil>";
        case Kind::Bool:
            return "bool";
        case Kind::Number:
            return "float64";
        case Kind::String:
            return "string";
        case Kind::Array:
            return "[]interface {}";
        case Kind::Object:
            return "map[string]interface {}";
    }
    return {};
}

// A whole number, or a fraction cut off, within the range in which both are exact.
std::optional<std::int64_t> whole(std::string_view literal) {
    if (const auto number = parsed<std::int64_t>(literal)) return number;
    constexpr double kExact = 9'007'199'254'740'992.0;
    const auto number = parsed<double>(literal);
    if (!number || std::abs(*number) > kExact) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

}  // namespace

Result<void> ValueDecoder::result() const {
    if (!wrong_values_.empty()) {
        std::vector<std::string> sorted;
        for (const Mistake& mistake : wrong_values_) sorted.push_back(mistake.text);
        std::sort(sorted.begin(), sorted.end());
        std::string text = fmt::format("{} error(s) decoding:\n\n", sorted.size());
        for (std::size_t i = 0; i < sorted.size(); ++i)
            text += fmt::format("{}* {}", i == 0 ? "" : "\n", sorted[i]);
        return make_error(Errc::InvalidArgument, std::move(text));
    }
    if (unknown_names_.empty()) return success();
    const std::size_t count = unknown_names_.size();
    std::string text =
        count == 1 ? "1 error occurred:\n" : fmt::format("{} errors occurred:\n", count);
    for (const Mistake& mistake : unknown_names_)
        text += fmt::format("\t* invalid config key \"{}\"\n", mistake.text);
    return make_error(Errc::InvalidArgument, text + "\n");
}

std::optional<EntryFault> ValueDecoder::fault() const {
    if (!wrong_values_.empty())
        return std::min_element(wrong_values_.begin(), wrong_values_.end(),
                                [](const auto& a, const auto& b) { return a.text < b.text; })
            ->fault;
    if (!unknown_names_.empty()) return unknown_names_.front().fault;
    return std::nullopt;
}

bool ValueDecoder::Match::names(const EntryField& field) const {
    return is_same_word(name, field.json) || is_same_word(name, field.snake);
}

std::string ValueDecoder::Match::below(std::string_view field) const {
    return path.empty() ? std::string(field) : path + "." + std::string(field);
}

// The kind is read before the fields: it says which there are.
void ValueDecoder::Match::identity(EntryKind, std::string& member) {
    constexpr EntryField kKindField{"Kind", "kind"};
    constexpr EntryField kNameField{"Name", "name"};
    if (is_found || names(kKindField)) {
        is_found = true;
        return;
    }
    (*this)(kNameField, member);
}

const JsonValue* ValueDecoder::object_of(const JsonValue& value, const std::string& path) {
    const JsonValue* object = &value;
    if (value.kind == Kind::Array) {
        if (value.items.empty()) return nullptr;
        object = &value.items.front();
    }
    if (object->is_null()) return nullptr;
    if (object->kind == Kind::Object) return object;
    fail_value(path, fmt::format("'{}' expected a map, got '{}'", path, go_type(*object)));
    return nullptr;
}

void ValueDecoder::fail_type(const JsonValue& value, const std::string& path,
                             std::string_view type) {
    fail_value(path, fmt::format("'{}' expected type '{}', got unconvertible type '{}'", path, type,
                                 go_type(value)));
}

void ValueDecoder::fail_value(const std::string& path, std::string text) {
    if (wrong_values_.size() < kMostErrors)
        wrong_values_.push_back({std::move(text), EntryFault{.path = path}});
}

void ValueDecoder::fail_name(std::string_view name, const std::string& path,
                             std::span<const std::string_view> known) {
    // An entry that was read may be written again as it is.
    if (unknown_ == UnknownNames::Skipped) return;
    if (path.empty() && (name == "CreateIndex" || name == "ModifyIndex")) return;
    if (unknown_names_.size() >= kMostErrors) return;
    const std::string full = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    EntryFault& fault =
        unknown_names_.emplace_back(full, EntryFault{.path = full, .is_name = true}).fault;
    std::vector<std::string> folded;
    for (const std::string_view each : known) folded.push_back(lower_case(each));
    const std::vector<std::string_view> words(folded.begin(), folded.end());
    if (const auto meant = nearest(lower_case(name), words)) {
        const auto at = std::find(words.begin(), words.end(), *meant) - words.begin();
        fault.meant = known[static_cast<std::size_t>(at)];
    }
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, std::string& out) {
    switch (value.kind) {
        case Kind::Null:
            return;
        case Kind::String:
        case Kind::Number:
            out = value.text;
            return;
        case Kind::Bool:
            out = value.flag ? "1" : "0";
            return;
        case Kind::Array:
        case Kind::Object:
            return fail_type(value, path, "string");
    }
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, bool& out) {
    switch (value.kind) {
        case Kind::Null:
            return;
        case Kind::Bool:
            out = value.flag;
            return;
        case Kind::Number:
            out = parsed<double>(value.text).value_or(1) != 0;
            return;
        case Kind::String:
            if (const auto flag = parsed_bool(value.text)) {
                out = *flag;
                return;
            }
            return fail_value(
                path,
                fmt::format(
                    "cannot parse '{}' as bool: strconv.ParseBool: parsing \"{}\": invalid syntax",
                    path, value.text));
        case Kind::Array:
        case Kind::Object:
            return fail_type(value, path, "bool");
    }
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, std::int64_t& out) {
    switch (value.kind) {
        case Kind::Null:
            return;
        case Kind::Bool:
            out = value.flag ? 1 : 0;
            return;
        case Kind::Number:
            if (const auto number = whole(value.text)) {
                out = *number;
                return;
            }
            return fail_value(path,
                              fmt::format("cannot parse '{}', {} overflows int", path, value.text));
        case Kind::String:
            if (const auto number = parsed<std::int64_t>(value.text)) {
                out = *number;
                return;
            }
            return fail_value(
                path, fmt::format("cannot parse '{}' as int: strconv.ParseInt: parsing \"{}\": "
                                  "invalid syntax",
                                  path, value.text));
        case Kind::Array:
        case Kind::Object:
            return fail_type(value, path, "int");
    }
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, Duration& out) {
    if (value.is_null()) return;
    if (value.kind == Kind::String) {
        const auto duration = parse_go_duration(value.text);
        if (duration) {
            out = duration.value();
        } else {
            fail_value(path,
                       fmt::format("error decoding '{}': {}", path, duration.error().context));
        }
        return;
    }
    if (value.kind != Kind::Number) return fail_type(value, path, "time.Duration");
    const auto nanoseconds = whole(value.text);
    if (!nanoseconds)
        return fail_value(path,
                          fmt::format("cannot parse '{}', {} overflows int", path, value.text));
    out = Duration(*nanoseconds);
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, SplitWeight& out) {
    if (value.is_null()) return;
    if (value.kind != Kind::Number && value.kind != Kind::String)
        return fail_type(value, path, "float32");
    const auto number = parsed<double>(value.text);
    // What no weight can be is left to the rules, which say what one may be.
    constexpr double kMost = 1e6;
    if (!number || !std::isfinite(*number) || std::abs(*number) > kMost) {
        return fail_value(
            path,
            fmt::format("cannot parse '{}' as float: strconv.ParseFloat: parsing \"{}\": invalid "
                        "syntax",
                        path, value.text));
    }
    out.hundredths = static_cast<std::int32_t>(std::lround(*number * 100));
}

void ValueDecoder::decode(const JsonValue& value, const std::string& path, OpaqueJson& out) {
    const JsonValue* object = object_of(value, path);
    if (object != nullptr) out.text = minified(*object);
}

}  // namespace weft::agent
