#include "agent/config/parser.hpp"

#include <fmt/format.h>

#include <utility>

#include "agent/config/letter_case.hpp"
#include "agent/config/secret_words.hpp"

namespace weft::agent {

Token ParserBase::take() {
    Token taken = std::move(token_);
    if (taken.span.line > 0) last_line_ = taken.span.line;
    hide_secret(taken);
    token_ = lexer_.next();
    return taken;
}

// By the words alone, since messages show lines of files that have no tree yet.
void ParserBase::hide_secret(const Token& taken) {
    const auto is_secret = [&] {
        return tokens_block_ > 0 || is_secret_key(last_key_) || !credentials_in(taken.text).empty();
    };
    switch (taken.kind) {
        case TokenKind::LeftBrace:
            ++braces_;
            if (last_key_ == "tokens" && tokens_block_ == 0) tokens_block_ = braces_;
            break;
        case TokenKind::RightBrace:
            if (braces_ == tokens_block_) tokens_block_ = 0;
            if (braces_ > 0) --braces_;
            break;
        case TokenKind::LeftBracket:
            lists_.push_back(braces_);
            break;
        case TokenKind::RightBracket:
            if (!lists_.empty()) lists_.pop_back();
            break;
        case TokenKind::Assign:
        case TokenKind::Colon:
            after_assign_ = true;
            return;
        case TokenKind::Identifier:
        case TokenKind::Text:
            if (after_assign_ && is_secret()) lexer_.source().hide(taken.span);
            if (!after_assign_) last_key_ = lower_case(taken.text);
            break;
        case TokenKind::Number:
            if (after_assign_ && is_secret()) lexer_.source().hide(taken.span);
            break;
        default:
            break;
    }
    // What stands in a list directly belongs to the key before it.
    after_assign_ = !lists_.empty() && lists_.back() == braces_;
}

Diagnostic* ParserBase::fail(const Token& token, std::string message) {
    if (token.broken || give_up()) return nullptr;
    return &diagnostics_.error("W1002", std::move(message), lexer_.place(token.span));
}

void ParserBase::unclosed(const Token& opening, std::string_view closer) {
    if (Diagnostic* found = fail(opening, fmt::format("this `{}` is never closed", opening.text))) {
        found->label = fmt::format("`{}` is missing", closer);
        const std::string what =
            at(TokenKind::End) ? "the file ends" : fmt::format("`{}` follows", token_.text);
        found->notes.push_back(
            {"note", fmt::format("{} at {}:{}", what, token_.span.line, token_.span.column)});
    }
}

bool ParserBase::admit(const Token& token, std::size_t depth) {
    if (stopped_) return false;
    if (depth <= kMaxTreeDepth && ++nodes_ <= kMaxTreeNodes) return true;
    const std::string message =
        depth > kMaxTreeDepth ? fmt::format("blocks nest deeper than {}", kMaxTreeDepth)
                              : fmt::format("the file holds more than {} values", kMaxTreeNodes);
    diagnostics_.error("W1006", message, lexer_.place(token.span));
    stopped_ = true;
    return false;
}

void ParserBase::skip_to_next_line() {
    const std::uint32_t line = last_line_;
    std::size_t depth = 0;
    while (!at(TokenKind::End)) {
        if (depth == 0 && (at(TokenKind::RightBrace) || at(TokenKind::RightBracket))) return;
        if (depth == 0 && token_.span.line > line &&
            (at(TokenKind::Identifier) || at(TokenKind::Text)))
            return;
        if (at(TokenKind::LeftBrace) || at(TokenKind::LeftBracket)) ++depth;
        if (depth > 0 && (at(TokenKind::RightBrace) || at(TokenKind::RightBracket))) --depth;
        take();
    }
}

TreeNode scalar(const Token& token) {
    TreeNode node;
    node.kind = token.kind == TokenKind::Number ? TreeNode::Kind::Number : TreeNode::Kind::Text;
    node.span = token.span;
    node.text = token.text;
    node.number = token.number;
    return node;
}

Dialect dialect_of(const Source& source) {
    if (source.name().ends_with(".hcl")) return Dialect::Hcl;
    if (source.name().ends_with(".json")) return Dialect::Json;
    const std::size_t first = source.text().find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && source.text()[first] == '{' ? Dialect::Json
                                                                          : Dialect::Hcl;
}

Document parse_document(std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
    Document document{source, {}};
    document.root.kind = TreeNode::Kind::Object;
    if (source->text().size() > kMaxFileBytes) {
        diagnostics.error("W1006",
                          fmt::format("the file is larger than {} MiB", kMaxFileBytes >> 20),
                          Place{source, {}});
        return document;
    }
    document.root = dialect_of(*source) == Dialect::Json ? parse_json(source, diagnostics)
                                                         : parse_hcl(source, diagnostics);
    return document;
}

Result<Document> parse(std::string name, std::string bytes) {
    Diagnostics diagnostics;
    Document document =
        parse_document(Source::make(std::move(name), std::move(bytes)), diagnostics);
    if (!diagnostics.has_errors()) return document;
    const Diagnostic& first = diagnostics.all().front();
    return make_error(Errc::InvalidArgument,
                      fmt::format("{}:{}:{}: {}", document.source->name(), first.place->span.line,
                                  first.place->span.column, first.message));
}

}  // namespace weft::agent
