#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::api {

// The terminals of the filter grammar over one text, and what its errors are made of: what each
// terminal expected at the furthest place that was reached, and the rules that refused outright.
// Texts and layout are those of the parser generator that go-bexpr is made with.
class FilterScanner {
public:
    explicit FilterScanner(std::string_view text) : text_(text) {}

    std::size_t at() const { return at_; }
    void back_to(std::size_t place) { at_ = place; }
    std::string_view since(std::size_t place) const { return text_.substr(place, at_ - place); }

    // Each steps over what it names and returns true, or stays. word and name are literals.
    bool literal(std::string_view word);
    bool letter();       // [a-zA-Z]
    bool word_letter();  // [a-zA-Z0-9_]
    bool digit();        // [0-9]
    bool one_to_nine();  // [1-9]
    bool space();        // one or more
    void maybe_space() { space(); }
    bool end_of_text();

    // Steps behind the next such character; at the end of the text when there is none.
    bool skip_past(char c);

    void refuse(std::string_view rule, std::size_t place, std::string_view reason);

    bool was_refused() const { return !refusals_.empty(); }
    std::string error() const;

private:
    struct Expected {
        std::string_view text;
        bool is_literal = false;
    };

    bool one(bool (*belongs)(char), std::string_view name);
    void note_failure(Expected expected);
    std::string position(std::size_t place) const;
    std::string no_match() const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t furthest_ = 0;
    std::vector<Expected> expected_;  // at furthest_; with repetitions
    std::vector<std::string> refusals_;
};

}  // namespace weft::api
