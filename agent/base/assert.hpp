#pragma once

// WEFT_ASSERT: for what only a bug in weft can break. It stays on in release builds and ends the
// process with the place and the condition. Input, disks and peers are never asserted: they get a
// Result.

namespace weft::detail {
[[noreturn]] void assert_failed(const char* condition, const char* file, int line);
}

#define WEFT_ASSERT(condition)                                             \
    do {                                                                   \
        if (!(condition)) [[unlikely]]                                     \
            ::weft::detail::assert_failed(#condition, __FILE__, __LINE__); \
    } while (false)
