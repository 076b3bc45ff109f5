#include "api/http/access_policy.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

TEST(Cidr, ContainsItsNetworkOnly) {
    auto ten = Cidr::parse("10.1.0.0/13");
    ASSERT_TRUE(ten);
    EXPECT_TRUE(ten.value().contains(*IpAddress::parse("10.7.255.255")));
    EXPECT_FALSE(ten.value().contains(*IpAddress::parse("10.8.0.0")));
    EXPECT_TRUE(ten.value().contains(*IpAddress::parse("::ffff:10.2.0.1")));
    EXPECT_FALSE(ten.value().contains(*IpAddress::parse("fd00::1")));
    EXPECT_TRUE(Cidr::parse("0.0.0.0/0").value().contains(*IpAddress::parse("1.2.3.4")));
    EXPECT_TRUE(Cidr::parse("fd00::/8").value().contains(*IpAddress::parse("fdab::1")));
}

TEST(Cidr, OtherTextIsRefused) {
    for (auto text :
         {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "x/8", "", "fd00::/129"}) {
        EXPECT_FALSE(Cidr::parse(text)) << text;
    }
}

TEST(AccessPolicy, WritesNeedAnAllowedNetwork) {
    HttpConfig config;
    EXPECT_TRUE(AccessPolicy(config).may_write("PUT", "8.8.8.8"));
    config.allow_write_cidrs = {"127.0.0.0/8"};
    AccessPolicy policy(config);
    EXPECT_TRUE(policy.may_write("PUT", "127.0.0.1"));
    EXPECT_FALSE(policy.may_write("PUT", "8.8.8.8"));
    EXPECT_FALSE(policy.may_write("DELETE", "@"));
    EXPECT_TRUE(policy.may_write("GET", "8.8.8.8"));
}

TEST(AccessPolicy, HeadersAreCanonicalAndPrefixesBlock) {
    HttpConfig config;
    config.response_headers = {{"x-golden", "yes"}};
    config.block_endpoints = {"/v1/agent"};
    AccessPolicy policy(config);
    EXPECT_EQ(policy.common_headers(), "X-Golden: yes\r\nVary: Accept-Encoding\r\n");
    EXPECT_TRUE(policy.is_blocked("/v1/agent/self"));
    EXPECT_FALSE(policy.is_blocked("/v1/catalog/nodes"));
}

TEST(HttpConfig, RefusesWhatCannotWork) {
    EXPECT_TRUE(HttpConfig{}.validate());
    auto refused = [](auto change) {
        HttpConfig config;
        change(config);
        return !config.validate();
    };
    EXPECT_TRUE(refused([](HttpConfig& c) { c.response_headers = {{"a b", "x"}}; }));
    EXPECT_TRUE(refused([](HttpConfig& c) { c.response_headers = {{"a", "x\r\nb: c"}}; }));
    EXPECT_TRUE(refused([](HttpConfig& c) { c.allow_write_cidrs = {"10.0.0.0"}; }));
    EXPECT_TRUE(refused([](HttpConfig& c) { c.listeners = {{"localhost", 1, "", false}}; }));
    EXPECT_TRUE(refused([](HttpConfig& c) { c.listeners = {{"127.0.0.1", 1, "", true}}; }));
    EXPECT_TRUE(refused([](HttpConfig& c) {
        c.listeners = {{"", 0, std::string(108, 'x'), false}};
    }));
    EXPECT_TRUE(refused([](HttpConfig& c) { c.unix_socket_mode = "888"; }));
}

}  // namespace
}  // namespace weft::api
