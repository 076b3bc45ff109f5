#include "agent/base/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "agent/base/assert.hpp"

namespace weft {
namespace {

// Length of the UTF-8 sequence at the front of text; 0 when it is not valid (RFC 3629: no
// surrogates, no overlong forms).
std::size_t valid_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xc0) == 0x80;
    };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!continues(1) || !continues(2)) return 0;
        if (first == 0xe0 && byte(1) < 0xa0) return 0;
        if (first == 0xed && byte(1) > 0x9f) return 0;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if (first == 0xf0 && byte(1) < 0x90) return 0;
        if (first == 0xf4 && byte(1) > 0x8f) return 0;
        return 4;
    }
    return 0;
}

// Bytes that stand in JSON as they are, for a look-up a byte: most of what is written are such.
constexpr std::array<bool, 256> kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = true;
    for (const char c : {'"', '\\', '<', '>', '&'}) plain[static_cast<unsigned char>(c)] = false;
    return plain;
}();

bool is_plain(char c) {
    return kPlain[static_cast<unsigned char>(c)];
}

void append_number(std::string& out, auto number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

void JsonWriter::append_quoted(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), is_plain)) {
        const std::size_t start = out_.size();
        out_.resize(start + text.size() + 2);
        out_[start] = '"';
        std::copy(text.begin(), text.end(), out_.begin() + static_cast<std::ptrdiff_t>(start) + 1);
        out_.back() = '"';
        return;
    }
    out_.push_back('"');
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain])) ++plain;
        out_.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;

        const auto byte = static_cast<unsigned char>(text.front());
        if (byte >= 0x80) {
            const std::size_t length = valid_sequence(text);
            const std::string_view sequence = text.substr(0, length);
            if (length == 0) {
                out_.append("\\ufffd");
            } else if (sequence == "\xe2\x80\xa8") {
                out_.append("\\u2028");
            } else if (sequence == "\xe2\x80\xa9") {
                out_.append("\\u2029");
            } else {
                out_.append(sequence);
            }
            text.remove_prefix(length == 0 ? 1 : length);
            continue;
        }
        switch (text.front()) {
            case '"':
                out_.append("\\\"");
                break;
            case '\\':
                out_.append("\\\\");
                break;
            case '\n':
                out_.append("\\n");
                break;
            case '\r':
                out_.append("\\r");
                break;
            case '\t':
                out_.append("\\t");
                break;
            default:
                fmt::format_to(std::back_inserter(out_), "\\u{:04x}", byte);
        }
        text.remove_prefix(1);
    }
    out_.push_back('"');
}

void JsonWriter::new_line() {
    out_.push_back('\n');
    out_.append(levels_.size() * 4, ' ');
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (levels_.empty()) return;
    if (!levels_.back().empty) out_.push_back(',');
    levels_.back().empty = false;
    if (pretty_) new_line();
}

void JsonWriter::open(char bracket) {
    before_value();
    out_.push_back(bracket);
    levels_.emplace_back();
}

void JsonWriter::close(char bracket) {
    WEFT_ASSERT(!levels_.empty() && !after_key_);
    const bool was_empty = levels_.back().empty;
    levels_.pop_back();
    if (pretty_ && !was_empty) new_line();
    out_.push_back(bracket);
}

void JsonWriter::key(std::string_view name) {
    WEFT_ASSERT(!levels_.empty() && !after_key_);
    before_value();
    append_quoted(name);
    out_.append(pretty_ ? ": " : ":");
    after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
    before_value();
    append_quoted(text);
}

void JsonWriter::value(bool flag) {
    before_value();
    out_.append(flag ? "true" : "false");
}

void JsonWriter::value(std::int64_t number) {
    before_value();
    append_number(out_, number);
}

void JsonWriter::value(std::uint64_t number) {
    before_value();
    append_number(out_, number);
}

void JsonWriter::value(double number) {
    before_value();
    if (!std::isfinite(number)) {
        out_.append("null");
        return;
    }
    // The shortest digits that read back as the same double, as Go writes them: with an exponent
    // only when the number is very small or very large, and that without leading zeros.
    const double size = std::fabs(number);
    const bool plain = size == 0 || (size >= 1e-6 && size < 1e21);
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                   plain ? std::chars_format::fixed : std::chars_format::scientific)
                         .ptr;
    std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    if (text == "-0") text = "0";
    const std::size_t zero = plain ? text.size() : text.find('e') + 2;
    out_.append(text.substr(0, zero));
    if (!plain) out_.append(text.substr(text[zero] == '0' ? zero + 1 : zero));
}

void JsonWriter::null() {
    before_value();
    out_.append("null");
}

void JsonWriter::raw(std::string_view json) {
    before_value();
    if (!pretty_) {
        out_.append(json);
        return;
    }
    std::size_t depth = levels_.size();
    bool in_string = false;
    const auto line = [&] {
        out_.push_back('\n');
        out_.append(depth * 4, ' ');
    };
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_string) {
            out_.push_back(c);
            if (c == '\\' && i + 1 < json.size()) out_.push_back(json[++i]);
            if (c == '"') in_string = false;
            continue;
        }
        switch (c) {
            case '"':
                in_string = true;
                out_.push_back(c);
                break;
            case '{':
            case '[':
                out_.push_back(c);
                if (i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']')) {
                    out_.push_back(json[++i]);
                    break;
                }
                ++depth;
                line();
                break;
            case '}':
            case ']':
                --depth;
                line();
                out_.push_back(c);
                break;
            case ',':
                out_.push_back(c);
                line();
                break;
            case ':':
                out_.append(": ");
                break;
            default:
                out_.push_back(c);
        }
    }
}

}  // namespace weft
