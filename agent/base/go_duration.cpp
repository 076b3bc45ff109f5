#include "agent/base/go_duration.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

namespace weft {
namespace {

__extension__ using Wide = __int128;
constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Error refuse(std::string_view what, std::string_view text) {
    return make_error(Errc::InvalidArgument, fmt::format("time: {} \"{}\"", what, text));
}

std::int64_t unit_of(std::string_view name) {
    if (name == "ns") return 1;
    if (name == "us" || name == "\xc2\xb5s" || name == "\xce\xbcs") return 1'000;
    if (name == "ms") return 1'000'000;
    if (name == "s") return 1'000'000'000;
    if (name == "m") return 60'000'000'000;
    if (name == "h") return 3'600'000'000'000;
    return 0;
}

// Takes digits off the front; more than 18 of them saturate, which the caller sees as an overflow.
Wide take_digits(std::string_view& rest, Wide& scale) {
    Wide value = 0;
    while (!rest.empty() && is_digit(rest.front())) {
        if (value <= kMost) {
            value = value * 10 + (rest.front() - '0');
            scale *= scale <= kMost ? 10 : 1;
        }
        rest.remove_prefix(1);
    }
    return value;
}

}  // namespace

Result<Duration> parse_go_duration(std::string_view text) {
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    if (rest == "0") return Duration::zero();
    if (rest.empty()) return refuse("invalid duration", text);

    Wide total = 0;
    while (!rest.empty()) {
        if (!is_digit(rest.front()) && rest.front() != '.') return refuse("invalid duration", text);
        const std::size_t before = rest.size();
        Wide scale = 1;
        Wide ignored = 1;
        const Wide whole = take_digits(rest, ignored);
        Wide fraction = 0;
        bool any_digit = rest.size() != before;
        if (!rest.empty() && rest.front() == '.') {
            rest.remove_prefix(1);
            const std::size_t at_point = rest.size();
            fraction = take_digits(rest, scale);
            any_digit = any_digit || rest.size() != at_point;
        }
        if (!any_digit) return refuse("invalid duration", text);

        std::size_t length = 0;
        while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
        if (length == 0) return refuse("missing unit in duration", text);
        const std::string_view name = rest.substr(0, length);
        rest.remove_prefix(length);
        const std::int64_t unit = unit_of(name);
        if (unit == 0) {
            return make_error(
                Errc::InvalidArgument,
                fmt::format("time: unknown unit \"{}\" in duration \"{}\"", name, text));
        }
        total += whole * unit + fraction * unit / scale;
        if (whole > kMost || total > kMost) return refuse("invalid duration", text);
    }
    const auto ns = static_cast<std::int64_t>(total);
    return Duration{negative ? -ns : ns};
}

std::string format_go_duration(Duration duration) {
    const std::int64_t ns = duration.count();
    if (ns == 0) return "0s";
    // The magnitude as unsigned, so that the smallest value has one too.
    const std::uint64_t size =
        ns < 0 ? ~static_cast<std::uint64_t>(ns) + 1 : static_cast<std::uint64_t>(ns);
    const char* sign = ns < 0 ? "-" : "";
    const auto with_fraction = [&](std::uint64_t unit, int digits, const char* name) {
        std::string out = fmt::format("{}", size / unit);
        if (const std::uint64_t rest = size % unit; rest != 0) {
            out += fmt::format(".{:0{}}", rest, digits);
            out.erase(out.find_last_not_of('0') + 1);
        }
        return out + name;
    };
    if (size < 1'000) return fmt::format("{}{}ns", sign, size);
    if (size < 1'000'000) return sign + with_fraction(1'000, 3, "\xc2\xb5s");
    if (size < 1'000'000'000) return sign + with_fraction(1'000'000, 6, "ms");

    const std::uint64_t minutes = size / 60'000'000'000ULL;
    const std::uint64_t below_minute = size % 60'000'000'000ULL;
    std::string seconds = fmt::format("{}", below_minute / 1'000'000'000);
    if (const std::uint64_t rest = below_minute % 1'000'000'000; rest != 0) {
        seconds += fmt::format(".{:09}", rest);
        seconds.erase(seconds.find_last_not_of('0') + 1);
    }
    if (minutes == 0) return fmt::format("{}{}s", sign, seconds);
    if (minutes < 60) return fmt::format("{}{}m{}s", sign, minutes, seconds);
    return fmt::format("{}{}h{}m{}s", sign, minutes / 60, minutes % 60, seconds);
}

}  // namespace weft
