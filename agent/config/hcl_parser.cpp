#include <fmt/format.h>

#include <utility>

#include "agent/config/parser.hpp"

namespace weft::agent {
namespace {

// HCL 1 as Consul reads it. What only HCL 2 has (expressions, functions, references) is recognised
// and named.
class HclParser : public ParserBase {
public:
    using ParserBase::ParserBase;

    TreeNode parse() {
        TreeNode root;
        root.kind = TreeNode::Kind::Object;
        root.span = {1, 1, 1};
        while (!at(TokenKind::End) && !give_up()) {
            if (at(TokenKind::RightBrace) || at(TokenKind::RightBracket)) {
                const Token stray = take();
                if (auto* found =
                        fail(stray, fmt::format("this `{}` closes nothing", stray.text))) {
                    found->label = "no block is open here";
                }
                continue;
            }
            parse_member(root, 1);
        }
        drain();
        return root;
    }

private:
    void parse_member(TreeNode& object, std::size_t depth) {
        if (at(TokenKind::Comma)) {
            const Token comma = take();
            if (object.members.empty()) fail(comma, "a comma needs a key before it");
            return;
        }
        if (!at(TokenKind::Identifier) && !at(TokenKind::Text)) {
            const Token wrong = take();
            if (auto* found = fail(wrong, fmt::format("a key is expected, not `{}`", wrong.text))) {
                found->label = "a key is a word or a string in quotes";
            }
            return skip_to_next_line();
        }
        std::vector<Token> keys;
        while (at(TokenKind::Identifier) || at(TokenKind::Text)) {
            if (!keys.empty() && token_.span.line > last_line_) break;
            keys.push_back(take());
        }
        parse_after_keys(object, std::move(keys), depth);
    }

    void parse_after_keys(TreeNode& object, std::vector<Token> keys, std::size_t depth) {
        if (!admit(keys.front(), depth + keys.size())) return;
        TreeNode value;
        if (at(TokenKind::LeftBrace)) {
            const std::size_t inner = depth + keys.size();
            value = parse_object(inner);
        } else if (at(TokenKind::Assign)) {
            const Token assign = take();
            if (keys.size() > 1) {
                if (auto* found = fail(assign, "a key with labels needs a block")) {
                    found->label =
                        fmt::format("write `{} \"{}\" {{ ... }}`", keys[0].text, keys[1].text);
                }
                return skip_to_next_line();
            }
            if (at(TokenKind::Assign) || token_.text == ">") return expression(take());
            if (!parse_value(value, depth + 1)) return skip_to_next_line();
        } else {
            missing_assign(keys);
            return skip_to_next_line();
        }
        append(object, std::move(keys), std::move(value));
    }

    void missing_assign(const std::vector<Token>& keys) {
        if (keys.size() > 1) {
            auto* found = fail(keys[1], fmt::format("`=` is missing after `{}`", keys[0].text));
            if (found) found->label = fmt::format("write `{} = ...`", keys[0].text);
            return;
        }
        if (token_.text == "(") return expression(keys.front());
        if (at(TokenKind::Colon)) {
            auto* found = fail(token_, "HCL writes `=` between key and value");
            if (!found) return;
            found->label = "write `=`";
            found->fix = " =";
            found->notes.push_back({"help", "name the file *.json if it is JSON"});
            return;
        }
        auto* found = fail(keys.front(), fmt::format("`{}` has no value", keys.front().text));
        if (found) found->label = "`= value` or `{ ... }` is missing";
    }

    // a "b" { } is a = { b = { } }.
    static void append(TreeNode& object, std::vector<Token> keys, TreeNode value) {
        while (keys.size() > 1) {
            TreeNode outer;
            outer.kind = TreeNode::Kind::Object;
            outer.span = value.span;
            outer.members.push_back({keys.back().text, keys.back().span, std::move(value)});
            value = std::move(outer);
            keys.pop_back();
        }
        object.members.push_back(
            {std::move(keys.front().text), keys.front().span, std::move(value)});
    }

    TreeNode parse_object(std::size_t depth) {
        TreeNode object;
        object.kind = TreeNode::Kind::Object;
        const Token opening = take();
        object.span = opening.span;
        if (!admit(opening, depth)) return object;
        while (!at(TokenKind::RightBrace)) {
            if (at(TokenKind::End)) {
                unclosed(opening, "}");
                return object;
            }
            if (give_up()) return object;
            if (at(TokenKind::RightBracket)) {
                const Token stray = take();
                if (auto* found = fail(stray, "this `]` closes nothing"))
                    found->label = "`}` is expected";
                continue;
            }
            parse_member(object, depth);
        }
        take();
        return object;
    }

