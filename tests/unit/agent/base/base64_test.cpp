#include "agent/base/base64.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Base64, WritesTheVectorsOfTheRfc) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Base64, IsReadAsGoReadsIt) {
    EXPECT_EQ(go_base64("Zm9vYg==").value(), "foob");
    EXPECT_EQ(go_base64("Zm9v\nYmE=\n").value(), "fooba");
    EXPECT_EQ(go_base64("").value(), "");
    EXPECT_EQ(go_base64("$$").error().message(), "illegal base64 data at input byte 0");
    EXPECT_EQ(go_base64("Zm9").error().message(), "illegal base64 data at input byte 3");
}

}  // namespace
}  // namespace weft
