#include "api/http/filter_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/http/filter_scanner.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

using Node = std::unique_ptr<FilterNode>;

// A parsing expression grammar, one function a rule. Each tries its alternatives in order and steps
// back when one fails; no rule is tried twice at one place where that could multiply, so the work
// grows with length times depth.
class Parser {
public:
    explicit Parser(std::string_view text) : scan_(text) {}

    Result<Node> parse() {
        Node node = input();
        if (too_deep_) {
            return make_error(Errc::Limit,
                              fmt::format("expression has more than {} levels", kMaxFilterDepth));
        }
        if (!node || scan_.was_refused()) return make_error(Errc::InvalidArgument, scan_.error());
        return node;
    }

private:
    // The whole text: in one pair of parentheses, or not.
    Node input() {
        scan_.maybe_space();
        const std::size_t start = scan_.at();
        Node node = or_expression();
        if (node) {
            scan_.maybe_space();
            if (scan_.end_of_text()) return node;
        }
        scan_.back_to(start);
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
    Node chain(FilterNode::Kind kind, std::string_view word, Node left,
               Node (Parser::*read_right)()) {
        if (!left) return nullptr;
        const std::size_t after_left = scan_.at();
        if (scan_.space() && scan_.literal(word) && scan_.space()) {
            if (Node right = (this->*read_right)())
                return binary(kind, std::move(left), std::move(right));
        }
        scan_.back_to(after_left);
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
        const std::size_t start = scan_.at();
        if (scan_.literal("not") && scan_.space()) {
            if (Node operand = not_expression()) return negated(std::move(operand));
        }
        scan_.back_to(start);
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
        const std::size_t start = scan_.at();
        bool unmatched = false;
        std::size_t end = start;
        if (scan_.literal("(")) {
            scan_.maybe_space();
            if (Node inner = or_expression()) {
                scan_.maybe_space();
                if (scan_.literal(")")) return inner;
                unmatched = true;
                end = scan_.at();
            }
        }
        scan_.back_to(start);
        if (Node node = match()) return node;
        if (unmatched) scan_.refuse("grouping", end, "Unmatched parentheses");
        return nullptr;
    }

    Node match() {
        const std::size_t start = scan_.at();
        FilterMatch found;
        if (selector(found.selector)) {
            const std::size_t after_selector = scan_.at();
            if (auto op = operator_with_value()) {
                found.op = *op;
                if (value(found.value)) return leaf(std::move(found));
            }
            scan_.back_to(after_selector);
            if (auto op = operator_without_value()) {
                found.op = *op;
                return leaf(std::move(found));
            }
        }
        scan_.back_to(start);
        if (match_value_first(found)) return leaf(std::move(found));
        scan_.back_to(start);
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
        const std::size_t after_value = scan_.at();
        if (word_operator({"in"})) {
            found.op = MatchOperator::In;
        } else if (scan_.back_to(after_value); word_operator({"not", "in"})) {
            found.op = MatchOperator::NotIn;
        } else {
            return false;
        }
        if (selector(found.selector)) return true;
        scan_.refuse("match", scan_.at(), "Invalid selector");
        return false;
    }

    std::optional<MatchOperator> operator_with_value() {
        const std::size_t start = scan_.at();
        const auto symbol = [&](std::string_view text) {
            scan_.back_to(start);
            scan_.maybe_space();
            if (!scan_.literal(text)) return false;
            scan_.maybe_space();
            return true;
        };
        const auto words = [&](std::initializer_list<std::string_view> list) {
            scan_.back_to(start);
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
        const std::size_t start = scan_.at();
        if (spaced({"is", "empty"})) return MatchOperator::IsEmpty;
        scan_.back_to(start);
        if (spaced({"is", "not", "empty"})) return MatchOperator::IsNotEmpty;
        return std::nullopt;
    }

    // Words, each after white space.
    bool spaced(std::initializer_list<std::string_view> words) {
        for (const std::string_view word : words) {
            if (!scan_.space() || !scan_.literal(word)) return false;
        }
        return true;
    }
    bool word_operator(std::initializer_list<std::string_view> words) {
        return spaced(words) && scan_.space();
    }

    bool identifier(std::string& name) {
        const std::size_t start = scan_.at();
        if (!scan_.letter()) return false;
        while (scan_.word_letter()) {
        }
        name.assign(scan_.since(start));
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
        const std::size_t start = scan_.at();
        if (scan_.literal(".")) {
            if (identifier(part)) return true;
            const std::size_t digits = scan_.at();
            while (scan_.digit()) {
            }
            part.assign(scan_.since(digits));
            if (!part.empty()) return true;
        }
        scan_.back_to(start);
        if (index(part)) return true;
        scan_.back_to(start);
        return false;
    }

    bool index(std::string& part) {
        if (!scan_.literal("[")) return false;
        scan_.maybe_space();
        const std::size_t before = scan_.at();
        if (!string_literal(part)) {
            scan_.refuse("index", before, "Invalid index");
            return false;
        }
        scan_.maybe_space();
        if (scan_.literal("]")) return true;
        scan_.refuse("index", scan_.at(), "Unclosed index expression");
        return false;
    }

    bool value(std::string& text) {
        const std::size_t start = scan_.at();
        std::vector<std::string> parts;
        if (selector(parts)) {
            text = fmt::format("{}", fmt::join(parts, "."));
            return true;
        }
        scan_.back_to(start);
        if (number(text)) return true;
        scan_.back_to(start);
        return string_literal(text);
    }

    bool number(std::string& text) {
        const std::size_t start = scan_.at();
        scan_.literal("-");
        if (!scan_.literal("0")) {
            if (!scan_.one_to_nine()) return false;
            while (scan_.digit()) {
            }
        }
        const std::size_t whole = scan_.at();
        if (scan_.literal(".")) {
            if (scan_.digit()) {
                while (scan_.digit()) {
                }
            } else {
                scan_.back_to(whole);
            }
        }
        if (!ends_number()) {
            scan_.refuse("number", scan_.at(), "Invalid number literal");
            return false;
        }
        text.assign(scan_.since(start));
        return true;
    }

    // Looks ahead only.
    bool ends_number() {
        const std::size_t start = scan_.at();
        const bool ends = scan_.space() || scan_.end_of_text() || scan_.literal(")");
        scan_.back_to(start);
        return ends;
    }

    bool string_literal(std::string& text) {
        const std::size_t start = scan_.at();
        for (const std::string_view quote : {"`", "\""}) {
            if (!scan_.literal(quote)) continue;
            if (!scan_.skip_past(quote.front())) {
                scan_.refuse("string", scan_.at(), "Unterminated string literal");
                return false;
            }
            auto content = go_unquote(scan_.since(start));
            if (!content) scan_.refuse("string", start, "invalid syntax");
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

    FilterScanner scan_;
    int depth_ = 0;
    bool too_deep_ = false;
};

}  // namespace

std::string_view to_string(MatchOperator op) {
    switch (op) {
        case MatchOperator::Equal:
            return "Equal";
        case MatchOperator::NotEqual:
            return "Not Equal";
        case MatchOperator::In:
            return "In";
        case MatchOperator::NotIn:
            return "Not In";
        case MatchOperator::IsEmpty:
            return "Is Empty";
        case MatchOperator::IsNotEmpty:
            return "Is Not Empty";
        case MatchOperator::Matches:
            return "Matches";
        case MatchOperator::NotMatches:
            return "Not Matches";
    }
    return "UNKNOWN";
}

Result<std::unique_ptr<FilterNode>> parse_filter_syntax(std::string_view text) {
    if (text.size() > kMaxFilterBytes) {
        return make_error(Errc::Limit,
                          fmt::format("expression is longer than {} bytes", kMaxFilterBytes));
    }
    return Parser(text).parse();
}

}  // namespace weft::api
