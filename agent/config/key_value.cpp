#include "agent/config/key_value.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "agent/base/go_duration.hpp"
#include "agent/base/nearest.hpp"
#include "agent/config/key_table.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/value_hint.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

Diagnostic& misfit(const KeyRow& row, const Place& place, Diagnostics& diagnostics,
                   std::string label) {
    const std::string_view code = row.type == ValueType::Port ? "W1011" : "W1010";
    auto& found =
        diagnostics.error(code, fmt::format("`{}` must be {}", row.path, type_words(row)), place);
    found.label = std::move(label);
    return found;
}

void wrong_kind(const KeyRow& row, const TreeNode& node, const Place& place,
                Diagnostics& diagnostics) {
    auto& found = misfit(row, place, diagnostics, fmt::format("this is {}", describe(node.kind)));
    suggest_value(found, row, node);
}

// Beside an item of a list or a map: it must be text, whatever the key's type.
void wrong_item(const KeyRow& row, const TreeNode& item, const Place& place,
                Diagnostics& diagnostics) {
    auto& found = misfit(row, place, diagnostics, fmt::format("this is {}", describe(item.kind)));
    const ValueType wanted = row.type == ValueType::PeriodMap ? ValueType::Period : ValueType::Text;
    if (row.is_secret) return;
    if (auto meant = meant_value(wanted, item)) found.suggest(std::move(*meant));
}

bool in_range(const KeyRow& row, double number) {
    if (row.type == ValueType::Port) return number >= -1 && number <= 65535;
    return !(row.min_value && number < *row.min_value) &&
           !(row.max_value && number > *row.max_value);
}

std::optional<KeyValue> read_number(const KeyRow& row, double number, const Place& place,
                                    Diagnostics& diagnostics) {
    const bool whole =
        row.type == ValueType::Decimal || (number == std::trunc(number) && std::abs(number) < 9e15);
    if (!whole) {
        misfit(row, place, diagnostics, "this is not a whole number");
        return {};
    }
    if (!in_range(row, number)) {
        auto& found = diagnostics.error(
            "W1011", fmt::format("`{}` must be {}", row.path, type_words(row)), place);
        found.label = "out of range";
        return {};
    }
    KeyValue value;
    value.decimal = number;
    value.integer = row.type == ValueType::Decimal ? 0 : static_cast<std::int64_t>(number);
    return value;
}

std::optional<Duration> read_duration(const KeyRow& row, const std::string& text,
                                      const Place& place, Diagnostics& diagnostics) {
    const auto parsed = parse_go_duration(text);
    if (!parsed) {
        auto& found = diagnostics.error(
            "W1013", fmt::format("`{}` must be {}", row.path, type_words(row)), place);
        found.label = "units are h, m, s, ms, us, ns";
        if (auto meant = meant_duration(text)) found.suggest("\"" + *meant + "\"");
        return {};
    }
    const double seconds = std::chrono::duration<double>(parsed.value()).count();
    if (!in_range(row, seconds) || seconds < 0) {
        auto& found =
            diagnostics.error("W1011", fmt::format("`{}` is out of range", row.path), place);
        const Duration low =
            std::chrono::nanoseconds(static_cast<std::int64_t>(row.min_value.value_or(0) * 1e9));
        found.label = seconds < 0 ? "must not be negative"
                      : row.max_value && seconds > *row.max_value
                          ? fmt::format("at most {}s", *row.max_value)
                          : fmt::format("at least {}", format_go_duration(low));
        return {};
    }
    return parsed.value();
}

std::optional<KeyValue> read_choice(const KeyRow& row, const std::string& text, const Place& place,
                                    Diagnostics& diagnostics) {
    const std::string word = lower_case(text);
    std::vector<std::string> lowered;
    for (const std::string_view choice : row.choices) lowered.push_back(lower_case(choice));
    const auto same = std::find(lowered.begin(), lowered.end(), word);
    if (same == lowered.end()) {
        const std::vector<std::string_view> known(lowered.begin(), lowered.end());
        const auto close = nearest(word, known);
        auto& found = diagnostics.error(
            "W1012", fmt::format("`{}` must be {}", row.path, type_words(row)), place);
        if (!close) return {};
        const auto choice = static_cast<std::size_t>(
            std::find(lowered.begin(), lowered.end(), *close) - lowered.begin());
        found.label = fmt::format("did you mean \"{}\"?", row.choices[choice]);
        found.fix = fmt::format("\"{}\"", row.choices[choice]);
        return {};
    }
    KeyValue value;
    value.text = row.choices[static_cast<std::size_t>(same - lowered.begin())];
    return value;
}

