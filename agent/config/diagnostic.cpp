#include "agent/config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/json_writer.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kShownCharacters = 120;  // of a line; minified JSON is one line of megabytes

std::string_view word(Severity severity) {
    if (severity == Severity::Error) return "error";
    return severity == Severity::Warning ? "warning" : "notice";
}

// Control characters must not reach the terminal; tabs stay, in the caret line too, so that carets
// stand right.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        out += control && c != '\t' ? '?' : c;
    }
    return out;
}

std::string padding_for(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0u) == 0x80u) continue;
        out += c == '\t' ? '\t' : ' ';
    }
    return out;
}

void append_excerpt(std::string& out, const Diagnostic& diagnostic, std::size_t gutter) {
    const Place& place = *diagnostic.place;
    const std::string blank = std::string(gutter + 2, ' ') + "|";
    const std::string shown = place.source->shown_line(place.span.line);
    const std::string_view line = shown;
    const std::size_t column = place.span.column > 0 ? place.span.column - 1 : 0;
    const std::size_t first = column > kShownCharacters / 2 ? column - kShownCharacters / 2 : 0;
    const std::size_t from =
        first == 0 || character_count(line) <= kShownCharacters ? 0 : character_offset(line, first);
    const std::size_t start = std::min(character_offset(line, column), line.size());
    const std::size_t shown_end = character_offset(line.substr(from), kShownCharacters) + from;
    const std::string_view before = line.substr(from, start - from);

    const std::size_t room =
        character_count(line.substr(start, shown_end - std::min(start, shown_end)));
    const std::size_t carets =
        std::max<std::size_t>(1, std::min<std::size_t>(place.span.length, room));
    out += blank + "\n";
    out += fmt::format(" {:>{}} | {}\n", place.span.line, gutter,
                       printable(line.substr(from, shown_end - from)));
    out += fmt::format("{} {}{}", blank, padding_for(before), std::string(carets, '^'));
    if (!diagnostic.label.empty()) out += " " + diagnostic.label;
    out += "\n";
}

std::string count(std::size_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void write_json(JsonWriter& writer, const Diagnostic& diagnostic) {
    writer.begin_object();
    writer.field("Severity", word(diagnostic.severity));
    writer.field("Code", diagnostic.code);
    writer.field("Message", diagnostic.message);
    if (diagnostic.place) {
        const Place& place = *diagnostic.place;
        writer.field("File", place.source ? place.source->name() : place.origin);
        if (place.span.line > 0) {
            writer.field("Line", place.span.line);
            writer.field("Column", place.span.column);
            writer.field("EndColumn", place.span.column + place.span.length);
        }
    }
    if (!diagnostic.label.empty()) writer.field("Label", diagnostic.label);
    writer.key("Notes");
    writer.begin_array();
    for (const auto& note : diagnostic.notes) {
        writer.begin_object();
        writer.field("Kind", note.kind);
        writer.field("Text", note.text);
        writer.end_object();
    }
    writer.end_array();
    if (diagnostic.fix && diagnostic.place && diagnostic.place->span.line > 0) {
        const Span& span = diagnostic.place->span;
        writer.key("Fix");
        writer.begin_object();
        writer.field("Line", span.line);
        writer.field("Column", span.column);
        writer.field("EndColumn", span.column + span.length);
        writer.field("Text", *diagnostic.fix);
        writer.end_object();
    }
    writer.end_object();
}

}  // namespace

Diagnostic& Diagnostics::error(std::string_view code, std::string message,
                               std::optional<Place> place) {
    ++errors_;
    return add(Severity::Error, code, std::move(message), std::move(place));
}

Diagnostic& Diagnostics::warning(std::string_view code, std::string message,
                                 std::optional<Place> place) {
    ++warnings_;
    return add(Severity::Warning, code, std::move(message), std::move(place));
}

Diagnostic& Diagnostics::notice(std::string_view code, std::string message) {
    return add(Severity::Notice, code, std::move(message), {});
}