    bool parse_value(TreeNode& value, std::size_t depth) {
        if (at(TokenKind::LeftBrace)) {
            value = parse_object(depth);
            return !give_up();
        }
        if (at(TokenKind::LeftBracket)) return parse_list(value, depth);
        if (at(TokenKind::Text) || at(TokenKind::Number)) {
            value = scalar(take());
            return !followed_by_operator();
        }
        if (at(TokenKind::Identifier)) return parse_word(value);
        const Token wrong = token_;
        if (wrong.text == "!" || wrong.text == "(") {
            expression(take());
        } else if (auto* found = fail(wrong, "a value is expected")) {
            found->label = wrong.kind == TokenKind::End ? "the file ends here" : "";
        }
        return false;
    }

    bool parse_word(TreeNode& value) {
        const Token word = take();
        value.span = word.span;
        if (word.text == "true" || word.text == "false") {
            value.kind = TreeNode::Kind::Bool;
            value.flag = word.text == "true";
            return !followed_by_operator();
        }
        const bool is_call = token_.text == "(" && token_.span.line == last_line_;
        const bool is_reference =
            word.text.find('.') != std::string::npos && !word.text.ends_with('.');
        if (is_call ||
            (is_reference && (word.text.starts_with("var.") || word.text.starts_with("local.") ||
                              word.text.starts_with("env.")))) {
            expression(word);
            return false;
        }
        auto* found = fail(word, fmt::format("text needs quotes: \"{}\"", word.text));
        if (found) {
            const bool yes = word.text == "yes" || word.text == "on" || word.text == "True";
            const bool no = word.text == "no" || word.text == "off" || word.text == "False";
            found->label = yes ? "did you mean `true`?" : no ? "did you mean `false`?" : "";
            if (yes || no) found->fix = yes ? "true" : "false";
            if (!yes && !no && word.text.find('"') == std::string::npos)
                found->fix = "\"" + word.text + "\"";
        }
        return false;
    }

    bool parse_list(TreeNode& list, std::size_t depth) {
        const Token opening = take();
        list.kind = TreeNode::Kind::List;
        list.span = opening.span;
        if (!admit(opening, depth)) return false;
        if (token_.text == "for" && at(TokenKind::Identifier)) {
            expression(take());
            skip_past_bracket();
            return false;
        }
        while (!at(TokenKind::RightBracket)) {
            const bool next_key = at(TokenKind::Identifier) && token_.span.line > last_line_;
            if (at(TokenKind::End) || at(TokenKind::RightBrace) || at(TokenKind::Assign) ||
                next_key) {
                unclosed(opening, "]");
                return false;
            }
            TreeNode item;
            if (!admit(token_, depth + 1) || !parse_value(item, depth + 1)) {
                skip_past_bracket();
                return false;
            }
            list.items.push_back(std::move(item));
            if (at(TokenKind::Comma)) {
                take();
            } else if (at(TokenKind::Text) || at(TokenKind::Number) || at(TokenKind::LeftBrace)) {
                if (auto* found = fail(token_, "a comma is missing between two values"))
                    found->label = "before this";
            }
        }
        take();
        return true;
    }

    // The rest of a list that went wrong, as far as it stands on this line.
    void skip_past_bracket() {
        const std::uint32_t line = last_line_;
        while (!at(TokenKind::RightBracket) && !at(TokenKind::End) && token_.span.line == line)
            take();
        if (at(TokenKind::RightBracket) && token_.span.line == line) take();
    }

    bool followed_by_operator() {
        if (!at(TokenKind::Other) || token_.span.line != last_line_) return false;
        if (std::string_view("?+-*/%&|<>!").find(token_.text) == std::string_view::npos)
            return false;
        expression(token_);
        return true;
    }

    void expression(const Token& token) {
        if (token.broken || give_up()) return;
        auto& found = diagnostics_.error("W1003", "expressions are not evaluated here",
                                         lexer_.place(token.span));
        found.label = "this is HCL 2";
        found.notes.push_back(
            {"help",
             "agent configuration is HCL 1: values are written out, without functions,"
             " variables or operators"});
    }
};

}  // namespace

TreeNode parse_hcl(std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
    return HclParser(std::move(source), Dialect::Hcl, diagnostics).parse();
}

}  // namespace weft::agent
