#include "tests/sim/engine/fault.hpp"

#include <gtest/gtest.h>

namespace weft::sim {
namespace {

TEST(FaultMix, IsTheSameForTheSameSeed) {
    Rng one(3);
    Rng two(3);
    EXPECT_EQ(FaultMix::draw(one).str(), FaultMix::draw(two).str());
}

TEST(FaultMix, HasEachClassInHalfOfTheWorlds) {
    Rng rng(1);
    std::array<int, kFaults> on{};
    for (int world = 0; world < 1000; ++world) {
        const FaultMix mix = FaultMix::draw(rng);
        for (std::size_t i = 0; i < kFaults; ++i) on[i] += mix.has(static_cast<Fault>(i)) ? 1 : 0;
    }
    for (const int count : on) EXPECT_NEAR(count, 500, 80);
}

TEST(FaultMix, ComesBackWithTheRateThatWasDrawn) {
    Rng rng(5);
    FaultMix mix = FaultMix::draw(rng);
    const std::string before = mix.str();
    for (std::size_t i = 0; i < kFaults; ++i) {
        const auto fault = static_cast<Fault>(i);
        if (!mix.has(fault)) continue;
        mix.turn_off(fault);
        EXPECT_FALSE(mix.has(fault));
        mix.turn_on(fault);
    }
    EXPECT_EQ(mix.str(), before);
}

TEST(Fault, NamesAreReadBack) {
    for (std::size_t i = 0; i < kFaults; ++i) {
        const auto fault = static_cast<Fault>(i);
        EXPECT_EQ(fault_from(to_string(fault)), fault);
    }
    EXPECT_EQ(fault_from("sabotage"), std::nullopt);
}

}  // namespace
}  // namespace weft::sim
