#include "agent/cli/target.hpp"

#include <fmt/format.h>

namespace weft::agent {

namespace {

std::string escaped(std::string_view text, std::string_view kept) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || kept.find(c) != kept.npos;
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

std::string url_escape(std::string_view text) {
    return escaped(text, "-_.~");
}

std::string url_escape_path(std::string_view key) {
    return escaped(key, "-_.~/");
}

void Target::begin(std::string_view name) {
    text_ += has_query_ ? '&' : '?';
    has_query_ = true;
    text_ += name;
}

Target& Target::add(std::string_view name, std::string_view value) {
    begin(name);
    text_ += '=';
    text_ += url_escape(value);
    return *this;
}

Target& Target::add(std::string_view name) {
    begin(name);
    text_ += '=';
    return *this;
}

}  // namespace weft::agent
