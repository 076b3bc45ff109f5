#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/lexer.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

inline constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxTreeDepth = 64;
inline constexpr std::size_t kMaxTreeNodes = 200'000;

// One file as a tree; its root is always an object, empty or partial when there were syntax errors.
struct Document {
    std::shared_ptr<const Source> source;
    TreeNode root;

    Place place(Span span) const { return Place{source, span}; }
};

// By the name's ending, .hcl or .json; a text of another name is JSON when it starts with {.
Dialect dialect_of(const Source& source);

// Total on any bytes; goes on after an error, so that one run reports all.
Document parse_document(std::shared_ptr<const Source> source, Diagnostics& diagnostics);

// The same, as a value or the first error; for fuzzers and tests.
Result<Document> parse(std::string name, std::string bytes);

// What the two parsers share: one token of look-ahead, limits, recovery.
class ParserBase {
public:
    ParserBase(std::shared_ptr<const Source> source, Dialect dialect, Diagnostics& diagnostics)
        : lexer_(std::move(source), dialect, diagnostics), diagnostics_(diagnostics) {
        take();
    }

protected:
    Token take();  // the current token; moves on
    bool at(TokenKind kind) const { return token_.kind == kind; }

    // Reports at the token, unless its own fault was already reported. Null when nothing more is to
    // be said.
    Diagnostic* fail(const Token& token, std::string message);
    void unclosed(const Token& opening, std::string_view closer);
    bool give_up() const {
        return stopped_ || diagnostics_.errors() >= errors_at_start_ + kMaxSyntaxErrors;
    }

    // Whether this file had no error so far.
    bool clean() const { return diagnostics_.errors() == errors_at_start_; }

    // Counts a node; false (and reported once) when the file holds too many or is too deep.
    bool admit(const Token& token, std::size_t depth);

    // Reads what is left after giving up, so that secrets further on the same line are found.
    void drain() {
        while (!at(TokenKind::End)) take();
    }

    // After an error: to the next line of this block, or to its closing brace.
    void skip_to_next_line();

    Lexer lexer_;
    Diagnostics& diagnostics_;
    Token token_;
    std::uint32_t last_line_ = 1;  // of the token taken last

private:
    void hide_secret(const Token& taken);

    std::size_t errors_at_start_ = diagnostics_.errors();
    std::size_t nodes_ = 0;
    bool stopped_ = false;
    std::string last_key_;  // the key whose value comes next, for hide_secret()
    bool after_assign_ = false;
    std::size_t braces_ = 0;
    std::vector<std::size_t> lists_;  // braces that were open where each list began
    std::size_t tokens_block_ = 0;    // depth of the open `tokens` block, 0: none
};

// A value that is not a container, from a Text or Number token.
TreeNode scalar(const Token& token);

TreeNode parse_hcl(std::shared_ptr<const Source> source, Diagnostics& diagnostics);
TreeNode parse_json(std::shared_ptr<const Source> source, Diagnostics& diagnostics);

}  // namespace weft::agent
