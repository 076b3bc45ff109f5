#include "api/http/filter_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

using Node = std::unique_ptr<FilterNode>;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_one_to_nine(char c) { return c >= '1' && c <= '9'; }

// A parsing expression grammar, one function a rule. Each tries its alternatives in order and steps back when one fails;
// no rule is tried twice at one place where that could multiply, so the work grows with length times depth.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Node> parse() {
        Node node = input();
        if (too_deep_) {
            return make_error(Errc::Limit, fmt::format("expression has more than {} levels", kMaxFilterDepth));
        }
        if (!refusals_.empty()) return make_error(Errc::InvalidArgument, fmt::format("{}", fmt::join(refusals_, "\n")));
        if (!node) return make_error(Errc::InvalidArgument, no_match());
        return node;
    }

private:
    // Terminals note what they expected, for the error of the furthest place.
    void note(bool matched, std::size_t at, std::string_view what) {
        if (matched != inverted_ || at < furthest_) return;
        if (at > furthest_) expected_.clear();
        furthest_ = at;
        expected_.insert((inverted_ ? "!" : "") + std::string(what));
    }

    bool literal(std::string_view word) {
        const bool matched = text_.substr(at_, word.size()) == word;
        note(matched, at_, word == "\"" ? "\"\\\"\"" : fmt::format("\"{}\"", word));
        if (matched) at_ += word.size();
        return matched;
    }

    bool one(bool (*belongs)(char), std::string_view name) {
        const bool matched = at_ < text_.size() && belongs(text_[at_]);
        note(matched, at_, name);
        if (matched) ++at_;
        return matched;
    }

    bool space() {
        if (!one(is_space, "[ \\t\\r\\n]")) return false;
        while (one(is_space, "[ \\t\\r\\n]")) {
        }
        return true;
    }
    void maybe_space() { space(); }

    bool end_of_text() {
        const bool ended = at_ >= text_.size();
        inverted_ = !inverted_;
        note(!ended, at_, ".");
        inverted_ = !inverted_;
        return ended;
    }

    void refuse(std::string_view rule, std::size_t at, std::string_view reason) {
        const std::string text = fmt::format("{}: rule \"{}\": {}", position(at), rule, reason);
        if (std::find(refusals_.begin(), refusals_.end(), text) == refusals_.end()) refusals_.push_back(text);
    }

    // line:column (offset); columns count characters.
    std::string position(std::size_t at) const {
        std::size_t line = 1;
        std::size_t column = 1;
        for (std::size_t i = 0; i < at && i < text_.size(); ++i) {
            if (text_[i] == '\n') {
                ++line;
                column = 0;
            } else if ((static_cast<unsigned char>(text_[i]) & 0xc0) == 0x80) {
                continue;
            }
            ++column;
        }
        return fmt::format("{}:{} ({})", line, column, at);
    }

    std::string no_match() {
        const bool eof = expected_.erase("!.") > 0;
        std::vector<std::string> words(expected_.begin(), expected_.end());
        if (eof) words.emplace_back("EOF");
        std::string list;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
            list += words[i];
        }
        return fmt::format("{}: no match found, expected: {}", position(furthest_), list);
    }

    // The whole text: in one pair of parentheses, or not.
    Node input() {
        maybe_space();
        const std::size_t start = at_;
        Node node = or_expression();
        if (node) {
            maybe_space();
            if (end_of_text()) return node;
        }
        at_ = start;
        return nullptr;
    }

    Node binary(FilterNode::Kind kind, Node left, Node right) {
        auto node = std::make_unique<FilterNode>();
        node->kind = kind;
        node->left = std::move(left);
        node->right = std::move(right);
        return node;
    }

    // left, optionally followed by the word and what read_right() finds.
    Node chain(FilterNode::Kind kind, std::string_view word, Node left, Node (Parser::*read_right)()) {
        if (!left) return nullptr;
        const std::size_t after_left = at_;
        if (space() && literal(word) && space()) {
            if (Node right = (this->*read_right)()) return binary(kind, std::move(left), std::move(right));
        }
        at_ = after_left;
        return left;
    }

    Node or_expression() {
        const Depth depth(*this);
        if (too_deep_) return nullptr;
        return chain(FilterNode::Kind::Or, "or", and_expression(), &Parser::or_expression);
    }

    Node and_expression() {
        const Depth depth(*this);
        if (too_deep_) return nullptr;
        return chain(FilterNode::Kind::And, "and", not_expression(), &Parser::and_expression);
    }

    Node not_expression() {
        const Depth depth(*this);
        if (too_deep_) return nullptr;
        const std::size_t start = at_;
        if (literal("not") && space()) {
            if (Node operand = not_expression()) return negated(std::move(operand));
        }
        at_ = start;
        return parenthesized();
    }

    static Node negated(Node operand) {
        if (operand->kind == FilterNode::Kind::Not) return std::move(operand->left);
        auto node = std::make_unique<FilterNode>();
        node->kind = FilterNode::Kind::Not;
        node->left = std::move(operand);
        return node;
    }

    Node parenthesized() {
        const std::size_t start = at_;
        bool unmatched = false;
        std::size_t end = start;
        if (literal("(")) {
            maybe_space();
            if (Node inner = or_expression()) {
                maybe_space();
                if (literal(")")) return inner;
                unmatched = true;
                end = at_;
            }
        }
        at_ = start;
        if (Node node = match()) return node;
        if (unmatched) refuse("grouping", end, "Unmatched parentheses");
        return nullptr;
    }

    Node match() {
        const std::size_t start = at_;
        FilterMatch found;
        if (selector(found.selector)) {
            const std::size_t after_selector = at_;
            if (auto op = operator_with_value()) {
                found.op = *op;
                if (value(found.value)) return leaf(std::move(found));
            }
            at_ = after_selector;
            if (auto op = operator_without_value()) {
                found.op = *op;
                return leaf(std::move(found));
            }
        }
        at_ = start;
        if (match_value_first(found)) return leaf(std::move(found));
        at_ = start;
        return nullptr;
    }

    static Node leaf(FilterMatch found) {
        auto node = std::make_unique<FilterNode>();
        node->match = std::move(found);
        return node;
    }

    bool match_value_first(FilterMatch& found) {
        found.selector.clear();
        if (!value(found.value)) return false;
        const std::size_t after_value = at_;
        if (word_operator({"in"})) {
            found.op = MatchOperator::In;
        } else if (at_ = after_value; word_operator({"not", "in"})) {
            found.op = MatchOperator::NotIn;
        } else {
            return false;
        }
        if (selector(found.selector)) return true;
        refuse("match", at_, "Invalid selector");
        return false;
    }

    std::optional<MatchOperator> operator_with_value() {
        const std::size_t start = at_;
        const auto symbol = [&](std::string_view text) {
            at_ = start;
            maybe_space();
            if (!literal(text)) return false;
            maybe_space();
            return true;
        };
        const auto words = [&](std::initializer_list<std::string_view> list) {
            at_ = start;
            return word_operator(list);
        };
        if (symbol("==")) return MatchOperator::Equal;
        if (symbol("!=")) return MatchOperator::NotEqual;
        if (words({"contains"})) return MatchOperator::In;
        if (words({"not", "contains"})) return MatchOperator::NotIn;
        if (words({"matches"})) return MatchOperator::Matches;
        if (words({"not", "matches"})) return MatchOperator::NotMatches;
        return std::nullopt;
    }

    std::optional<MatchOperator> operator_without_value() {
        const std::size_t start = at_;
        if (spaced({"is", "empty"})) return MatchOperator::IsEmpty;
        at_ = start;
        if (spaced({"is", "not", "empty"})) return MatchOperator::IsNotEmpty;
        return std::nullopt;
    }

    // Words, each after white space.
    bool spaced(std::initializer_list<std::string_view> words) {
        for (const std::string_view word : words) {
            if (!space() || !literal(word)) return false;
        }
        return true;
    }
    bool word_operator(std::initializer_list<std::string_view> words) { return spaced(words) && space(); }

    bool identifier(std::string& name) {
        const std::size_t start = at_;
        if (!one(is_letter, "[a-zA-Z]")) return false;
        while (one(is_word, "[a-zA-Z0-9_]")) {
        }
        name.assign(text_.substr(start, at_ - start));
        return true;
    }

    bool selector(std::vector<std::string>& parts) {
        parts.clear();
        std::string part;
        if (!identifier(part)) return false;
        do {
            parts.push_back(std::move(part));
            part.clear();
        } while (selector_part(part));
        return true;
    }

    bool selector_part(std::string& part) {
        const std::size_t start = at_;
        if (literal(".")) {
            if (identifier(part)) return true;
            const std::size_t digits = at_;
            while (one(is_digit, "[0-9]")) {
            }
            part.assign(text_.substr(digits, at_ - digits));
            if (!part.empty()) return true;
        }
        at_ = start;
        if (index(part)) return true;
        at_ = start;
        return false;
    }

    bool index(std::string& part) {
        if (!literal("[")) return false;
        maybe_space();
        const std::size_t before = at_;
        if (!string_literal(part)) {
            refuse("index", before, "Invalid index");
            return false;
        }
        maybe_space();
        if (literal("]")) return true;
        refuse("index", at_, "Unclosed index expression");
        return false;
    }

    bool value(std::string& text) {
        const std::size_t start = at_;
        std::vector<std::string> parts;
        if (selector(parts)) {
            text = fmt::format("{}", fmt::join(parts, "."));
            return true;
        }
        at_ = start;
        if (number(text)) return true;
        at_ = start;
        return string_literal(text);
    }

    bool number(std::string& text) {
        const std::size_t start = at_;
        literal("-");
        if (!literal("0")) {
            if (!one(is_one_to_nine, "[1-9]")) return false;
            while (one(is_digit, "[0-9]")) {
            }
        }
        const std::size_t whole = at_;
        if (literal(".")) {
            if (one(is_digit, "[0-9]")) {
                while (one(is_digit, "[0-9]")) {
                }
            } else {
                at_ = whole;
            }
        }
        if (!ends_number()) {
            refuse("number", at_, "Invalid number literal");
            return false;
        }
        text.assign(text_.substr(start, at_ - start));
        return true;
    }

    // Looks ahead only.
    bool ends_number() {
        const std::size_t start = at_;
        const bool ends = space() || end_of_text() || literal(")");
        at_ = start;
        return ends;
    }

    bool string_literal(std::string& text) {
        const std::size_t start = at_;
        for (const char quote : {'`', '"'}) {
            at_ = start;
            if (!literal(std::string_view(&quote, 1))) continue;
            const std::size_t close = text_.find(quote, at_);
            if (close == std::string_view::npos) {
                at_ = text_.size();
                refuse("string", at_, "Unterminated string literal");
                return false;
            }
            at_ = close + 1;
            auto content = go_unquote(text_.substr(start, at_ - start));
            if (!content) refuse("string", start, "invalid syntax");
            text = content.value_or("");
            return true;
        }
        return false;
    }

    struct Depth {
        explicit Depth(Parser& owner) : parser(owner) {
            if (++parser.depth_ > kMaxFilterDepth * 3) parser.too_deep_ = true;
        }
        ~Depth() { --parser.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        Parser& parser;
    };

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool too_deep_ = false;
    bool inverted_ = false;
    std::size_t furthest_ = 0;
    std::set<std::string> expected_;
    std::vector<std::string> refusals_;
};

}  // namespace

std::string_view to_string(MatchOperator op) {
    switch (op) {
        case MatchOperator::Equal: return "Equal";
        case MatchOperator::NotEqual: return "Not Equal";
        case MatchOperator::In: return "In";
        case MatchOperator::NotIn: return "Not In";
        case MatchOperator::IsEmpty: return "Is Empty";
        case MatchOperator::IsNotEmpty: return "Is Not Empty";
        case MatchOperator::Matches: return "Matches";
        case MatchOperator::NotMatches: return "Not Matches";
    }
    return "UNKNOWN";
}

Result<std::unique_ptr<FilterNode>> parse_filter_syntax(std::string_view text) {
    if (text.size() > kMaxFilterBytes) {
        return make_error(Errc::Limit, fmt::format("expression is longer than {} bytes", kMaxFilterBytes));
    }
    return Parser(text).parse();
}

}  // namespace weft::api
