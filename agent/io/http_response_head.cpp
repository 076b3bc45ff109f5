#include "agent/io/http_response_head.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <vector>

namespace weft {
namespace {

std::vector<std::string_view> lines_of(std::string_view head) {
    std::vector<std::string_view> lines;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size());
        std::string_view line = head.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) break;
        lines.push_back(line);
        head.remove_prefix(std::min(end + 1, head.size()));
    }
    return lines;
}

bool is_field(std::string_view line, std::string_view name) {
    return line.size() > name.size() && line[name.size()] == ':' &&
           boost::beast::iequals(line.substr(0, name.size()), name);
}

// A line that begins with a blank goes on with the field before (section 5.2).
bool has_blank_in_name(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, colon);
    return !name.empty() && name.front() != ' ' && name.front() != '\t' &&
           name.find_first_of(" \t") != std::string_view::npos;
}

}  // namespace

std::optional<std::size_t> find_head_end(std::string_view bytes) {
    for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
         at = bytes.find('\n', at + 1)) {
        const std::string_view next = bytes.substr(at + 1, 2);
        if (next.starts_with('\n')) return at + 2;
        if (next == "\r\n") return at + 3;
    }
    return std::nullopt;
}

std::string strict_head(std::string_view head) {
    const std::vector<std::string_view> lines = lines_of(head);
    const bool is_coded = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
        return is_field(line, "Transfer-Encoding");
    });
    std::string strict;
    strict.reserve(head.size() + lines.size() + 2);
    for (const std::string_view line : lines) {
        const bool is_first = line.data() == lines.front().data();
        if (!is_first && is_coded && is_field(line, "Content-Length")) continue;
        if (!is_first && has_blank_in_name(line)) continue;
        strict += line;
        // "HTTP/1.1 200"
        if (is_first && std::count(line.begin(), line.end(), ' ') == 1) strict += ' ';
        strict += "\r\n";
    }
    strict += "\r\n";
    return strict;
}

}  // namespace weft
