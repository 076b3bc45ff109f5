#include "agent/cli/failure.hpp"

#include <fmt/format.h>

#include <cctype>

namespace weft::agent {

namespace {

// A word of a sentence, no file name, address or key.
bool begins_with_word(const std::string& text) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    return end != 0 && (end == std::string::npos || text[end] == ' ');
}

std::string consul_line(const Failure& failure) {
    if (!failure.as_consul.empty()) return failure.as_consul;
    std::string what = failure.what;
    if (begins_with_word(what))
        what[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(what[0])));
    return fmt::format("Error! {}{}{}", what, failure.cause.empty() ? "" : ": ", failure.cause);
}

}  // namespace

std::string go_file_error(const std::string& path, const Error& error) {
    return error.code == Errc::NotFound ? fmt::format("open {}: no such file or directory", path)
                                        : error.message();
}

ExitCode fail(CliConsole& console, ExitCode code, const Failure& failure) {
    if (console.as_consul) {
        console.err(consul_line(failure) + "\n");
        return code;
    }
    std::string text = fmt::format("error: {}\n", failure.what);
    if (!failure.cause.empty()) text += fmt::format("cause: {}\n", failure.cause);
    if (!failure.help.empty()) text += fmt::format("help:  {}\n", failure.help);
    if (*failure.code != '\0') text += fmt::format("code:  {}\n", failure.code);
    console.err(text);
    return code;
}

ExitCode fail_usage(CliConsole& console, const std::string& what, const std::string& as_consul) {
    return fail(console, ExitCode::Usage, {.what = what, .as_consul = as_consul});
}

}  // namespace weft::agent
