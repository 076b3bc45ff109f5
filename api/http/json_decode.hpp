#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/json_tree.hpp"
#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/definition_fields.hpp"
#include "api/http/body_fault.hpp"

// Decoding a JSON tree into structs by Go's rules: names match without regard to case, null changes
// nothing, an unknown name or a value of the wrong type is refused with Go's words. The structs'
// fields are found by read_fields() overloads (agent/catalog/definition_fields.hpp shows the form).
namespace weft::api {

// Go's []byte: base64 in JSON.
struct ByteField {
    std::string bytes;
};

// A duration of Consul's api package, which refuses what is neither text nor number.
struct ReadableDuration {
    Duration value{};
};

// Collects the first error of one body.
class JsonDecoder {
public:
    // struct_name: the Go type that errors name, "RegisterRequest"; empty for Go's anonymous
    // structs. package: where Go has it.
    explicit JsonDecoder(std::string struct_name, std::string_view package = "structs")
        : struct_name_(std::move(struct_name)), package_(package) {}

    const std::optional<Error>& error() const { return error_; }
    const BodyFault& fault() const { return fault_; }  // of the error

    // Names that belong to no field are passed over: Consul does so where it decodes by hand.
    void accept_unknown_fields() { accepts_unknown_ = true; }

    // The field that following errors are about.
    void enter_field(std::string_view name) { field_ = name; }

    // The value that following errors are about, until leave().
    void enter(std::string_view name, std::size_t offset) { path_.push_back({name, 0, offset}); }
    void leave() { path_.pop_back(); }

    void fail(std::string context);
    void fail_type(const JsonValue& value, std::string_view go_type);

    void decode(const JsonValue& value, std::string& out);
    void decode(const JsonValue& value, bool& out);
    void decode(const JsonValue& value, std::int64_t& out);
    void decode(const JsonValue& value, std::int32_t& out);
    void decode(const JsonValue& value, std::uint32_t& out);  // Go's uint
    void decode(const JsonValue& value, std::uint64_t& out);  // indexes
    void decode(const JsonValue& value, double& out);
    void decode(const JsonValue& value, Duration& out);
    void decode(const JsonValue& value, ReadableDuration& out);
    void decode(const JsonValue& value, SharedText& out);
    void decode(const JsonValue& value, std::vector<std::string>& out);
    void decode(const JsonValue& value, agent::StringMap& out);
    void decode(const JsonValue& value,
                std::vector<std::pair<std::string, std::vector<std::string>>>& out);
    void decode(const JsonValue& value, ByteField& out);
    void decode(const JsonValue& value, agent::OpaqueObject& out);
    void decode(const JsonValue& value, agent::PresenceOnly& out);
    void decode(const JsonValue& value, agent::SingleCheck& out);
    void decode(const JsonValue& value, agent::ServiceDefinition& out);
    void decode(const JsonValue& value, std::vector<agent::CheckDefinition>& out);

    // Null leaves it unset; anything else is decoded over a zero value.
    template <class T>
    void decode(const JsonValue& value, std::optional<T>& out) {
        if (value.is_null()) return;
        if (!out) out = zero(static_cast<const T*>(nullptr));
        decode(value, *out);
    }

    template <class T>
    void decode(const JsonValue& value, std::vector<T>& out) {
        decode_list(value, "[]struct", out,
                    [this](const JsonValue& item, T& element) { decode(item, element); });
    }

    template <class T>
    void decode(const JsonValue& value, std::vector<std::pair<std::string, T>>& out) {
        decode_map(value, "map[string]struct", out,
                   [this](const JsonValue& item, T& element) { decode(item, element); });
    }

    // An object: one of the structs with read_fields().
    template <class T>
    void decode(const JsonValue& value, T& out) {
        decode_object(value, [&out](auto& matcher) { read_fields(matcher, out); });
    }

    // Offers each member of the object to the fields that visit_fields(matcher) lists.
    template <class VisitFields>
    void decode_object(const JsonValue& value, const VisitFields& visit_fields);

private:
    // From a value to one inside of it: a member's name, or, without one, an item's position.
    struct Step {
        std::string_view name;
        std::size_t index = 0;
        std::size_t offset = 0;
    };