Diagnostic& Diagnostics::add(Severity severity, std::string_view code, std::string message,
                             std::optional<Place> place) {
    if (all_.size() >= kMaxDiagnostics) {
        overflow_ = Diagnostic{};
        return overflow_;
    }
    Diagnostic& added = all_.emplace_back();
    added.severity = severity;
    added.code = code;
    added.message = std::move(message);
    added.place = std::move(place);
    return added;
}

bool Diagnostics::has_code(std::string_view code) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const Diagnostic& one) { return one.code == code; });
}

void Diagnostics::sort() {
    std::vector<const Source*> order;  // files as they first come up
    const auto rank = [&](const Diagnostic& diagnostic) {
        if (!diagnostic.place || !diagnostic.place->source) return ~std::size_t{0};
        const Source* source = diagnostic.place->source.get();
        const auto found = std::find(order.begin(), order.end(), source);
        return static_cast<std::size_t>(found - order.begin());
    };
    for (const Diagnostic& diagnostic : all_) {
        if (!diagnostic.place || !diagnostic.place->source) continue;
        const Source* source = diagnostic.place->source.get();
        if (std::find(order.begin(), order.end(), source) == order.end()) order.push_back(source);
    }
    std::stable_sort(all_.begin(), all_.end(), [&](const Diagnostic& a, const Diagnostic& b) {
        if (rank(a) != rank(b)) return rank(a) < rank(b);
        if (rank(a) == ~std::size_t{0}) return false;
        return std::pair(a.place->span.line, a.place->span.column) <
               std::pair(b.place->span.line, b.place->span.column);
    });
}

std::string render(const Diagnostic& diagnostic) {
    std::string out =
        fmt::format("{}[{}]: {}\n", word(diagnostic.severity), diagnostic.code, diagnostic.message);
    std::size_t gutter = 1;
    if (diagnostic.place && diagnostic.place->source && diagnostic.place->span.line > 0) {
        const Place& place = *diagnostic.place;
        gutter = fmt::format("{}", place.span.line).size();
        out += fmt::format("{}--> {}:{}:{}\n", std::string(gutter + 1, ' '), place.source->name(),
                           place.span.line, place.span.column);
        append_excerpt(out, diagnostic, gutter);
    } else if (diagnostic.place) {
        const Place& place = *diagnostic.place;
        out += fmt::format("  --> {}\n", place.source ? place.source->name() : place.origin);
        if (!diagnostic.label.empty()) out += "   = note: " + diagnostic.label + "\n";
    }
    for (const auto& note : diagnostic.notes) {
        out += fmt::format("{}= {}: {}\n", std::string(gutter + 2, ' '), note.kind, note.text);
    }
    return out;
}

std::string render(const Diagnostics& diagnostics, std::size_t files) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics.all()) out += render(diagnostic) + "\n";
    if (diagnostics.errors() + diagnostics.warnings() == 0) return out;
    if (diagnostics.all().size() >= kMaxDiagnostics)
        out += fmt::format("only the first {} are shown\n", kMaxDiagnostics);
    std::string sum;
    if (diagnostics.errors() > 0) sum += count(diagnostics.errors(), "error");
    if (diagnostics.warnings() > 0)
        sum += (sum.empty() ? "" : ", ") + count(diagnostics.warnings(), "warning");
    return out + sum + " in " + count(files, "file") + "\n";
}

std::string render_json(const Diagnostics& diagnostics, std::size_t files) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.field("Schema", "weft.validate/1");
    writer.field("Valid", !diagnostics.has_errors());
    writer.field("Files", static_cast<std::uint64_t>(files));
    writer.field("Errors", static_cast<std::uint64_t>(diagnostics.errors()));
    writer.field("Warnings", static_cast<std::uint64_t>(diagnostics.warnings()));
    writer.key("Diagnostics");
    writer.begin_array();
    for (const Diagnostic& diagnostic : diagnostics.all()) write_json(writer, diagnostic);
    writer.end_array();
    writer.end_object();
    return out;
}

}  // namespace weft::agent