// The types whose value is one string.
std::optional<KeyValue> read_string(const KeyRow& row, const std::string& text, const Place& place,
                                    Diagnostics& diagnostics) {
    if (row.type == ValueType::Choice) return read_choice(row, text, place, diagnostics);
    KeyValue value;
    value.text = text;
    if (row.type != ValueType::Period) return value;
    const auto duration = read_duration(row, text, place, diagnostics);
    if (!duration) return {};
    value.duration = *duration;
    return value;
}

std::optional<KeyValue> read_list(const KeyRow& row, const TreeNode& node, const Place& place,
                                  Diagnostics& diagnostics) {
    if (!node.is(Kind::List)) {
        wrong_kind(row, node, place, diagnostics);
        return {};
    }
    KeyValue value;
    bool good = true;
    for (const TreeNode& item : node.items) {
        if (item.is(Kind::Text)) {
            value.list.push_back(item.text);
            continue;
        }
        wrong_item(row, item, Place{place.source, item.span, {}}, diagnostics);
        good = false;
    }
    if (!good) return {};
    return value;
}

std::optional<KeyValue> read_map(const KeyRow& row, const TreeNode& node, const Place& place,
                                 Diagnostics& diagnostics) {
    if (!node.is(Kind::Object)) {
        wrong_kind(row, node, place, diagnostics);
        return {};
    }
    KeyValue value;
    bool good = true;
    for (const auto& member : node.members) {
        const Place at{place.source, member.value.span, {}};
        if (!member.value.is(Kind::Text)) {
            wrong_item(row, member.value, at, diagnostics);
            good = false;
            continue;
        }
        value.map.emplace_back(member.key, member.value.text);
        if (row.type != ValueType::PeriodMap) continue;
        const auto duration = read_duration(row, member.value.text, at, diagnostics);
        good = good && duration.has_value();
        value.duration_map.emplace_back(member.key, duration.value_or(Duration{}));
    }
    if (!good) return {};
    return value;
}

std::optional<KeyValue> fill_map_from_text(const KeyRow& row, const std::string& text,
                                           const Place& place, Diagnostics& diagnostics) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
        misfit(row, place, diagnostics, "write KEY:VALUE");
        return {};
    }
    KeyValue value;
    value.map.emplace_back(text.substr(0, colon), text.substr(colon + 1));
    if (row.type != ValueType::PeriodMap) return value;
    const auto duration = read_duration(row, value.map[0].second, place, diagnostics);
    if (!duration) return {};
    value.duration_map.emplace_back(value.map[0].first, *duration);
    return value;
}

template <class Items, class Show>
std::string joined(const Items& items, Show show) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : ", ") + show(item);
    return out;
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + "\"";
}

}  // namespace

std::optional<KeyValue> read_value(const KeyRow& row, const TreeNode& written,
                                   const Place& written_place, Diagnostics& diagnostics) {
    // A list of one stands for its item wherever no list is meant, as in Consul.
    const bool wants_list = row.type == ValueType::Texts || row.type == ValueType::Anything;
    const bool unwrap = written.is(Kind::List) && written.items.size() == 1 && !wants_list;
    const TreeNode& node = unwrap ? written.items[0] : written;
    const Place place = unwrap ? Place{written_place.source, node.span, {}} : written_place;
    KeyValue value;
    switch (row.type) {
        case ValueType::Bool:
            if (!node.is(Kind::Bool)) break;
            value.flag = node.flag;
            return value;
        case ValueType::Integer:
        case ValueType::Decimal:
        case ValueType::Port:
            if (!node.is(Kind::Number)) break;
            return read_number(row, node.number, place, diagnostics);
        case ValueType::Text:
        case ValueType::Choice:
            if (!node.is(Kind::Text)) break;
            return read_string(row, node.text, place, diagnostics);
        case ValueType::Period:
            if (!node.is(Kind::Text)) break;
            return read_string(row, node.text, place, diagnostics);
        case ValueType::Texts:
            return read_list(row, node, place, diagnostics);
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
            return read_map(row, node, place, diagnostics);
        case ValueType::Anything:
        case ValueType::Definitions:
            value.text = to_json(node);
            return value;
    }
    wrong_kind(row, node, place, diagnostics);
    return {};
}

