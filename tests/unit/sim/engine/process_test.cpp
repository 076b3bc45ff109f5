#include "tests/sim/engine/process.hpp"

#include <gtest/gtest.h>

namespace weft::sim {
namespace {

using std::chrono::milliseconds;

TEST(Process, RunsAtOnceUnlessSlow) {
    Process process;
    const Instant at{milliseconds(1234)};
    EXPECT_EQ(process.next_run(at), at);
}

TEST(Process, SlowOnesWaitForTheirNextSlice) {
    Process process;
    process.set_share(milliseconds(3), milliseconds(100));
    EXPECT_EQ(process.next_run(Instant(milliseconds(1202))), Instant(milliseconds(1202)));
    EXPECT_EQ(process.next_run(Instant(milliseconds(1203))), Instant(milliseconds(1300)));
    EXPECT_EQ(process.next_run(Instant(milliseconds(1299))), Instant(milliseconds(1300)));
    process.set_share({}, {});
    EXPECT_EQ(process.next_run(Instant(milliseconds(1203))), Instant(milliseconds(1203)));
}

TEST(Process, PausedOnesAreAliveAndDeadOnesAreNot) {
    Process process;
    process.set_state(Process::State::Paused);
    EXPECT_TRUE(process.is_alive());
    process.set_state(Process::State::Dead);
    EXPECT_FALSE(process.is_alive());
}

}  // namespace
}  // namespace weft::sim
