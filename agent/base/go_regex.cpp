#include "agent/base/go_regex.hpp"

#include <fmt/format.h>

namespace weft {
namespace {

// RE2's reasons in the words of Go's regexp package, which is the same engine.
std::string_view go_reason(re2::RE2::ErrorCode code) {
    switch (code) {
        case re2::RE2::ErrorBadEscape:
            return "invalid escape sequence";
        case re2::RE2::ErrorBadCharClass:
            return "invalid character class";
        case re2::RE2::ErrorBadCharRange:
            return "invalid character class range";
        case re2::RE2::ErrorMissingBracket:
            return "missing closing ]";
        case re2::RE2::ErrorMissingParen:
            return "missing closing )";
        case re2::RE2::ErrorUnexpectedParen:
            return "unexpected )";
        case re2::RE2::ErrorTrailingBackslash:
            return "trailing backslash at end of expression";
        case re2::RE2::ErrorRepeatArgument:
            return "missing argument to repetition operator";
        case re2::RE2::ErrorRepeatSize:
            return "invalid repeat count";
        case re2::RE2::ErrorRepeatOp:
            return "invalid nested repetition operator";
        case re2::RE2::ErrorBadPerlOp:
            return "invalid or unsupported Perl syntax";
        case re2::RE2::ErrorBadUTF8:
            return "invalid UTF-8";
        case re2::RE2::ErrorBadNamedCapture:
            return "invalid named capture";
        default:
            return "expression too large";
    }
}

}  // namespace

Result<std::unique_ptr<re2::RE2>> compile_go_regex(std::string_view expression,
                                                   std::int64_t memory_max) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory_max);
    auto regex =
        std::make_unique<re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
    if (regex->ok()) return regex;
    return make_error(Errc::InvalidArgument,
                      fmt::format("error parsing regexp: {}: `{}`", go_reason(regex->error_code()),
                                  regex->error_arg()));
}

}  // namespace weft