std::optional<KeyValue> read_text_value(const KeyRow& row, const std::string& text,
                                        const Place& place, Diagnostics& diagnostics) {
    KeyValue value;
    switch (row.type) {
        case ValueType::Bool: {
            const std::string word = lower_case(text);
            value.flag = word == "true" || word == "1" || word == "t";
            if (value.flag || word == "false" || word == "0" || word == "f") return value;
            misfit(row, place, diagnostics, fmt::format("this is \"{}\"", text));
            return {};
        }
        case ValueType::Integer:
        case ValueType::Decimal:
        case ValueType::Port: {
            double number = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            if (error == std::errc() && end == text.data() + text.size()) {
                return read_number(row, number, place, diagnostics);
            }
            misfit(row, place, diagnostics, fmt::format("this is \"{}\"", text));
            return {};
        }
        case ValueType::Text:
        case ValueType::Choice:
        case ValueType::Period:
            return read_string(row, text, place, diagnostics);
        case ValueType::Texts:
            value.list.push_back(text);
            return value;
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
            return fill_map_from_text(row, text, place, diagnostics);
        case ValueType::Anything:
        case ValueType::Definitions:
            diagnostics.error("W1010",
                              fmt::format("`{}` can be set in a configuration file only", row.path),
                              place);
            return {};
    }
    return {};
}

std::string hidden_text(std::string_view secret) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest);
    std::string out = "(set, sha256:";
    for (int i = 0; i < 4; ++i) out += fmt::format("{:02x}", digest[i]);
    return out + "...)";
}

std::string canonical_text(const KeyRow& row, const KeyValue& value) {
    const auto pair = [](const auto& entry) {
        return fmt::format("{} = {}", in_quotes(entry.first), in_quotes(entry.second));
    };
    std::string out;
    switch (row.type) {
        case ValueType::Bool:
            return value.flag ? "true" : "false";
        case ValueType::Integer:
        case ValueType::Port:
            return fmt::format("{}", value.integer);
        case ValueType::Decimal:
            return fmt::format("{}", value.decimal);
        case ValueType::Period:
            return in_quotes(format_go_duration(value.duration));
        case ValueType::Text:
        case ValueType::Choice:
            out = in_quotes(value.text);
            break;
        case ValueType::Texts:
            out = "[" +
                  joined(value.list, [](const std::string& item) { return in_quotes(item); }) + "]";
            break;
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
            out = "{" + joined(value.map, pair) + "}";
            break;
        case ValueType::Anything:
        case ValueType::Definitions:
            out = value.text;
            break;
    }
    return row.is_secret ? hidden_text(out) : out;
}

bool is_off(const KeyRow& row, const KeyValue& value) {
    switch (row.type) {
        case ValueType::Bool:
            return !value.flag;
        case ValueType::Integer:
        case ValueType::Port:
            return value.integer <= 0;
        case ValueType::Decimal:
            return value.decimal <= 0;
        case ValueType::Text:
        case ValueType::Choice:
            return value.text.empty() || value.text == row.off_word;
        case ValueType::Period:
            return value.duration == Duration{};
        case ValueType::Texts:
            return value.list.empty();
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
            return value.map.empty();
        case ValueType::Anything:
        case ValueType::Definitions:
            return value.text == "{}" || value.text == "[]" || value.text == "null" ||
                   value.text == "[{}]";
    }
    return false;
}

}  // namespace weft::agent
