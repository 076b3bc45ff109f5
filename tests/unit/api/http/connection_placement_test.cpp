#include "api/http/connection_placement.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weft::api {
namespace {

constexpr std::size_t kBlock = ConnectionPlacement::kBlock;

std::vector<std::size_t> take(ConnectionPlacement& placement, std::size_t connections,
                              std::size_t workers) {
    std::vector<std::size_t> by_worker(workers);
    for (std::size_t i = 0; i < connections; ++i) ++by_worker[placement.take()];
    return by_worker;
}

TEST(ConnectionPlacement, AFewConnectionsShareTheFirstWorker) {
    ConnectionPlacement placement(3);
    EXPECT_EQ(take(placement, kBlock, 3), (std::vector<std::size_t>{kBlock, 0, 0}));
}

TEST(ConnectionPlacement, ManyAreSpreadEvenly) {
    ConnectionPlacement placement(3);
    EXPECT_EQ(take(placement, 30 * kBlock, 3),
              (std::vector<std::size_t>{10 * kBlock, 10 * kBlock, 10 * kBlock}));
}

TEST(ConnectionPlacement, WhatWasReleasedIsFilledAgain) {
    ConnectionPlacement placement(2);
    take(placement, 4 * kBlock, 2);
    for (std::size_t i = 0; i < 2 * kBlock; ++i) placement.release(1);
    EXPECT_EQ(take(placement, 2 * kBlock, 2), (std::vector<std::size_t>{0, 2 * kBlock}));
}

TEST(ConnectionPlacement, OneWorkerServesAll) {
    ConnectionPlacement placement(1);
    EXPECT_EQ(take(placement, 100, 1), (std::vector<std::size_t>{100}));
}

}  // namespace
}  // namespace weft::api
