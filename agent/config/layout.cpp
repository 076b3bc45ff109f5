#include "agent/config/layout.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/config/parser.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kIndent = 2;

// One line of the file and what it does to the lines after it.
struct Line {
    std::string text;          // without blanks at its ends, unless verbatim
    std::size_t depth = 0;     // brackets that are open around it
    std::size_t sign = 0;      // where the `=` of `key = value` stands in text, which has no blanks
                               // around it; 0: no such line
    bool is_verbatim = false;  // inside of a comment or heredoc: not touched
};

std::string_view without_blanks(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

// Walks over the lines and knows what is text, comment, heredoc or bracket.
class Layout {
public:
    Layout(std::string_view text, Dialect dialect) : dialect_(dialect) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            take(text.substr(at, end - at));
            at = end + 1;
        }
    }

    std::string text() {
        align();
        std::string out;
        bool blank = true;  // no blank line at the beginning
        for (const Line& line : lines_) {
            if (line.is_verbatim) {
                out += line.text + "\n";
                blank = false;
                continue;
            }
            if (line.text.empty()) {
                if (!blank) out += "\n";
                blank = true;
                continue;
            }
            out += std::string(line.depth * kIndent, ' ') + line.text + "\n";
            blank = false;
        }
        while (out.ends_with("\n\n")) out.pop_back();
        return out;
    }

private:
    void take(std::string_view raw) {
        if (!heredoc_.empty()) {
            lines_.push_back({std::string(raw), 0, 0, true});
            if (without_blanks(raw) == heredoc_) heredoc_.clear();
            return;
        }
        if (in_comment_) {
            lines_.push_back({std::string(raw), 0, 0, true});
            const std::size_t end = raw.find("*/");
            if (end == std::string_view::npos) return;
            in_comment_ = false;
            std::string ignored;
            std::size_t sign = 0;
            scan(raw.substr(end + 2), ignored, sign);
            return;
        }
        const std::string_view text = without_blanks(raw);
        Line line;
        const std::size_t before = depth_;
        std::size_t closing = 0;  // brackets at the line's start close what is around it
        while (closing < text.size() && (text[closing] == '}' || text[closing] == ']')) ++closing;
        line.depth = before - std::min(before, closing);
        std::size_t sign = 0;
        scan(text, line.text, sign);
        // A value of several lines has no neighbours to stand below.
        if (depth_ == before && heredoc_.empty() && !in_comment_) {
            line.sign = sign;
        } else if (sign > 0) {
            line.text.replace(sign, 1, " = ");
        }
        lines_.push_back(std::move(line));
    }

    // Copies a line without blanks around its first `=`, and follows its brackets.
    void scan(std::string_view text, std::string& out, std::size_t& sign) {
        const std::size_t depth = depth_;
        for (std::size_t i = 0; i < text.size();) {
            const char c = text[i];
            if (c == '"') {
                i = copy_string(text, i, out);
                continue;
            }
            if (c == '#' || text.substr(i, 2) == "//") {
                out += text.substr(i);
                return;
            }
            if (text.substr(i, 2) == "/*") {
                const std::size_t end = text.find("*/", i + 2);
                out += text.substr(i, end == std::string_view::npos ? end : end + 2 - i);
                if (end == std::string_view::npos) {
                    in_comment_ = true;
                    return;
                }
                i = end + 2;
                continue;
            }
            if (dialect_ == Dialect::Hcl && text.substr(i, 2) == "<<") {
                std::string_view marker = text.substr(i + 2);
                if (marker.starts_with('-')) marker.remove_prefix(1);
                heredoc_ = without_blanks(marker);
                out += text.substr(i);
                return;
            }
            if (c == '=' && dialect_ == Dialect::Hcl) {
                while (out.ends_with(' ') || out.ends_with('\t')) out.pop_back();
                const bool aligns = sign == 0 && depth_ == depth && !out.empty();
                if (aligns) sign = out.size();
                out += aligns ? "=" : " = ";
                i = std::min(text.find_first_not_of(" \t", i + 1), text.size());
                continue;
            }
            if (c == '{' && dialect_ == Dialect::Hcl && !out.empty() &&
                std::string_view(" \t[{,=").find(out.back()) == std::string_view::npos)
                out += ' ';
            if (c == '{' || c == '[') ++depth_;
            if ((c == '}' || c == ']') && depth_ > 0) --depth_;
            out += c;
            ++i;
        }
    }

    // To behind the closing quote; quotes in ${..} belong to it.
    std::size_t copy_string(std::string_view text, std::size_t start, std::string& out) const {
        std::size_t braces = 0;
        std::size_t i = start + 1;
        for (; i < text.size(); ++i) {
            if (dialect_ == Dialect::Hcl && braces == 0 && text.substr(i, 2) == "${") {
                ++braces;
                ++i;
            } else if (braces > 0) {
                if (text[i] == '{') ++braces;
                if (text[i] == '}') --braces;
            } else if (text[i] == '\\') {
                ++i;
            } else if (text[i] == '"') {
                break;
            }
        }
        const std::size_t end = std::min(i + 1, text.size());
        out += text.substr(start, end - start);
        return end;
    }

    // Pads the keys of neighbouring lines to one width.
    void align() {
        for (std::size_t first = 0; first < lines_.size();) {
            std::size_t end = first;
            std::size_t width = 0;
            while (end < lines_.size() && lines_[end].sign > 0 &&
                   lines_[end].depth == lines_[first].depth) {
                width =
                    std::max(width, character_count(lines_[end].text.substr(0, lines_[end].sign)));
                ++end;
            }
            for (std::size_t i = first; i < end; ++i) {
                Line& line = lines_[i];
                const std::size_t own = character_count(line.text.substr(0, line.sign));
                line.text.replace(line.sign, 1, std::string(width - own, ' ') + " = ");
            }
            first = std::max(end, first + 1);
        }
    }

    Dialect dialect_;
    std::vector<Line> lines_;
    std::size_t depth_ = 0;
    std::string heredoc_;
    bool in_comment_ = false;
};

bool same_tokens(const std::shared_ptr<const Source>& a, const std::shared_ptr<const Source>& b,
                 Dialect dialect) {
    Diagnostics ignored;
    Lexer left(a, dialect, ignored);
    Lexer right(b, dialect, ignored);
    while (true) {
        const Token x = left.next();
        const Token y = right.next();
        if (x.kind != y.kind || x.text != y.text) return false;
        if (x.kind == TokenKind::End) return true;
    }
}

}  // namespace

std::string laid_out(const std::shared_ptr<const Source>& source) {
    Diagnostics diagnostics;
    parse_document(source, diagnostics);
    if (diagnostics.has_errors()) return std::string(source->text());
    const Dialect dialect = dialect_of(*source);
    std::string text = Layout(source->text(), dialect).text();
    const bool same = same_tokens(source, Source::make(source->name(), text), dialect);
    return same ? text : std::string(source->text());
}

}  // namespace weft::agent
