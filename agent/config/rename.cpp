#include "agent/config/rename.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/config/key_table.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/parser.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

constexpr std::size_t kRenamesMax = 1000;  // of one file

struct Found {
    const KeyRow* row = nullptr;
    const TreeNode::Member* member = nullptr;
};

std::string path_of(std::string_view section, std::string_view key) {
    return lower_case(section.empty() ? std::string(key) : fmt::format("{}.{}", section, key));
}

// Calls visit(path, member) for every member, those of blocks included.
template <class Visit>
void walk(const TreeNode& section, const std::string& path, const Visit& visit) {
    for (const TreeNode::Member& member : section.members) {
        const std::string own = path_of(path, member.key);
        visit(own, member);
        if (member.value.is(Kind::Object)) walk(member.value, own, visit);
    }
}

// One file while its keys are renamed, one after the other: each changes the places of the rest.
class Renamer {
public:
    explicit Renamer(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

    Renamed run() {
        while (result_.done.size() < kRenamesMax) {
            Diagnostics diagnostics;
            const Document document = parse_document(source_, diagnostics);
            if (diagnostics.has_errors()) break;
            is_json_ = dialect_of(*source_) == Dialect::Json;
            const Found found = next(document.root);
            if (found.row == nullptr) break;
            rename(document.root, found);
        }
        result_.text = source_->text();
        return std::move(result_);
    }

private:
    Found next(const TreeNode& root) {
        Found found;
        walk(root, "", [&](const std::string& path, const TreeNode::Member& member) {
            const KeyRow* row = key_table().find(path);
            if (found.row != nullptr || row == nullptr || row->key_class != KeyClass::Renamed)
                return;
            const bool skipped = std::find(skipped_.begin(), skipped_.end(), row) != skipped_.end();
            if (!skipped && !row->note.empty()) found = {row, &member};
        });
        return found;
    }

    void leave(const KeyRow& row, std::string_view why) {
        skipped_.push_back(&row);
        result_.left.push_back(fmt::format("{}: {}", row.path, why));
    }

    void rename(const TreeNode& root, const Found& found) {
        const KeyRow& row = *found.row;
        const std::string target(row.note);
        const TreeNode::Member& member = *found.member;
        if (member.value.is(Kind::Object) || member.value.is(Kind::List))
            return leave(row, "its value is no single word");
        const std::string_view written = source_->text_at(member.value.span);
        if (written.starts_with("<<")) return leave(row, "its value is a heredoc");
        bool is_set = false;
        const TreeNode* section = nullptr;
        std::string inside;
        walk(root, "", [&](const std::string& path, const TreeNode::Member& other) {
            is_set = is_set || path == target;
            const bool around = other.value.is(Kind::Object) && target.starts_with(path + ".");
            if (around && path.size() >= inside.size()) {
                section = &other.value;
                inside = path;
            }
        });
        if (is_set) return leave(row, fmt::format("`{}` is set too", target));
        const KeyRow* meaning = key_table().find(target);
        std::string value(written);
        if (meaning->type == ValueType::Texts && row.type == ValueType::Text)
            value = fmt::format("[{}]", value);
        // Its false never opened what `verify_incoming` closed.
        const bool drops = row.path == "verify_incoming_https" && !member.value.flag;
        const std::size_t start = offset(member.key_span, 0);
        const std::size_t end = offset(member.value.span, member.value.span.length);
        std::string text(source_->text());
        if (drops) {
            remove(text, start, end);
        } else if (section == nullptr) {
            text.replace(start, end - start, nested(target, value));
        } else {
            const std::string rest = nested(target.substr(inside.size() + 1), value);
            const std::size_t brace = offset(section->span, 1);
            const bool more = std::any_of(section->members.begin(), section->members.end(),
                                          [&](const auto& other) { return &other != &member; });
            // The later place first, so that the earlier one stays where it is.
            if (brace > start) insert(text, brace, rest, more);
            remove(text, start, end);
            if (brace <= start) insert(text, brace, rest, more);
        }
        auto renamed = Source::make(source_->name(), std::move(text));
        Diagnostics diagnostics;
        static_cast<void>(parse_document(renamed, diagnostics));
        if (diagnostics.has_errors())
            return leave(row, "it stands in a place that only you can mend");
        result_.done.push_back(drops ? fmt::format("{} removed: false is the default", row.path)
                                     : fmt::format("{} -> {}", row.path, target));
        source_ = std::move(renamed);
    }

    std::string nested(std::string_view path, const std::string& value) const {
        std::string out;
        std::string closing;
        const char* quote = is_json_ ? "\"" : "";
        while (path.find('.') != std::string_view::npos) {
            const std::string_view name = path.substr(0, path.find('.'));
            out += is_json_ ? fmt::format("\"{}\": {{", name) : fmt::format("{} {{ ", name);
            closing += is_json_ ? "}" : " }";
            path.remove_prefix(name.size() + 1);
        }
        return fmt::format("{}{}{}{}{}{}{}", out, quote, path, quote, is_json_ ? ": " : " = ",
                           value, closing);
    }

    // Where a place stands in the text, so many characters further on.
    std::size_t offset(Span span, std::size_t characters) const {
        const std::string_view line = source_->line(span.line);
        const std::size_t start = static_cast<std::size_t>(line.data() - source_->text().data());
        return start + character_offset(line, span.column - 1 + characters);
    }

    // Behind an opening brace: on a line of its own where the brace ends its line.
    void insert(std::string& text, std::size_t at, const std::string& member, bool more) const {
        const std::size_t next = text.find_first_not_of(" \t\r", at);
        const bool own_line = next == std::string::npos || text[next] == '\n';
        const std::string comma = is_json_ && more ? "," : "";
        const char* after = own_line || text[at] == ' ' ? "" : " ";
        text.insert(at, (own_line ? "\n" : " ") + member + comma + after);
    }

    // With the comma that JSON has after it, or before it at the end; and its line, if that is all.
    void remove(std::string& text, std::size_t start, std::size_t end) const {
        const auto behind = [&](std::size_t at) { return text.find_first_not_of(" \t\r\n", at); };
        const std::size_t next = behind(end);
        if (next != std::string::npos && text[next] == ',') {
            end = next + 1;
        } else if (is_json_ && start > 0) {
            const std::size_t before = text.find_last_not_of(" \t\r\n", start - 1);
            if (before != std::string::npos && text[before] == ',') text[before] = ' ';
        }
        const std::size_t line = start == 0 ? 0 : text.rfind('\n', start - 1) + 1;
        const std::size_t line_end = std::min(text.find('\n', end), text.size());
        const bool alone = text.find_first_not_of(" \t", line) == start &&
                           text.find_first_not_of(" \t\r", end) >= line_end;
        if (alone) {
            text.erase(line, std::min(line_end + 1, text.size()) - line);
        } else {
            text.erase(start, end - start);
        }
    }

    std::shared_ptr<const Source> source_;
    bool is_json_ = false;
    std::vector<const KeyRow*> skipped_;
    Renamed result_;
};

}  // namespace

Renamed rename_keys(const std::shared_ptr<const Source>& source) {
    return Renamer(source).run();
}

}  // namespace weft::agent
