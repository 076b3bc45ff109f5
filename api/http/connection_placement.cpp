#include "api/http/connection_placement.hpp"

namespace weft::api {

std::size_t ConnectionPlacement::take() {
    std::size_t chosen = 0;
    std::uint32_t fewest = open_[0].load(std::memory_order_relaxed) / kBlock;
    for (std::size_t i = 1; i < open_.size(); ++i) {
        std::uint32_t blocks = open_[i].load(std::memory_order_relaxed) / kBlock;
        if (blocks >= fewest) continue;
        fewest = blocks;
        chosen = i;
    }
    open_[chosen].fetch_add(1, std::memory_order_relaxed);
    return chosen;
}

}  // namespace weft::api
