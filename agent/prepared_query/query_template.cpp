#include "agent/prepared_query/query_template.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/go_regex.hpp"
#include "agent/prepared_query/query_rules.hpp"
#include "agent/prepared_query/query_texts.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kType = "name_prefix_match";
constexpr std::int64_t kRegexBytes = 1 << 20;
constexpr std::string_view kKnown =
    "between ${ and } there may be name.full, name.prefix, name.suffix, agent.segment or match(N)";

Error wrong(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

// What the interpolations stand for.
struct Values {
    std::string_view full;
    std::string_view prefix;
    std::string_view suffix;
    std::vector<std::string_view> groups;

    std::optional<std::string_view> variable(std::string_view name) const {
        if (name == "name.full") return full;
        if (name == "name.prefix") return prefix;
        if (name == "name.suffix") return suffix;
        if (name == "agent.segment") return "";
        return std::nullopt;
    }
    std::string_view group(std::int64_t number) const {
        const bool is_there = number >= 0 && static_cast<std::size_t>(number) < groups.size();
        return is_there ? groups[static_cast<std::size_t>(number)] : std::string_view();
    }
};

Result<std::vector<std::string_view>> match_groups(std::string_view regexp, std::string_view name) {
    std::vector<std::string_view> groups;
    if (regexp.empty()) return groups;
    auto compiled = compile_go_regex(regexp, kRegexBytes);
    if (!compiled) return wrong("Bad Regexp: " + compiled.error().message());
    const re2::RE2& regex = *compiled.value();
    const int count = regex.NumberOfCapturingGroups();
    // Each costs time and memory for each byte of the name.
    if (count > kMaxTemplateGroups) {
        return make_error(Errc::Limit, fmt::format("Bad Regexp: it has {} groups, the limit is {}",
                                                   count, kMaxTemplateGroups));
    }
    std::vector<re2::StringPiece> found(static_cast<std::size_t>(count) + 1);
    const re2::StringPiece text(name.data(), name.size());
    if (!regex.Match(text, 0, name.size(), re2::RE2::UNANCHORED, found.data(),
                     static_cast<int>(found.size())))
        return groups;
    for (const re2::StringPiece& group : found) groups.emplace_back(group.data(), group.size());
    return groups;
}

// Replaces the interpolations of one text.
class Renderer {
public:
    Renderer(const Values& values, std::string_view text, std::string_view place)
        : values_(values), text_(text), place_(place) {}

    Result<std::string> run(std::size_t bytes_max) {
        while (at_ < text_.size()) {
            if (out_.size() > bytes_max) return too_large(bytes_max);
            if (text_.substr(at_).starts_with("$$")) {
                out_ += '$';
                at_ += 2;
            } else if (text_.substr(at_).starts_with("${")) {
                at_ += 2;
                WEFT_TRY(interpolation());
            } else {
                out_ += text_[at_++];
            }
        }
        if (out_.size() > bytes_max) return too_large(bytes_max);
        return std::move(out_);
    }

private:
    Result<void> interpolation() {
        skip_blanks();
        const std::size_t start = at_;
        const std::string_view name = word();
        skip_blanks();
        if (name == "match" && take('(')) {
            skip_blanks();
            const auto number = integer();
            skip_blanks();
            if (!number || !take(')')) return bad_format();
            out_ += values_.group(*number);
            skip_blanks();
        } else {
            if (name.empty() || at_ == text_.size() || text_[at_] != '}') return bad_format();
            const auto value = values_.variable(name);
            if (!value) return unknown(name, start);
            out_ += *value;
        }
        return take('}') ? Result<void>(success()) : bad_format();
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    }
    bool take(char c) {
        const bool is_next = at_ < text_.size() && text_[at_] == c;
        at_ += is_next ? 1 : 0;
        return is_next;
    }
    std::string_view word() {
        const std::size_t start = at_;
        const auto belongs = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '_';
        };
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        return text_.substr(start, at_ - start);
    }
    std::optional<std::int64_t> integer() {
        std::int64_t number = 0;
        const char* const first = text_.data() + at_;
        const auto [end, status] = std::from_chars(first, text_.data() + text_.size(), number);
        if (status != std::errc()) return std::nullopt;
        at_ += static_cast<std::size_t>(end - first);
        return number;
    }

    Error bad_format() const {
        return wrong(fmt::format("Bad format '{}' in {}: parse error: syntax error: {}", text_,
                                 place_, kKnown));
    }
    Error unknown(std::string_view name, std::size_t start) const {
        return wrong(
            fmt::format("Bad evaluation for '{}' in {}: 1:{}: unknown variable accessed: "
                        "{}: {}",
                        text_, place_, start + 1, name, kKnown));
    }
    Error too_large(std::size_t bytes_max) const {
        return make_error(Errc::Limit,
                          fmt::format("{} becomes larger than {} bytes", place_, bytes_max));
    }

    const Values& values_;
    std::string_view text_;
    std::string_view place_;
    std::size_t at_ = 0;
    std::string out_;
};

// Renders text after text, until one is wrong.
class ServiceRenderer {
public:
    explicit ServiceRenderer(const Values& values) : values_(values) {}

    void operator()(const std::string& place, SharedText& text) {
        if (!rendered_) return;
        auto result = Renderer(values_, text, place).run(bytes_left_);
        if (!result) {
            rendered_ = result.error();
            return;
        }
        bytes_left_ -= result.value().size();
        if (text.view() != result.value()) text = result.value();
    }
    const Result<void>& result() const { return rendered_; }

private:
    const Values& values_;
    std::size_t bytes_left_ = kMaxQueryTextBytes;
    Result<void> rendered_ = success();
};

void remove_empty(Shared<TextList>& tags) {
    if (tags.is_null()) return;
    TextList kept = tags.get();
    std::erase_if(kept, [](const SharedText& tag) { return tag.empty(); });
    tags = std::move(kept);
}

}  // namespace

Result<PreparedQueryRow> render_template(const PreparedQueryRow& row, std::string_view name) {
    if (row.name_template.type != kType) {
        return wrong(fmt::format("Bad Template.Type '{}'", row.name_template.type.view()));
    }
    Values values{name, row.name, name, {}};
    if (name.starts_with(row.name.view())) values.suffix.remove_prefix(row.name.size());
    WEFT_TRY(values.groups, match_groups(row.name_template.regexp, name));
    PreparedQueryRow rendered = row;
    ServiceRenderer renderer(values);
    visit_texts(renderer, rendered.service);
    WEFT_TRY(renderer.result());
    if (row.name_template.remove_empty_tags) remove_empty(rendered.service.tags);
    return rendered;
}

}  // namespace weft::agent
