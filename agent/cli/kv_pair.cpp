#include "agent/cli/kv_pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "agent/base/base64.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

const json::value* member(const json::object& object, std::string_view name) {
    for (const auto& [key, value] : object)
        if (same_name(key, name)) return value.is_null() ? nullptr : &value;
    return nullptr;
}

// Reads the members of one pair; the first that is not of its type is the error.
class PairReader {
public:
    explicit PairReader(const json::object& object) : object_(object) {}

    std::string text(std::string_view name) {
        const json::value* found = member(object_, name);
        if (!found) return {};
        if (found->is_string()) return std::string(found->get_string());
        misfit(name, "a text");
        return {};
    }
    std::uint64_t number(std::string_view name) {
        const json::value* found = member(object_, name);
        if (!found) return 0;
        if (found->is_uint64()) return found->get_uint64();
        if (found->is_int64() && found->get_int64() >= 0)
            return static_cast<std::uint64_t>(found->get_int64());
        misfit(name, "a whole number from 0 to 18446744073709551615");
        return 0;
    }
    const std::optional<Error>& error() const { return error_; }

private:
    void misfit(std::string_view name, std::string_view wanted) {
        if (error_) return;
        const json::value* key = member(object_, "Key");
        const bool is_named = key != nullptr && key->is_string();
        error_ = make_error(
            Errc::Corrupt,
            fmt::format("{} of key {} must be {}", name,
                        is_named ? std::string(key->get_string()) : std::string("(none)"), wanted));
    }

    const json::object& object_;
    std::optional<Error> error_;
};

Result<KvPair> read_pair(const json::value& value) {
    if (!value.is_object()) return make_error(Errc::Corrupt, "a pair must be an object");
    PairReader reader(value.get_object());
    KvPair pair{.key = reader.text("Key"), .value = {}, .session = reader.text("Session")};
    pair.flags = reader.number("Flags");
    pair.lock_index = reader.number("LockIndex");
    pair.create_index = reader.number("CreateIndex");
    pair.modify_index = reader.number("ModifyIndex");
    auto bytes = go_base64(reader.text("Value"));
    if (reader.error()) return *reader.error();
    if (!bytes)
        return make_error(Errc::Corrupt, fmt::format("base 64 decoding value for key {}: {}",
                                                     pair.key, bytes.error().message()));
    pair.value = std::move(bytes.value());
    return pair;
}

// A JSON text in quotes, by the writer that knows Go's escapes.
std::string quoted(std::string_view text) {
    std::string out;
    JsonWriter writer(out);
    writer.value(text);
    return out;
}

}  // namespace

Result<std::vector<KvPair>> read_pairs(std::string_view text) {
    json::error_code failure;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), failure);
    if (failure) return make_error(Errc::Corrupt, "not JSON: " + failure.message());
    if (!parsed.is_array()) return make_error(Errc::Corrupt, "not an array of pairs");
    std::vector<KvPair> all;
    for (const json::value& value : parsed.get_array()) {
        WEFT_TRY(auto pair, read_pair(value));
        all.push_back(std::move(pair));
    }
    return all;
}

std::string details_of(const KvPair& pair, bool as_base64) {
    std::string text;
    const auto line = [&](std::string_view name, std::string_view value) {
        if (value.empty())
            text += fmt::format("{}\n", name);
        else
            text += fmt::format("{:<16} {}\n", name, value);
    };
    line("CreateIndex", std::to_string(pair.create_index));
    line("Flags", std::to_string(pair.flags));
    line("Key", pair.key);
    line("LockIndex", std::to_string(pair.lock_index));
    line("ModifyIndex", std::to_string(pair.modify_index));
    line("Session", pair.session.empty() ? "-" : pair.session);
    line("Value", as_base64 ? base64(pair.value) : pair.value);
    return text;
}

void write_pair(JsonWriter& writer, const KvPair& pair) {
    writer.begin_object();
    writer.field("Key", pair.key);
    writer.field("CreateIndex", pair.create_index);
    writer.field("ModifyIndex", pair.modify_index);
    writer.field("LockIndex", pair.lock_index);
    writer.field("Flags", pair.flags);
    if (pair.value.empty())
        writer.null_field("Value");
    else
        writer.field("Value", base64(pair.value));
    writer.field("Session", pair.session);
    writer.end_object();
}

std::string export_text(const std::vector<KvPair>& pairs) {
    std::string text = "[";
    for (const KvPair& pair : pairs) {
        text += text.size() > 1 ? ",\n" : "\n";
        text += fmt::format("\t{{\n\t\t\"key\": {},\n\t\t\"flags\": {},\n\t\t\"value\": {}\n\t}}",
                            quoted(pair.key), pair.flags, quoted(base64(pair.value)));
    }
    return text + (pairs.empty() ? "]\n" : "\n]\n");
}

Result<std::vector<std::string>> read_key_names(std::string_view text) {
    json::error_code failure;
    const json::value names = json::parse(text, failure);
    if (failure || !names.is_array()) return make_error(Errc::Corrupt, "is no array of names");
    std::vector<std::string> read;
    for (const json::value& name : names.get_array())
        if (name.is_string()) read.emplace_back(name.get_string());
    return read;
}

}  // namespace weft::agent
