#include "agent/catalog/snapshot/byte_reader.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace weft::agent {
namespace {

constexpr std::size_t kStepBytes = std::size_t{64} << 10;

}  // namespace

Error cut_off() {
    return make_error(Errc::Corrupt, "the snapshot is cut off");
}

Result<std::size_t> read_fully(const ReadBytes& read, std::span<char> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        WEFT_TRY(const std::size_t size, read(buffer.subspan(filled)));
        if (size == 0) break;
        filled += size;
    }
    return filled;
}

Result<void> read_exactly(const ReadBytes& read, std::size_t size, std::string& out) {
    while (size > 0) {
        const std::size_t step = std::min(size, kStepBytes);
        const std::size_t before = out.size();
        out.resize(before + step);
        WEFT_TRY(const std::size_t got, read_fully(read, std::span(out).subspan(before)));
        if (got < step) return cut_off();
        size -= step;
    }
    return success();
}

ReadBytes reader_of(std::string_view text) {
    return [rest = text](std::span<char> buffer) mutable -> Result<std::size_t> {
        const std::size_t size = std::min(buffer.size(), rest.size());
        std::memcpy(buffer.data(), rest.data(), size);
        rest.remove_prefix(size);
        return size;
    };
}

}  // namespace weft::agent
