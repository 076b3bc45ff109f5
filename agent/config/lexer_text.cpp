// Escapes by number, and heredocs.
#include <fmt/format.h>

#include "agent/base/utf8.hpp"
#include "agent/config/lexer.hpp"

namespace weft::agent {
namespace {

// What is no character becomes the one that stands for such.
void append_character(std::string& out, std::uint32_t point) {
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) point = 0xFFFD;
    append_utf8(out, point);
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

// HCL's rule for <<-: the blanks before the end marker are taken off every line, if every line
// starts with them.
std::string without_indent(const std::string& body, std::string_view indent) {
    if (indent.empty()) return body;
    std::string out;
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t end = std::min(body.find('\n', at), body.size() - 1);
        const std::string_view line = std::string_view(body).substr(at, end + 1 - at);
        if (!line.starts_with(indent)) return body;
        out += line.substr(indent.size());
        at = end + 1;
    }
    return out;
}

}  // namespace

void Lexer::lex_numbered_escape(Token& token, int base, std::size_t digits_max, bool is_byte) {
    const Span begin{line_, column_, 1};
    const auto read = [&] {
        std::uint32_t value = 0;
        std::size_t digits = 0;
        for (; digits < digits_max && !at_end() && digit_value(peek()) < base; ++digits) {
            value = value * static_cast<std::uint32_t>(base) +
                    static_cast<std::uint32_t>(digit_value(peek()));
            advance();
        }
        if (digits < digits_max)
            fail(fmt::format("this escape needs {} digits", digits_max), begin);
        return value;
    };
    std::uint32_t value = read();
    if (is_byte) {
        append_character(token.text, value & 0xFF);
        return;
    }
    const bool high = value >= 0xD800 && value < 0xDC00;
    if (high && peek() == '\\' && peek(1) == 'u') {
        advance();
        advance();
        const std::uint32_t low = read();
        const bool paired = low >= 0xDC00 && low < 0xE000;
        value = paired ? 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    }
    append_character(token.text, value);
}

Token Lexer::lex_heredoc() {
    Token token{TokenKind::Text, {line_, column_, 0}, "", 0, false};
    const std::size_t start = position_;
    advance();
    advance();
    const bool strip = peek() == '-';
    if (strip) advance();
    const std::size_t marker_start = position_;
    while (!at_end() && peek() != '\n') advance();
    std::string_view marker = text_.substr(marker_start, position_ - marker_start);
    while (marker.ends_with('\r') || marker.ends_with(' ')) marker.remove_suffix(1);
    token.span = span_from(start, token.span);
    if (marker.empty() || at_end()) {
        token.broken = true;
        fail("a heredoc starts with a word at the end of its line", token.span).label =
            "for example `<<EOF`";
        return token;
    }
    advance();
    std::string body;
    while (!at_end()) {
        const std::size_t line_start = position_;
        while (!at_end() && peek() != '\n') advance();
        std::string_view line = text_.substr(line_start, position_ - line_start);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
        if (line.substr(blanks) == marker) {
            token.text = strip ? without_indent(body, line.substr(0, blanks)) : body;
            return token;
        }
        body.append(line);
        body += '\n';
        if (!at_end()) advance();
    }
    token.broken = true;
    fail("this heredoc never ends", token.span).label =
        fmt::format("no line holds `{}` alone", marker);
    return token;
}

}  // namespace weft::agent
