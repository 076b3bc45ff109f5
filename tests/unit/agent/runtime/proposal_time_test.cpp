#include "agent/runtime/proposal_time.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace weft::agent {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kWall{1'700'000'000'123'456'789};
const Instant kStart{7h};

TEST(ProposalTime, GoesOnFromTheWallClock) {
    ProposalTime time;
    time.start(kWall, UnixMillis(5), kStart);
    EXPECT_EQ(time.at(kStart), UnixMillis(1'700'000'000'123));
    EXPECT_EQ(time.at(kStart + 2500ms), UnixMillis(1'700'000'002'623));
}

TEST(ProposalTime, NeverFallsBehindTheCatalog) {
    ProposalTime time;
    time.start(kWall, UnixMillis(1'900'000'000'000), kStart);
    EXPECT_EQ(time.at(kStart + 1s), UnixMillis(1'900'000'001'000));
}

}  // namespace
}  // namespace weft::agent
