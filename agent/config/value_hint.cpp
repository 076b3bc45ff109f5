#include "agent/config/value_hint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/base/go_duration.hpp"
#include "agent/config/letter_case.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

constexpr std::string_view kDigits = "0123456789";

std::optional<std::string> meant_bool(const TreeNode& written) {
    if (!written.is(Kind::Text) && !written.is(Kind::Number)) return {};
    const std::string word = lower_case(written.text);
    for (const std::string_view yes : {"true", "yes", "on", "1"})
        if (word == yes) return "true";
    for (const std::string_view no : {"false", "no", "off", "0"})
        if (word == no) return "false";
    return {};
}

std::optional<std::string> meant_number(const TreeNode& written) {
    const std::string& text = written.text;
    if (!written.is(Kind::Text) || text.empty() || text.size() > 15) return {};
    const std::size_t sign = text[0] == '-' ? 1 : 0;
    if (text.size() == sign || text.find_first_not_of(kDigits, sign) != std::string::npos)
        return {};
    return text;
}

std::string quoted(std::string_view text) {
    return fmt::format("\"{}\"", text);
}

bool is_plain(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    });
}

}  // namespace

std::optional<std::string> meant_duration(std::string_view text) {
    struct Unit {
        std::string_view word;
        std::string_view unit;
        int factor;
    };
    constexpr std::array<Unit, 14> kUnits = {{{"", "s", 1},
                                              {"sec", "s", 1},
                                              {"secs", "s", 1},
                                              {"second", "s", 1},
                                              {"seconds", "s", 1},
                                              {"min", "m", 1},
                                              {"mins", "m", 1},
                                              {"minute", "m", 1},
                                              {"minutes", "m", 1},
                                              {"hour", "h", 1},
                                              {"hours", "h", 1},
                                              {"d", "h", 24},
                                              {"day", "h", 24},
                                              {"days", "h", 24}}};
    std::string word = lower_case(text);
    std::erase(word, ' ');
    const std::size_t end = std::min(word.find_first_not_of(kDigits), word.size());
    if (end == 0 || end > 6) return {};
    const std::string_view rest = std::string_view(word).substr(end);
    for (const Unit& unit : kUnits) {
        if (rest == unit.word)
            return fmt::format("{}{}", std::stoi(word.substr(0, end)) * unit.factor, unit.unit);
    }
    if (parse_go_duration(word)) return word;  // only blanks or capitals were wrong
    return {};
}

std::optional<std::string> meant_value(ValueType wanted, const TreeNode& written) {
    switch (wanted) {
        case ValueType::Bool:
            return meant_bool(written);
        case ValueType::Integer:
        case ValueType::Decimal:
        case ValueType::Port:
            return meant_number(written);
        case ValueType::Text:
        case ValueType::Choice:
            if (written.is(Kind::Number)) return quoted(written.text);
            if (written.is(Kind::Bool)) return quoted(written.flag ? "true" : "false");
            return {};
        case ValueType::Period: {
            if (!written.is(Kind::Text) && !written.is(Kind::Number)) return {};
            const auto meant = meant_duration(written.text);
            if (!meant) return {};
            return quoted(*meant);
        }
        case ValueType::Texts:
            if (!written.is(Kind::Text) || !is_plain(written.text)) return {};
            return fmt::format("[\"{}\"]", written.text);
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
        case ValueType::Anything:
        case ValueType::Definitions:
            return {};
    }
    return {};
}

void suggest_value(Diagnostic& found, const KeyRow& row, const TreeNode& written) {
    if (row.is_secret) return;
    if (auto meant = meant_value(row.type, written)) found.suggest(std::move(*meant));
}

std::string in_blocks(std::string_view path, std::string_view value) {
    std::string out;
    std::string closing;
    while (path.find('.') != std::string_view::npos) {
        out += fmt::format("{} {{ ", path.substr(0, path.find('.')));
        closing += " }";
        path.remove_prefix(path.find('.') + 1);
    }
    return fmt::format("{}{} = {}{}", out, path, value, closing);
}

}  // namespace weft::agent
