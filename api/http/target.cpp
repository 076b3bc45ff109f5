#include "api/http/target.hpp"

#include <array>
#include <cstdint>

namespace weft::api {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool unescape(std::string_view text, bool plus_is_space, std::string& out) {
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return false;
            int high = hex_value(text[i + 1]);
            int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return false;
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return true;
}

void parse_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& query) {
    while (!text.empty()) {
        auto end = text.find('&');
        std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        auto equals = pair.find('=');
        std::string name;
        std::string value;
        if (!unescape(pair.substr(0, equals), true, name)) continue;
        if (equals != std::string_view::npos && !unescape(pair.substr(equals + 1), true, value)) {
            continue;
        }
        query.emplace_back(std::move(name), std::move(value));
    }
}

// "http://host/path" (absolute form, sent to proxies) names the same resource as "/path".
std::string_view without_authority(std::string_view raw) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!raw.starts_with(scheme)) continue;
        auto slash = raw.find('/', scheme.size());
        return slash == std::string_view::npos ? std::string_view("/") : raw.substr(slash);
    }
    return raw;
}

// One code point of valid UTF-8, or U+FFFD (printable, as for Go) and one byte of progress.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    constexpr char32_t kBad = 0xfffd;
    auto lead = static_cast<std::uint8_t>(text[at++]);
    if (lead < 0x80) return lead;
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
    if (more == 0 || lead > 0xf4 || at + static_cast<std::size_t>(more) > text.size()) return kBad;
    char32_t point = lead & (0x3f >> more);
    for (std::size_t i = 0; i < static_cast<std::size_t>(more); ++i) {
        auto byte = static_cast<std::uint8_t>(text[at + i]);
        if ((byte & 0xc0) != 0x80) return kBad;
        point = (point << 6) | (byte & 0x3f);
    }
    at += static_cast<std::size_t>(more);
    return point;
}

// The characters that Go's unicode.IsPrint refuses, as far as somebody would send them: controls,
// spaces other than the plain one, invisible formatting characters, surrogates, private use.
bool is_unprintable(char32_t c) {
    if (c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad) return true;
    if (c < 0x600) return false;
    constexpr std::array<std::pair<char32_t, char32_t>, 12> kRanges{{{0x600, 0x605},
                                                                     {0x61c, 0x61c},
                                                                     {0x6dd, 0x6dd},
                                                                     {0x1680, 0x1680},
                                                                     {0x180e, 0x180e},
                                                                     {0x2000, 0x200f},
                                                                     {0x2028, 0x202f},
                                                                     {0x205f, 0x206f},
                                                                     {0x3000, 0x3000},
                                                                     {0xd800, 0xf8ff},
                                                                     {0xfeff, 0xfeff},
                                                                     {0xe0000, 0x10ffff}}};
    for (auto [first, last] : kRanges) {
        if (c >= first && c <= last) return true;
    }
    return false;
}

}  // namespace

std::optional<Target> parse_target(std::string_view raw) {
    raw = without_authority(raw);
    Target target;
    auto question = raw.find('?');
    if (question != std::string_view::npos) {
        target.raw_query = raw.substr(question + 1);
        parse_query(target.raw_query, target.query);
        raw = raw.substr(0, question);
    }
    if (raw == "*") {
        target.path.push_back('*');
        return target;
    }
    if (!raw.starts_with('/') || !unescape(raw, false, target.path)) return std::nullopt;
    return target;
}

bool is_printable(std::string_view path) {
    for (std::size_t at = 0; at < path.size();) {
        if (is_unprintable(next_code_point(path, at))) return false;
    }
    return true;
}

std::string clean_path(std::string_view path) {
    std::vector<std::string_view> parts;
    std::string_view rest = path;
    while (!rest.empty()) {
        auto slash = rest.find('/');
        std::string_view part = rest.substr(0, slash);
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            parts.push_back(part);
        } else if (!parts.empty()) {
            parts.pop_back();
        }
    }
    std::string cleaned;
    for (std::string_view part : parts) cleaned.append("/").append(part);
    if (cleaned.empty() || path.ends_with('/')) cleaned.push_back('/');
    return cleaned;
}

std::string escape_path(std::string_view path) {
    constexpr std::string_view kPlain = "/-_.~$&+,:;=@!*'()";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (char c : path) {
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
            out.push_back(c);
            continue;
        }
        auto byte = static_cast<std::uint8_t>(c);
        out.push_back('%');
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
    return out;
}

}  // namespace weft::api
