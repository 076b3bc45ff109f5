#include "agent/runtime/descriptor_budget.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

constexpr ConnectionShares kWanted{.http = 16'384, .dns_tcp = 1024};

void expect_shares(std::uint64_t descriptors_max, std::uint32_t http, std::uint32_t dns_tcp) {
    const ConnectionShares shares = connections_within(descriptors_max, kWanted);
    EXPECT_EQ(shares.http, http) << descriptors_max;
    EXPECT_EQ(shares.dns_tcp, dns_tcp) << descriptors_max;
}

TEST(DescriptorBudget, WhatIsWantedWhereTheLimitAllowsIt) {
    expect_shares(1'048'576, 16'384, 1024);
    expect_shares(16'384 + 1024 + 256, 16'384, 1024);
    expect_shares(UINT64_MAX, 16'384, 1024);
    expect_shares(0, 16'384, 1024);
}

TEST(DescriptorBudget, BelowThatTheAgentsOwnAreLeft) {
    expect_shares(16'384 + 1024 + 255, 16'384 - 1, 1024);
    expect_shares(4096, 3360, 480);
    expect_shares(1024, 672, 96);
    expect_shares(512, 224, 32);
}

TEST(DescriptorBudget, AVeryLowLimitIsHalved) {
    expect_shares(256, 112, 16);
    expect_shares(64, 28, 4);
    expect_shares(4, 1, 1);
    expect_shares(1, 1, 1);
}

TEST(DescriptorBudget, WhoeverWantsLessGetsIt) {
    EXPECT_EQ(connections_within(1024, {.http = 100, .dns_tcp = 10}),
              (ConnectionShares{.http = 100, .dns_tcp = 10}));
}

}  // namespace
}  // namespace weft::agent
