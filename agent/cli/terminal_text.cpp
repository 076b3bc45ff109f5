#include "agent/cli/terminal_text.hpp"

#include <fmt/format.h>

namespace weft::agent {

std::string terminal_text(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte == '\n') {
            shown += "\\n";
        } else if (byte == '\t') {
            shown += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            shown += fmt::format("\\x{:02x}", byte);
        } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
            shown += fmt::format("\\u{:04x}", next);
            ++i;
        } else {
            shown += text[i];
        }
    }
    return shown;
}

}  // namespace weft::agent
