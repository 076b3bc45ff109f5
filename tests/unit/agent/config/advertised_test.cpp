#include "agent/config/advertised.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

TextMap tagged(const AgentConfig& config) {
    return *config.health.tagged_addresses;
}

TEST(Advertised, WhatFollowedTheAddressFollowsTheNextOne) {
    AgentConfig config;
    config.advertise_addr = "10.0.0.1";
    fill_advertised(config);
    set_advertised(config, "127.0.0.1");
    EXPECT_EQ(config.advertise_addr, "127.0.0.1");
    EXPECT_EQ(config.health.node_address, "127.0.0.1");
    EXPECT_EQ(tagged(config), (TextMap{{"lan", "127.0.0.1"},
                                       {"lan_ipv4", "127.0.0.1"},
                                       {"wan", "127.0.0.1"},
                                       {"wan_ipv4", "127.0.0.1"}}));
}

TEST(Advertised, TheFamilyMayChange) {
    AgentConfig config;
    config.advertise_addr = "10.0.0.1";
    fill_advertised(config);
    set_advertised(config, "2001:db8::1");
    EXPECT_EQ(tagged(config), (TextMap{{"lan", "2001:db8::1"},
                                       {"lan_ipv6", "2001:db8::1"},
                                       {"wan", "2001:db8::1"},
                                       {"wan_ipv6", "2001:db8::1"}}));
}

TEST(Advertised, WhatWasConfiguredStays) {
    AgentConfig config;
    config.advertise_addr = "10.0.0.1";
    config.advertise_addr_wan = "192.0.2.1";
    config.advertise_addr_ipv6 = "2001:db8::1";
    fill_advertised(config);
    set_advertised(config, "10.0.0.2");
    EXPECT_EQ(tagged(config), (TextMap{{"lan", "10.0.0.2"},
                                       {"lan_ipv4", "10.0.0.2"},
                                       {"lan_ipv6", "2001:db8::1"},
                                       {"wan", "192.0.2.1"},
                                       {"wan_ipv4", "192.0.2.1"}}));
}

}  // namespace
}  // namespace weft::agent
