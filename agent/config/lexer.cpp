#include "agent/config/lexer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>

namespace weft::agent {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.';
}

TokenKind punctuation(char c) {
    switch (c) {
        case '{':
            return TokenKind::LeftBrace;
        case '}':
            return TokenKind::RightBrace;
        case '[':
            return TokenKind::LeftBracket;
        case ']':
            return TokenKind::RightBracket;
        case ',':
            return TokenKind::Comma;
        case '=':
            return TokenKind::Assign;
        case ':':
            return TokenKind::Colon;
        default:
            return TokenKind::Other;
    }
}

// Digits of each base; a sign and, for decimals, fraction and exponent as well. Returns false on
// anything else.
bool read_number(const std::string& text, double& out) {
    const bool negative = text.starts_with('-');
    const std::string digits = text.substr(negative ? 1 : 0);
    const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
    const bool octal = !hexadecimal && digits.size() > 1 && digits[0] == '0' &&
                       digits.find_first_not_of("01234567") == std::string::npos;
    if (digits.empty() || (!hexadecimal && !is_digit(digits[0]))) return false;
    if (!hexadecimal && digits.find_first_not_of("0123456789.eE+-") != std::string::npos)
        return false;
    char* end = nullptr;
    errno = 0;
    out = octal ? static_cast<double>(std::strtoull(digits.c_str(), &end, 8))
                : std::strtod(digits.c_str(), &end);
    if (hexadecimal && digits.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string::npos)
        return false;
    if (end != digits.c_str() + digits.size() || errno == ERANGE) return false;
    if (negative) out = -out;
    return true;
}

}  // namespace

void Lexer::advance() {
    const char c = text_[position_++];
    if (c == '\n') {
        ++line_;
        column_ = 1;
    } else if ((static_cast<unsigned char>(peek()) & 0xC0u) != 0x80u || at_end()) {
        ++column_;
    }
}

Span Lexer::span_from(std::size_t start, Span begin) const {
    std::string_view covered = text_.substr(start, position_ - start);
    covered = covered.substr(0, covered.find('\n'));
    begin.length = static_cast<std::uint32_t>(character_count(covered));
    return begin;
}

Diagnostic& Lexer::fail(std::string message, Span span) {
    if (++faults_ > kMaxSyntaxErrors) return unreported_;
    return diagnostics_.error("W1002", std::move(message), place(span));
}

void Lexer::skip_block_comment() {
    const Span begin{line_, column_, 2};
    advance();
    advance();
    while (!at_end() && !(peek() == '*' && peek(1) == '/')) advance();
    if (at_end()) {
        fail("this comment never ends", begin).label = "`*/` is missing";
        return;
    }
    advance();
    advance();
}

void Lexer::skip_blanks() {
    while (!at_end()) {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            advance();
        } else if (c == '#' || (c == '/' && peek(1) == '/')) {
            while (!at_end() && peek() != '\n') advance();
        } else if (c == '/' && peek(1) == '*') {
            skip_block_comment();
        } else {
            return;
        }
    }
}

Token Lexer::next() {
    skip_blanks();
    const Span begin{line_, column_, 1};
    if (at_end()) return Token{TokenKind::End, begin, "", 0, false};
    const char c = peek();
    if (c == '"') return lex_text();
    if (is_digit(c) || (c == '-' && is_digit(peek(1)))) return lex_number();
    if (is_letter(c)) return lex_word();
    if (dialect_ == Dialect::Hcl && c == '<' && peek(1) == '<') return lex_heredoc();
    const std::size_t start = position_;
    advance();
    return Token{punctuation(c), begin, std::string(text_.substr(start, 1)), 0, false};
}

Token Lexer::lex_word() {
    Token token{TokenKind::Identifier, {line_, column_, 0}, "", 0, false};
    const std::size_t start = position_;
    while (!at_end() && is_word(peek())) advance();
    token.span = span_from(start, token.span);
    token.text = text_.substr(start, position_ - start);
    return token;
}

Token Lexer::lex_number() {
    Token token{TokenKind::Number, {line_, column_, 0}, "", 0, false};
    const std::size_t start = position_;
    advance();
    const auto signed_exponent = [&] {
        return (peek() == '+' || peek() == '-') &&
               (text_[position_ - 1] == 'e' || text_[position_ - 1] == 'E');
    };
    while (!at_end() && (is_word(peek()) || signed_exponent())) advance();
    token.span = span_from(start, token.span);
    token.text = text_.substr(start, position_ - start);
    if (read_number(token.text, token.number)) return token;
    token.broken = true;
    fail(fmt::format("`{}` is not a number", token.text), token.span).label =
        "write text in quotes";
    return token;
}

Token Lexer::lex_text() {
    Token token{TokenKind::Text, {line_, column_, 0}, "", 0, false};
    const std::size_t start = position_;
    advance();
    while (!at_end() && peek() != '"' && peek() != '\n') {
        if (peek() == '\\') {
            lex_escape(token);
        } else if (dialect_ == Dialect::Hcl && peek() == '$' && peek(1) == '{') {
            lex_interpolation(token);
        } else {
            token.text += peek();
            advance();
        }
    }
    token.span = span_from(start, token.span);
    if (peek() == '"' && !at_end()) {
        advance();
        token.span = span_from(start, token.span);
        return token;
    }
    token.broken = true;
    Diagnostic& found = fail("this string never ends", token.span);
    found.label = "the closing `\"` is missing";
    if (dialect_ == Dialect::Hcl)
        found.notes.push_back({"help", "text of several lines goes into <<EOF ... EOF"});
    return token;
}

void Lexer::lex_interpolation(Token& token) {
    // Kept as written: nothing is evaluated, but quotes inside the braces do not end the string.
    int depth = 0;
    while (!at_end()) {
        const char c = peek();
        if (c == '{') ++depth;
        token.text += c;
        advance();
        if (c == '}' && --depth == 0) return;
    }
}

void Lexer::lex_escape(Token& token) {
    const Span begin{line_, column_, 2};
    advance();
    const char c = peek();
    if (at_end()) return;
    advance();
    const std::string_view plain = dialect_ == Dialect::Json ? "\"\\/" : "\"\\";
    if (plain.find(c) != std::string_view::npos) {
        token.text += c;
    } else if (c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f') {
        token.text += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : '\f';
    } else if (dialect_ == Dialect::Hcl && (c == 'a' || c == 'v')) {
        token.text += c == 'a' ? '\a' : '\v';
    } else if (c == 'u') {
        lex_numbered_escape(token, 16, 4, false);
    } else if (dialect_ == Dialect::Hcl && c == 'U') {
        lex_numbered_escape(token, 16, 8, false);
    } else if (dialect_ == Dialect::Hcl && c == 'x') {
        lex_numbered_escape(token, 16, 2, true);
    } else if (dialect_ == Dialect::Hcl && c >= '0' && c <= '7') {
        --position_;  // an octal digit is one byte wide and on this line
        --column_;
        lex_numbered_escape(token, 8, 3, true);
    } else {
        fail("unknown escape in a string", begin).label = "write `\\\\` for a backslash";
        if (c == '\n') token.broken = true;
    }
}

}  // namespace weft::agent