    void fail_unknown(std::string_view name, const JsonValue& member,
                      const std::vector<std::string_view>& known);
    template <class Integer>
    void decode_integer(const JsonValue& value, std::string_view go_type, Integer& out);

    void decode_check_in_service(const JsonValue& value, agent::CheckDefinition& out);

    template <class T>
    static T zero(const T*) {
        return T{};
    }
    static agent::WeightsDefinition zero(const agent::WeightsDefinition*) {
        return {.passing = 0, .warning = 0};
    }

    template <class T, class Decode>
    void decode_list(const JsonValue& value, std::string_view go_type, std::vector<T>& out,
                     const Decode& element) {
        if (value.is_null()) return;
        if (value.kind != JsonValue::Kind::Array) return fail_type(value, go_type);
        out.clear();
        for (const JsonValue& item : value.items) {
            if (error_) return;
            path_.push_back({{}, out.size(), item.offset});
            element(item, out.emplace_back());
            leave();
        }
    }

    // Names are unique and sorted afterwards; of repeated ones the last counts.
    template <class T, class Decode>
    void decode_map(const JsonValue& value, std::string_view go_type,
                    std::vector<std::pair<std::string, T>>& out, const Decode& element) {
        if (value.is_null()) return;
        if (value.kind != JsonValue::Kind::Object) return fail_type(value, go_type);
        std::map<std::string, T> entries(std::make_move_iterator(out.begin()),
                                         std::make_move_iterator(out.end()));
        for (const auto& [name, member] : value.members) {
            if (error_) return;
            enter(name, member.offset);
            element(member, entries[name] = T{});
            leave();
        }
        out.assign(std::make_move_iterator(entries.begin()),
                   std::make_move_iterator(entries.end()));
    }

    std::string struct_name_;
    std::string package_;
    std::string field_;
    bool accepts_unknown_ = false;
    std::optional<Error> error_;
    std::vector<Step> path_;
    BodyFault fault_;
    std::optional<agent::CheckDefinition>
        single_check_;  // "Check" of the service that is being decoded
};

// True when a member called name belongs to the field. Consul's JSON takes the spelling of
// configuration files for most fields of definitions, but not for all; the exceptions are kept.
bool names_field(std::string_view name, const agent::FieldNames& field);

// What read_fields() sees as its reader: decodes one member of an object into the field of that
// name.
class FieldMatcher {
public:
    FieldMatcher(JsonDecoder& decoder, std::string_view name, const JsonValue& value)
        : decoder_(decoder), name_(name), value_(value) {}

    template <class T>
    void operator()(const agent::FieldNames& field, T& member) {
        if (found_ || !names_field(name_, field)) return;
        found_ = true;
        decoder_.enter_field(field.json);
        decoder_.enter(name_, value_.offset);
        decoder_.decode(value_, member);
        decoder_.leave();
    }

    bool found() const { return found_; }

private:
    JsonDecoder& decoder_;
    std::string_view name_;
    const JsonValue& value_;
    bool found_ = false;
};

// Collects the names that fields have in JSON.
class FieldLister {
public:
    template <class T>
    void operator()(const agent::FieldNames& field, T&) {
        names_.push_back(field.json);
    }
    const std::vector<std::string_view>& names() const { return names_; }

private:
    std::vector<std::string_view> names_;
};

template <class VisitFields>
void JsonDecoder::decode_object(const JsonValue& value, const VisitFields& visit_fields) {
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Object) return fail_type(value, "struct");
    for (const auto& [name, member] : value.members) {
        FieldMatcher matcher(*this, name, member);
        visit_fields(matcher);
        if (error_) return;
        if (matcher.found() || accepts_unknown_) continue;
        FieldLister known;
        visit_fields(known);
        return fail_unknown(name, member, known.names());
    }
}

// parse_json(), saying where it failed.
Result<JsonValue> parse_body(std::string_view body, BodyFault& fault);

// Decodes a whole body into out.
template <class T>
Result<void> decode_body(std::string_view body, std::string struct_name, T& out, BodyFault& fault,
                         std::string_view package = "structs") {
    WEFT_TRY(const JsonValue tree, parse_body(body, fault));
    JsonDecoder decoder(std::move(struct_name), package);
    decoder.decode(tree, out);
    if (!decoder.error()) return success();
    fault = decoder.fault();
    return *decoder.error();
}

}  // namespace weft::api
