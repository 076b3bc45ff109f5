#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft {

// What `weft help CODE` says of an error code. Codes are stable: people search for them.
struct CodePage {
    std::string_view code;   // "W1004"
    std::string_view title;  // one line
    std::string_view text;   // why, and what to do
};

inline const CodePage* find_page(std::span<const CodePage> pages, std::string_view code) {
    for (const CodePage& page : pages)
        if (page.code == code) return &page;
    return nullptr;
}

inline std::string render(const CodePage& page) {
    std::string out(page.code);
    out += ": ";
    out += page.title;
    out += "\n\n";
    out += page.text;
    return out;
}

}  // namespace weft
