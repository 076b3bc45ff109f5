#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::agent {

// A stretch of one line. Line and column count from 1, columns in characters; line 0: no position.
struct Span {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 0;
    bool operator==(const Span&) const = default;
};

// The text of one configuration file under the name that messages give it.
class Source {
public:
    // Drops a byte order mark.
    static std::shared_ptr<const Source> make(std::string name, std::string text);

    const std::string& name() const { return name_; }
    // Whether the name is that of a file, and not of standard input or a flag.
    bool is_file() const { return !name_.starts_with('<') && !name_.starts_with('-'); }
    std::string_view text() const { return text_; }

    // Without its line end; empty beyond the last line.
    std::string_view line(std::uint32_t number) const;

    // What stands there, as written.
    std::string_view text_at(Span span) const;

    // The line for people: secrets that were marked are replaced by asterisks, character for
    // character.
    std::string shown_line(std::uint32_t number) const;

    // Marks a secret. Says nothing about the text itself, so that whoever reads it may find secrets
    // on the way.
    void hide(Span secret) const { hidden_.push_back(secret); }

private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_starts_;
    mutable std::vector<Span> hidden_;
};

// Where a value or an error stands: in a file, or at the name of whatever else set it
// ("-http-port").
struct Place {
    std::shared_ptr<const Source> source;
    Span span;
    std::string origin = {};  // without a source
};

// Characters of UTF-8 text, and where the one of a number starts (the size, beyond the end).
std::size_t character_count(std::string_view text);
std::size_t character_offset(std::string_view text, std::size_t character);

}  // namespace weft::agent
