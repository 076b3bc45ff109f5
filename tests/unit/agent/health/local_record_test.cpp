#include "agent/health/local_record.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace weft::agent {

using namespace std::chrono_literals;

namespace {

CheckDefinition full_check() {
    CheckDefinition check;
    check.id = "c1";
    check.name = "check";
    check.notes = "notes";
    check.service_id = "web";
    check.status = "passing";
    check.http = "http://127.0.0.1/";
    check.header = {{"X-A", {"1", "2"}}, {"X-B", {}}};
    check.method = "POST";
    check.body = "body";
    check.disable_redirects = true;
    check.h2ping_use_tls = false;
    check.interval = 10s;
    check.timeout = 1500ms;
    check.deregister_critical_service_after = 90min;
    check.success_before_passing = 2;
    check.failures_before_critical = 3;
    check.output_max_size = 100;
    check.token = "secret";
    return check;
}

ServiceDefinition full_service() {
    ServiceDefinition service;
    service.id = "web";
    service.name = "web";
    service.kind = "connect-proxy";
    service.tags = {"a", "b", "a"};
    service.address = "10.0.0.1";
    service.tagged_addresses = {{"lan", ServiceAddress{"10.0.0.2", 81}}};
    service.meta = {{"k", "v"}};
    service.port = 80;
    service.enable_tag_override = true;
    service.weights = WeightsDefinition{10, 0};
    ProxyDefinition proxy;
    proxy.destination_service_name = "db";
    proxy.config_json = "{\"a\":1}";
    UpstreamDefinition upstream;
    upstream.destination_name = "x";
    upstream.local_bind_port = 9000;
    upstream.mesh_gateway_mode = "local";
    proxy.upstreams = {upstream};
    proxy.expose_checks = true;
    proxy.expose_paths = {ExposePathDefinition{1, "/p", 2, "http"}};
    service.proxy = proxy;
    service.connect_native = true;
    return service;
}

}  // namespace

TEST(LocalRecord, DefinitionsSurviveARoundTrip) {
    EXPECT_EQ(decode_service(encode_service(full_service())).value(), full_service());
    ServiceDefinition minimal;
    minimal.name = "x";
    EXPECT_EQ(decode_service(encode_service(minimal)).value(), minimal);
    const auto check = decode_check(encode_check({full_check(), true}));
    ASSERT_TRUE(check);
    EXPECT_EQ(check.value().definition, full_check());
    EXPECT_TRUE(check.value().maintenance);
    const auto state = decode_state(encode_state({Status::Warning, "so-so\n"}));
    EXPECT_EQ(state.value().status, Status::Warning);
    EXPECT_EQ(state.value().output, "so-so\n");
}

TEST(LocalRecord, ATruthfulFalseIsKeptWhereTheDefaultIsTrue) {
    CheckDefinition check;
    check.id = "h2";
    check.h2ping = "127.0.0.1:1";
    for (const bool tls : {true, false}) {
        check.h2ping_use_tls = tls;
        EXPECT_EQ(decode_check(encode_check({check, false})).value().definition.h2ping_use_tls,
                  tls);
    }
}

TEST(LocalRecord, KeysTellKindAndId) {
    EXPECT_EQ(record_key(RecordKind::Check, "service:a/b"), "check/service:a/b");
    const auto key = parse_record_key("state/a/b");
    EXPECT_EQ(key.value().first, RecordKind::State);
    EXPECT_EQ(key.value().second, "a/b");
    EXPECT_FALSE(parse_record_key("other/x"));
}

TEST(LocalRecord, DamageIsAnErrorAtEveryByte) {
    const std::string good = encode_service(full_service());
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(decode_service(good.substr(0, size)));
    EXPECT_FALSE(decode_service(good + "x"));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x55);
        (void)decode_service(bad);  // anything but a crash
    }
    EXPECT_EQ(decode_state(std::string("\x93\x02\x00\xa0", 4)).error().code, Errc::Unsupported);
    EXPECT_EQ(decode_state(std::string("\x93\x01\x09\xa0", 4)).error().code, Errc::Corrupt);
}

}  // namespace weft::agent
