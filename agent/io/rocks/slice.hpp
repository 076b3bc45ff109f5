#pragma once

#include <rocksdb/slice.h>

#include <string_view>

namespace weft {

inline rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
inline std::string_view view(const rocksdb::Slice& text) {
    return {text.data(), text.size()};
}

}  // namespace weft
