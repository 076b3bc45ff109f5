#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/source.hpp"

namespace weft::agent {

enum class Severity { Error, Warning, Notice };

// What is wrong with a configuration, where, and what to do. Codes are stable: people search for
// them.
struct Diagnostic {
    Severity severity = Severity::Error;
    std::string code;     // "W1004"
    std::string message;  // one sentence without a final stop; names of keys in backquotes
    std::optional<Place> place;
    std::string label;  // beside the carets; may be empty
    struct Note {
        std::string kind;  // "help", "fix", "note"
        std::string text;
    };
    std::vector<Note> notes;
    // What to write in place of the marked text, for editors; none when one edit does not help.
    std::optional<std::string> fix;

    // Says what to write instead, to people and to editors.
    void suggest(std::string text) {
        notes.push_back({"help", "write `" + text + "`"});
        fix = std::move(text);
    }
};

inline constexpr std::size_t kMaxDiagnostics = 500;  // kept; the others are only counted

// Collects what is found; hands back each new one, so that the caller can add a label and notes.
class Diagnostics {
public:
    Diagnostic& error(std::string_view code, std::string message, std::optional<Place> place = {});
    Diagnostic& warning(std::string_view code, std::string message,
                        std::optional<Place> place = {});
    Diagnostic& notice(std::string_view code, std::string message);

    // What comes now is only counted: finding labels and notes for it is not worth the time.
    bool is_full() const { return all_.size() >= kMaxDiagnostics; }
    bool has_errors() const { return errors_ > 0; }
    bool has_code(std::string_view code) const;
    std::size_t errors() const { return errors_; }
    std::size_t warnings() const { return warnings_; }
    const std::vector<Diagnostic>& all() const { return all_; }

    // Those in files in the order of the files' lines, then the others in the order found.
    void sort();

private:
    Diagnostic& add(Severity severity, std::string_view code, std::string message,
                    std::optional<Place> place);

    std::vector<Diagnostic> all_;
    Diagnostic overflow_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

// For a terminal: message, place, the line with carets, notes.
std::string render(const Diagnostic& diagnostic);

// All of them and the sum: "2 errors, 1 warning in 3 files".
std::string render(const Diagnostics& diagnostics, std::size_t files);

// {"Schema": "weft.validate/1", "Valid": .., "Diagnostics": [..]}, for editors.
std::string render_json(const Diagnostics& diagnostics, std::size_t files);

}  // namespace weft::agent
