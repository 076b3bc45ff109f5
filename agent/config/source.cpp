#include "agent/config/source.hpp"

#include <algorithm>
#include <utility>

namespace weft::agent {

std::shared_ptr<const Source> Source::make(std::string name, std::string text) {
    auto source = std::make_shared<Source>();
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    source->name_ = std::move(name);
    source->text_ = std::move(text);
    source->line_starts_.push_back(0);
    for (std::size_t i = 0; i < source->text_.size(); ++i) {
        if (source->text_[i] == '\n') source->line_starts_.push_back(i + 1);
    }
    return source;
}

std::string_view Source::line(std::uint32_t number) const {
    if (number == 0 || number > line_starts_.size()) return {};
    const std::size_t start = line_starts_[number - 1];
    const std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : text_.size();
    std::string_view content = text().substr(start, end - start);
    if (content.ends_with('\r')) content.remove_suffix(1);
    return content;
}

std::string_view Source::text_at(Span span) const {
    const std::string_view whole = line(span.line);
    const std::size_t column = span.column > 0 ? span.column - 1 : 0;
    const std::size_t from = std::min(character_offset(whole, column), whole.size());
    const std::string_view rest = whole.substr(from);
    return rest.substr(0, std::min(character_offset(rest, span.length), rest.size()));
}

std::string Source::shown_line(std::uint32_t number) const {
    const std::string_view text = line(number);
    std::string out(text);
    // From right to left, since asterisks may be shorter than what they replace.
    std::vector<Span> here;
    for (const Span& secret : hidden_) {
        if (secret.line == number) here.push_back(secret);
    }
    std::sort(here.begin(), here.end(),
              [](const Span& a, const Span& b) { return a.column > b.column; });
    for (const Span& secret : here) {
        const std::size_t from = character_offset(text, secret.column - 1);
        const std::size_t to = character_offset(text, secret.column - 1 + secret.length);
        out.replace(from, to - from, secret.length, '*');
    }
    return out;
}

std::size_t character_offset(std::string_view text, std::size_t character) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0u) == 0x80u) continue;
        if (seen++ == character) return i;
    }
    return text.size();
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    return count;
}

}  // namespace weft::agent
