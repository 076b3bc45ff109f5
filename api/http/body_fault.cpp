#include "api/http/body_fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weft::api {
namespace {

constexpr std::size_t kPointerShown = 256;

// As a fragment of a URI: names are the client's own bytes, and this goes into a header.
std::string fragment_of(std::string_view pointer) {
    std::string out = "#";
    for (const char c : pointer.substr(0, kPointerShown)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') ||
                              std::string_view("/-._~").find(c) != std::string_view::npos;
        if (is_plain) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

}  // namespace

std::string pointer_step(std::string_view name) {
    std::string step = "/";
    for (const char c : name) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

std::string describe(const BodyFault& fault, std::string_view body) {
    const std::string_view before = body.substr(0, fault.offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::string_view on_line = before.substr(before.rfind('\n') + 1);
    const auto column = std::count_if(on_line.begin(), on_line.end(), begins_character) + 1;
    return fmt::format("{}, line {}, column {}{}{}", fragment_of(fault.pointer), line, column,
                       fault.help.empty() ? "" : ": ", fault.help);
}

}  // namespace weft::api
