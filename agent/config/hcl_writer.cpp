#include "agent/config/hcl_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/go_duration.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

bool is_word(std::string_view key) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !key.empty() && letter(key[0]) && std::all_of(key.begin(), key.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string written_key(std::string_view key) {
    return is_word(key) ? std::string(key) : quoted_text(key);
}

void write_value(std::string& out, const TreeNode& value, std::size_t indent);

void write_members(std::string& out, const TreeNode& block, std::size_t indent) {
    const std::string blanks(indent, ' ');
    for (const TreeNode::Member& member : block.members) {
        if (member.value.is(Kind::Null)) continue;
        if (member.value.is(Kind::Object)) {
            write_block(out, written_key(member.key), member.value, indent);
            continue;
        }
        out += fmt::format("{}{} = ", blanks, written_key(member.key));
        write_value(out, member.value, indent);
        out += "\n";
    }
}

void write_list(std::string& out, const TreeNode& list, std::size_t indent) {
    const bool blocks = std::any_of(list.items.begin(), list.items.end(),
                                    [](const auto& item) { return item.is(Kind::Object); });
    const std::string inner(indent + 2, ' ');
    out += "[";
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        out += blocks ? "\n" + inner : i > 0 ? " " : "";
        write_value(out, list.items[i], indent + 2);
        if (blocks || i + 1 < list.items.size()) out += ",";
    }
    out += blocks ? "\n" + std::string(indent, ' ') + "]" : "]";
}

void write_value(std::string& out, const TreeNode& value, std::size_t indent) {
    switch (value.kind) {
        case Kind::Null:
            out += "\"\"";
            return;
        case Kind::Bool:
            out += value.flag ? "true" : "false";
            return;
        case Kind::Number:
            out += value.text;
            return;
        case Kind::Text:
            out += quoted_text(value.text);
            return;
        case Kind::List:
            return write_list(out, value, indent);
        case Kind::Object:
            out += "{\n";
            write_members(out, value, indent + 2);
            out += std::string(indent, ' ') + "}";
            return;
    }
}

template <class Items, class Show>
std::string comma_list(const Items& items, Show show) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : ", ") + show(item);
    return out;
}

}  // namespace

std::string quoted_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\r') {
            out += "\\r";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string written_value(const KeyRow& row, const KeyValue& value) {
    switch (row.type) {
        case ValueType::Bool:
            return value.flag ? "true" : "false";
        case ValueType::Integer:
        case ValueType::Port:
            return std::to_string(value.integer);
        case ValueType::Decimal:
            return fmt::format("{}", value.decimal);
        case ValueType::Period:
            return quoted_text(format_go_duration(value.duration));
        case ValueType::Text:
        case ValueType::Choice:
            return quoted_text(value.text);
        case ValueType::Texts:
            return fmt::format("[{}]", comma_list(value.list, [](const std::string& item) {
                                   return quoted_text(item);
                               }));
        case ValueType::TextPairs:
        case ValueType::PeriodMap:
            return fmt::format("{{ {} }}", comma_list(value.map, [](const auto& pair) {
                                   return quoted_text(pair.first) + " = " +
                                          quoted_text(pair.second);
                               }));
        case ValueType::Anything:
        case ValueType::Definitions:
            return value.text;
    }
    return "";
}

void write_block(std::string& out, std::string_view name, const TreeNode& block,
                 std::size_t indent) {
    out += fmt::format("{}{} {{\n", std::string(indent, ' '), name);
    write_members(out, block, indent + 2);
    out += std::string(indent, ' ') + "}\n";
}

}  // namespace weft::agent
