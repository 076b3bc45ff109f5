#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/config/diagnostic.hpp"
#include "agent/config/source.hpp"

namespace weft::agent {

enum class Dialect { Hcl, Json };

enum class TokenKind {
    End,
    Identifier,
    Text,
    Number,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Assign,
    Colon,
    Other,  // a character that starts nothing
};

struct Token {
    TokenKind kind = TokenKind::End;
    Span span;
    std::string text;     // Text: the value; otherwise as written
    double number = 0;    // Number
    bool broken = false;  // already reported: a string without end, a malformed number
};

inline constexpr std::size_t kMaxSyntaxErrors =
    20;  // of one file; what follows is mostly their consequence

// Cuts HCL 1 or JSON (comments tolerated) into tokens; total on any bytes. What is malformed inside
// a token (escapes, a missing quote) is reported here; the token still has a kind, so that the
// parser can go on.
class Lexer {
public:
    Lexer(std::shared_ptr<const Source> source, Dialect dialect, Diagnostics& diagnostics)
        : source_(std::move(source)),
          text_(source_->text()),
          dialect_(dialect),
          diagnostics_(diagnostics) {}

    Token next();

    Place place(Span span) const { return Place{source_, span, {}}; }
    const Source& source() const { return *source_; }

private:
    bool at_end() const { return position_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const {
        return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
    }
    void advance();
    void skip_blanks();
    void skip_block_comment();
    Span span_from(std::size_t start, Span begin) const;
    Diagnostic& fail(std::string message, Span span);

    Token lex_word();
    Token lex_number();
    Token lex_text();
    void lex_escape(Token& token);
    void lex_numbered_escape(Token& token, int base, std::size_t digits_max, bool is_byte);
    void lex_interpolation(Token& token);
    Token lex_heredoc();

    std::shared_ptr<const Source> source_;
    std::string_view text_;
    Dialect dialect_;
    Diagnostics& diagnostics_;
    std::size_t position_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
    std::size_t faults_ = 0;
    Diagnostic unreported_;
};

}  // namespace weft::agent
