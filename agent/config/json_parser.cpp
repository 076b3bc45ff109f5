#include <fmt/format.h>

#include <utility>

#include "agent/config/parser.hpp"

namespace weft::agent {
namespace {

// RFC 8259 and comments. A repeated key counts with its last value, as encoding/json has it, and is
// warned about.
class JsonParser : public ParserBase {
public:
    using ParserBase::ParserBase;

    TreeNode parse() {
        TreeNode root;
        root.kind = TreeNode::Kind::Object;
        root.span = {1, 1, 1};
        if (at(TokenKind::End)) return root;  // an empty file says nothing, as in HCL
        if (!at(TokenKind::LeftBrace)) {
            if (auto* found = fail(token_, "a JSON configuration is one object"))
                found->label = "`{` is expected";
            return root;
        }
        root = parse_object(1);
        if (clean() && !at(TokenKind::End)) {
            fail(token_, "the file goes on after its object");
        }
        drain();
        return root;
    }

private:
    TreeNode parse_object(std::size_t depth) {
        TreeNode object;
        object.kind = TreeNode::Kind::Object;
        const Token opening = take();
        object.span = opening.span;
        if (!admit(opening, depth)) return object;
        bool after_comma = false;
        while (!at(TokenKind::RightBrace) || after_comma) {
            if (at(TokenKind::End)) {
                unclosed(opening, "}");
                return object;
            }
            if (give_up()) return object;
            if (at(TokenKind::RightBrace)) {
                trailing_comma();
                break;
            }
            if (!parse_member(object, depth)) skip_to_next_line();
            after_comma = false;
            if (at(TokenKind::Comma)) {
                take();
                after_comma = true;
            } else if (at(TokenKind::RightBracket)) {
                const Token stray = take();
                if (auto* found = fail(stray, "this `]` closes nothing"))
                    found->label = "`}` is expected";
            } else if (at(TokenKind::Text)) {
                missing_comma();
            }
        }
        take();
        return object;
    }

    void missing_comma() {
        if (last_failed_) return;
        if (auto* found = fail(token_, "a comma is missing between two values"))
            found->label = "before this";
    }

    void trailing_comma() {
        if (auto* found =
                fail(token_, fmt::format("JSON allows no comma before `{}`", token_.text))) {
            found->label = "remove the comma before this";
        }
    }

    bool parse_member(TreeNode& object, std::size_t depth) {
        last_failed_ = true;
        if (!at(TokenKind::Text)) {
            const Token wrong = take();
            auto* found =
                fail(wrong, fmt::format("a key in quotes is expected, not `{}`", wrong.text));
            if (found && wrong.kind == TokenKind::Identifier) {
                found->label = "JSON keys need quotes";
                found->fix = "\"" + wrong.text + "\"";
            }
            return false;
        }
        const Token key = take();
        if (!at(TokenKind::Colon)) {
            auto* found = fail(token_, fmt::format("`:` is missing after \"{}\"", key.text));
            if (found && at(TokenKind::Assign))
                found->notes.push_back({"help", "name the file *.hcl if it is HCL"});
            return false;
        }
        take();
        TreeNode value;
        if (!admit(key, depth) || !parse_value(value, depth + 1)) return false;
        last_failed_ = false;
        store(object, key, std::move(value));
        return true;
    }

    void store(TreeNode& object, const Token& key, TreeNode value) {
        // Searched from the end and only in small objects: a long list of services is a list, not
        // an object.
        const std::size_t searched = std::min<std::size_t>(object.members.size(), 256);
        for (std::size_t i = object.members.size() - searched; i < object.members.size(); ++i) {
            TreeNode::Member& earlier = object.members[i];
            if (earlier.key != key.text) continue;
            auto& found = diagnostics_.warning("W1005", fmt::format("`{}` is set twice", key.text),
                                               lexer_.place(key.span));
            found.label = fmt::format("replaces the value of line {}", earlier.key_span.line);
            earlier.key_span = key.span;
            earlier.value = std::move(value);
            return;
        }
        object.members.push_back({key.text, key.span, std::move(value)});
    }

    bool parse_value(TreeNode& value, std::size_t depth) {
        if (at(TokenKind::LeftBrace)) {
            value = parse_object(depth);
            return !give_up();
        }
        if (at(TokenKind::LeftBracket)) return parse_list(value, depth);
        if (at(TokenKind::Text)) {
            value = scalar(take());
            return true;
        }
        if (at(TokenKind::Number)) return parse_number(value);
        if (at(TokenKind::Identifier)) return parse_word(value);
        if (auto* found = fail(token_, "a value is expected")) {
            found->label = at(TokenKind::End) ? "the file ends here" : "";
        }
        return false;
    }

    bool parse_number(TreeNode& value) {
        const Token token = take();
        const std::string_view digits =
            std::string_view(token.text).substr(token.text.starts_with('-') ? 1 : 0);
        const bool padded = digits.size() > 1 && digits[0] == '0' && digits[1] != '.' &&
                            digits[1] != 'e' && digits[1] != 'E';
        value = scalar(token);
        if (!padded) return true;
        if (auto* found = fail(token, "JSON numbers are decimal and have no leading zero")) {
            found->label = fmt::format("this would be {}", token.number);
        }
        return false;
    }

    bool parse_word(TreeNode& value) {
        const Token word = take();
        value.span = word.span;
        if (word.text == "null") return true;
        if (word.text == "true" || word.text == "false") {
            value.kind = TreeNode::Kind::Bool;
            value.flag = word.text == "true";
            return true;
        }
        fail(word, fmt::format("text needs quotes: \"{}\"", word.text));
        return false;
    }

    bool parse_list(TreeNode& list, std::size_t depth) {
        const Token opening = take();
        list.kind = TreeNode::Kind::List;
        list.span = opening.span;
        if (!admit(opening, depth)) return false;
        bool after_comma = false;
        while (!at(TokenKind::RightBracket) || after_comma) {
            if (at(TokenKind::RightBracket)) {
                trailing_comma();
                return false;
            }
            if (at(TokenKind::End) || at(TokenKind::RightBrace) || at(TokenKind::Colon)) {
                unclosed(opening, "]");
                return false;
            }
            TreeNode item;
            if (!admit(token_, depth + 1) || !parse_value(item, depth + 1)) return false;
            list.items.push_back(std::move(item));
            after_comma = at(TokenKind::Comma);
            if (after_comma) {
                take();
            } else if (!at(TokenKind::RightBracket) && !at(TokenKind::End) &&
                       !at(TokenKind::RightBrace)) {
                if (auto* found = fail(token_, "a comma is missing between two values"))
                    found->label = "before this";
                return false;
            }
        }
        take();
        return true;
    }

    bool last_failed_ = false;
};

}  // namespace

TreeNode parse_json(std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
    return JsonParser(std::move(source), Dialect::Json, diagnostics).parse();
}

}  // namespace weft::agent
