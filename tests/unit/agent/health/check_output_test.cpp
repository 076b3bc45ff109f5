#include "agent/health/check_output.hpp"

#include <gtest/gtest.h>

namespace weft::agent {

TEST(CheckOutput, TtlOutputKeepsItsStart) {
    EXPECT_EQ(limit_ttl_output("short", 10), "short");
    EXPECT_EQ(limit_ttl_output("0123456789abc", 10), "0123456789 ... (captured 10 of 13 bytes)");
}

TEST(CheckOutput, ScriptOutputTellsWhatIsMissing) {
    EXPECT_EQ(describe_script_output("all", 3), "all");
    EXPECT_EQ(describe_script_output("tail", 1000), "Captured 4 of 1000 bytes\n...\ntail");
}

TEST(CheckOutput, ExpiryCarriesTheLastOutput) {
    EXPECT_EQ(describe_expiry(""), "TTL expired");
    EXPECT_EQ(describe_expiry("last words"),
              "TTL expired (last output before timeout follows): last words");
    EXPECT_EQ(describe_expiry(describe_expiry("")), describe_expiry(""));
    EXPECT_EQ(describe_expiry(describe_expiry("last words")), describe_expiry("last words"));
}

}  // namespace weft::agent
