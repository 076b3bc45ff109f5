#include "agent/catalog/snapshot/format.hpp"

#include <fmt/format.h>

namespace weft::agent {

std::uint64_t SnapshotHeader::rows() const {
    std::uint64_t sum = 0;
    for (const SnapshotTable& table : tables) sum += table.rows;
    return sum;
}

std::string SnapshotHeader::id() const {
    return fmt::format("{}-{}-{}", term, index.get(), time.get());
}

std::string text_of(const Digest& digest) {
    return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

}  // namespace weft::agent
