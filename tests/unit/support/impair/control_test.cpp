#include "tests/support/impair/control.hpp"

#include <gtest/gtest.h>

#include "tests/unit/support/impair/frames.hpp"

namespace weft::test {
namespace {

constexpr Instant kStart{};

std::string run(Bridge& bridge, std::string_view line) {
    return run_command(bridge, line, kStart);
}

TEST(Control, SetChangesOnlyWhatItNames) {
    Bridge bridge({.ports = 3});
    EXPECT_EQ(run(bridge, "set from=2 to=* proto=udp loss=0.25 delay_ms=1.5"), "ok\n");
    EXPECT_EQ(run(bridge, "set from=2 to=3 proto=udp loss=0 checksum=broken rate_kbit=64"), "ok\n");
    EXPECT_EQ(run(bridge, "set from=1 to=2,3 proto=other block=1 ordered=0 queue_bytes=9"), "ok\n");
    EXPECT_EQ(run(bridge, "rules"),
              "from=1 to=2 proto=other block=1 ordered=0 queue_bytes=9\n"
              "from=1 to=3 proto=other block=1 ordered=0 queue_bytes=9\n"
              "from=2 to=1 proto=udp loss=0.25 delay_ms=1.5\n"
              "from=2 to=3 proto=udp delay_ms=1.5 checksum=broken rate_kbit=64\n"
              "ok\n");
    EXPECT_EQ(run(bridge, "clear from=1"), "ok\n");
    EXPECT_EQ(run(bridge, "clear to=1 proto=udp"), "ok\n");
    EXPECT_EQ(run(bridge, "rules"),
              "from=2 to=3 proto=udp delay_ms=1.5 checksum=broken rate_kbit=64\nok\n");
}

TEST(Control, AWrongLineSaysWhyAndChangesNothing) {
    Bridge bridge({.ports = 2});
    for (const std::string_view line :
         {"", "sit loss=1", "set loss=1.5", "set loss=nan", "set loss=-1", "set loss=0.5x",
          "set block=yes", "set from=3 loss=1", "set from=0 loss=1", "set from= loss=1",
          "set proto=sctp loss=1", "set loss", "set delay_ms=1e99", "set checksum=none",
          "set loss=0.5 colour=red", "clear loss=1", "counters 1"}) {
        const std::string answer = run(bridge, line);
        EXPECT_TRUE(answer.starts_with("error ")) << line << ": " << answer;
        EXPECT_TRUE(answer.ends_with("\n"));
        EXPECT_EQ(run(bridge, "rules"), "ok\n") << line;
    }
    EXPECT_EQ(run(bridge, "set loss=1.5"), "error loss=1.5: a number from 0 to 1\n");
}

TEST(Control, CountersNameTheLane) {
    Bridge bridge({.ports = 2});
    run(bridge, "set from=1 loss=1");
    bridge.offer(1, udp_frame(2, {}), kStart);
    bridge.offer(1, udp_frame(9, {}), kStart);
    EXPECT_EQ(run(bridge, "counters"),
              "from=1 to=2 proto=udp offered=1 bytes=42 delivered=0 blocked=0 lost=1 overflowed=0 "
              "corrupted=0 duplicated=0 overtaken=0 held=0\n"
              "strays=1 held_bytes=0\n"
              "ok\n");
}

}  // namespace
}  // namespace weft::test
