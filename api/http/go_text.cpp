#include "api/http/go_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agent/base/utf8.hpp"

namespace weft::api {
namespace {

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

std::optional<char> simple_escape(char c) {
    switch (c) {
        case 'a':
            return '\a';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        case '\\':
            return '\\';
        case '"':
            return '"';
        default:
            return std::nullopt;
    }
}

// Digits of a numeric escape; the letter decides how many and what they mean.
bool append_numeric_escape(std::string& out, std::string_view text, std::size_t& at) {
    const char letter = text[at];
    std::uint32_t base = 16;
    std::size_t count = 0;
    if (letter == 'x') {
        count = 2;
    } else if (letter == 'u') {
        count = 4;
    } else if (letter == 'U') {
        count = 8;
    } else if (letter >= '0' && letter <= '7') {
        base = 8;
        count = 3;
        --at;
    } else {
        return false;
    }
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (++at >= text.size()) return false;
        const auto digit = static_cast<std::uint32_t>(digit_of(text[at]));
        if (digit >= base) return false;
        number = number * base + digit;
    }
    if (letter == 'u' || letter == 'U') {
        if (number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return false;
        append_utf8(out, number);
        return true;
    }
    if (number > 0xff) return false;
    out.push_back(static_cast<char>(number));
    return true;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

std::optional<std::string> go_unquote(std::string_view quoted) {
    if (quoted.size() < 2 || quoted.front() != quoted.back()) return std::nullopt;
    const std::string_view text = quoted.substr(1, quoted.size() - 2);
    std::string out;
    if (quoted.front() == '`') {
        std::copy_if(text.begin(), text.end(), std::back_inserter(out),
                     [](char c) { return c != '\r'; });
        return out;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n' || text[at] == '"') return std::nullopt;
        if (text[at] != '\\') {
            out.push_back(text[at]);
            continue;
        }
        if (++at >= text.size()) return std::nullopt;
        if (const auto plain = simple_escape(text[at])) {
            out.push_back(*plain);
        } else if (!append_numeric_escape(out, text, at)) {
            return std::nullopt;
        }
    }
    return out;
}

std::optional<bool> go_parse_bool(std::string_view text) {
    for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
        if (text == no) return false;
    }
    return std::nullopt;
}

Result<std::int64_t> go_parse_int(std::string_view text) {
    const auto failed = [&](std::string_view reason) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("strconv.ParseInt: parsing {}: {}", go_quote(text), reason));
    };
    std::string_view digits = text;
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    int base = 10;
    if (digits.size() > 1 && digits[0] == '0') {
        const char letter = digits[1] | 0x20;
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        digits.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
    }
    std::uint64_t magnitude = 0;
    const auto [end, status] =
        std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
    if (digits.empty() || end != digits.data() + digits.size()) return failed("invalid syntax");
    const std::uint64_t limit = (std::uint64_t{1} << 63) - (negative ? 0 : 1);
    if (status == std::errc::result_out_of_range || magnitude > limit)
        return failed("value out of range");
    if (status != std::errc{}) return failed("invalid syntax");
    return negative ? static_cast<std::int64_t>(~magnitude + 1)
                    : static_cast<std::int64_t>(magnitude);
}

namespace {

// text: given, but for a sign that from_chars does not know.
template <class Number>
Result<Number> parse_decimal(std::string_view function, std::string_view given,
                             std::string_view text) {
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, status] = std::from_chars(text.data(), end, number);
    const bool is_number = !text.empty() && parsed == end && status != std::errc::invalid_argument;
    if (is_number && status == std::errc{}) return number;
    return make_error(Errc::InvalidArgument,
                      fmt::format("strconv.{}: parsing {}: {}", function, go_quote(given),
                                  is_number ? "value out of range" : "invalid syntax"));
}

}  // namespace

Result<std::int64_t> go_atoi(std::string_view text) {
    const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
    return parse_decimal<std::int64_t>("Atoi", text, text.substr(has_plus ? 1 : 0));
}

Result<std::uint64_t> go_parse_uint(std::string_view text) {
    return parse_decimal<std::uint64_t>("ParseUint", text, text);
}

std::string go_query_escape(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                              c == '~';
        if (is_plain) {
            out.push_back(c);
        } else if (c == ' ') {
            out.push_back('+');
        } else {
            out.push_back('%');
            out.push_back(kHex[byte >> 4]);
            out.push_back(kHex[byte & 15]);
        }
    }
    return out;
}

}  // namespace weft::api
