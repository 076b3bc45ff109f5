#include "api/http/filter_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace weft::api {
namespace {

constexpr std::string_view kEndOfText = "!.";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word_letter(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}
bool is_one_to_nine(char c) {
    return c >= '1' && c <= '9';
}

}  // namespace

void FilterScanner::note_failure(Expected expected) {
    if (at_ < furthest_) return;
    if (at_ > furthest_) expected_.clear();
    furthest_ = at_;
    expected_.push_back(expected);
}

bool FilterScanner::literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) {
        note_failure({word, true});
        return false;
    }
    at_ += word.size();
    return true;
}

bool FilterScanner::one(bool (*belongs)(char), std::string_view name) {
    if (at_ >= text_.size() || !belongs(text_[at_])) {
        note_failure({name, false});
        return false;
    }
    ++at_;
    return true;
}

bool FilterScanner::letter() {
    return one(is_letter, "[a-zA-Z]");
}
bool FilterScanner::word_letter() {
    return one(is_word_letter, "[a-zA-Z0-9_]");
}
bool FilterScanner::digit() {
    return one(is_digit, "[0-9]");
}
bool FilterScanner::one_to_nine() {
    return one(is_one_to_nine, "[1-9]");
}

bool FilterScanner::space() {
    const auto one_space = [this] { return one(is_space, "[ \\t\\r\\n]"); };
    if (!one_space()) return false;
    while (one_space()) {
    }
    return true;
}

bool FilterScanner::end_of_text() {
    if (at_ >= text_.size()) return true;
    note_failure({kEndOfText, false});
    return false;
}

bool FilterScanner::skip_past(char c) {
    const std::size_t found = text_.find(c, at_);
    const bool is_there = found != std::string_view::npos;
    at_ = is_there ? found + 1 : text_.size();
    return is_there;
}

void FilterScanner::refuse(std::string_view rule, std::size_t place, std::string_view reason) {
    std::string text = fmt::format("{}: rule \"{}\": {}", position(place), rule, reason);
    const bool is_known = std::find(refusals_.begin(), refusals_.end(), text) != refusals_.end();
    if (!is_known) refusals_.push_back(std::move(text));
}

// line:column (offset); columns count characters.
std::string FilterScanner::position(std::size_t place) const {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i < place; ++i) {
        if (text_[i] == '\n') {
            ++line;
            column = 0;
        } else if ((static_cast<unsigned char>(text_[i]) & 0xc0) == 0x80) {
            continue;
        }
        ++column;
    }
    return fmt::format("{}:{} ({})", line, column, place);
}

std::string FilterScanner::no_match() const {
    std::set<std::string> sorted;
    bool expects_end = false;
    for (const Expected& expected : expected_) {
        if (expected.text == kEndOfText) {
            expects_end = true;
        } else if (expected.is_literal) {
            sorted.insert(expected.text == "\"" ? "\"\\\"\""
                                                : fmt::format("\"{}\"", expected.text));
        } else {
            sorted.emplace(expected.text);
        }
    }
    std::vector<std::string> words(sorted.begin(), sorted.end());
    if (expects_end) words.emplace_back("EOF");
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
        list += words[i];
    }
    return fmt::format("{}: no match found, expected: {}", position(furthest_), list);
}

std::string FilterScanner::error() const {
    return refusals_.empty() ? no_match() : fmt::format("{}", fmt::join(refusals_, "\n"));
}

}  // namespace weft::api
