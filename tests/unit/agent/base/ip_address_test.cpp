#include "agent/base/ip_address.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(IpAddress, ReadsBothFamilies) {
    EXPECT_EQ(IpAddress::parse("127.0.0.1")->str(), "127.0.0.1");
    EXPECT_EQ(IpAddress::parse("0:0:0:0:0:0:0:1")->str(), "::1");
    EXPECT_TRUE(IpAddress::parse("::")->is_unspecified());
    EXPECT_TRUE(IpAddress::parse("0.0.0.0")->is_unspecified());
}

TEST(IpAddress, RefusesEverythingElse) {
    for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "example.com", "[::1]", "::1%lo",
                             "1.2.3.4:80", " 1.2.3.4"}) {
        EXPECT_FALSE(IpAddress::parse(text).has_value()) << text;
    }
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)).has_value());
}

}  // namespace
}  // namespace weft
