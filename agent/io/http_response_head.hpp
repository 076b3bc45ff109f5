#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Servers of a few lines, which health checks meet, write heads that Go's client reads and Beast
// refuses.
namespace weft {

// Where the head ends that the bytes begin with, its empty line included; nothing while it has not
// come. Lines may end in a bare line feed.
std::optional<std::size_t> find_head_end(std::string_view bytes);

// The head in the strict form of RFC 9112: CRLF behind each line, a space behind the status of a
// line without reason, no Content-Length beside a Transfer-Encoding, which counts (section 6.3), no
// fields whose name has a blank. What else is wrong with it stays so.
std::string strict_head(std::string_view head);

}  // namespace weft
