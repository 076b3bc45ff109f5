#include "agent/base/utf8.hpp"

namespace weft {

void append_utf8(std::string& out, std::uint32_t rune) {
    const auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (rune < 0x80) {
        push(rune);
    } else if (rune < 0x800) {
        push(0xc0 | (rune >> 6));
        push(0x80 | (rune & 0x3f));
    } else if (rune < 0x10000) {
        push(0xe0 | (rune >> 12));
        push(0x80 | ((rune >> 6) & 0x3f));
        push(0x80 | (rune & 0x3f));
    } else {
        push(0xf0 | (rune >> 18));
        push(0x80 | ((rune >> 12) & 0x3f));
        push(0x80 | ((rune >> 6) & 0x3f));
        push(0x80 | (rune & 0x3f));
    }
}

}  // namespace weft
