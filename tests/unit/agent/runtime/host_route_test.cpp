#include "agent/runtime/host_route.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace weft::agent {
namespace {

class AdvertiseByRouteTest : public ::testing::Test {
protected:
    AdvertiseByRouteTest() { config_.advertises_by_route = true; }

    GossipConfig config_;
};

TEST(HostRoute, KnowsItsOwnAddresses) {
    EXPECT_TRUE(is_address_of_host(*IpAddress::parse("127.0.0.1")));
    EXPECT_TRUE(is_address_of_host(*IpAddress::parse("127.1.2.3")));
    EXPECT_FALSE(is_address_of_host(*IpAddress::parse("192.0.2.1")));
    EXPECT_FALSE(is_address_of_host(*IpAddress::parse("2001:db8::1")));
}

// In a process of its own, which may have a namespace without being root.
[[noreturn]] void tell_whether_own_where_any_may_be_bound(std::string_view address) {
    constexpr int kNoNamespace = 2, kNoSetting = 3;
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        std::_Exit(kNoNamespace);
    if (!(std::ofstream("/proc/sys/net/ipv4/ip_nonlocal_bind") << 1 << std::flush))
        std::_Exit(kNoSetting);
    std::_Exit(is_address_of_host(*IpAddress::parse(address)) ? 1 : 0);
}

// As on hosts with keepalived; whoever joins there must not take others for itself.
TEST(HostRoute, WhatItMayBindToIsNotItsOwnForThat) {
    EXPECT_EXIT(tell_whether_own_where_any_may_be_bound("192.0.2.1"), ::testing::ExitedWithCode(0),
                "");
}

TEST_F(AdvertiseByRouteTest, WhereTheConfigurationSaysWhatToAdvertiseThereIsNothingToLearn) {
    config_.advertises_by_route = false;
    config_.retry_join = {"127.0.0.1"};
    EXPECT_FALSE(advertise_by_route(config_));
}

TEST_F(AdvertiseByRouteTest, EachWayToWriteAnAddressIsUnderstood) {
    for (const char* target : {"127.0.0.1", "127.0.0.1:8301", "[::ffff:127.0.0.1]:8301"}) {
        config_.retry_join = {target};
        const auto route = advertise_by_route(config_);
        ASSERT_TRUE(route) << target;
        EXPECT_EQ(route->address, "127.0.0.1");
        EXPECT_EQ(route->target, target);
    }
}

TEST_F(AdvertiseByRouteTest, NamesAreLookedUp) {
    config_.start_join = {"localhost:8301"};
    const auto route = advertise_by_route(config_);
    ASSERT_TRUE(route);
    EXPECT_TRUE(route->address == "127.0.0.1" || route->address == "::1") << route->address;
    EXPECT_EQ(route->target, "localhost:8301");
}

TEST_F(AdvertiseByRouteTest, NoRouteAtAll) {
    EXPECT_FALSE(advertise_by_route(config_));
}

}  // namespace
}  // namespace weft::agent
