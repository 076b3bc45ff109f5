#include "agent/catalog/definition.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

using std::chrono::seconds;

std::string problem(const ServiceDefinition& service) {
    const auto valid = service.validate();
    return valid ? "" : valid.error().context;
}

std::string problem(const CheckDefinition& check) {
    const auto valid = check.validate();
    return valid ? "" : valid.error().context;
}

ServiceDefinition named(std::string name) {
    ServiceDefinition service;
    service.name = std::move(name);
    return service;
}

ServiceDefinition proxy(std::string destination, std::int64_t port) {
    ServiceDefinition service = named("x");
    service.kind = "connect-proxy";
    service.port = port;
    service.proxy.emplace().destination_service_name = std::move(destination);
    return service;
}

TEST(ServiceDefinition, NameAddressAndWeights) {
    EXPECT_EQ(problem(named("x")), "");
    EXPECT_EQ(problem(named("")), "Missing service name");
    for (const char* any : {"0.0.0.0", "::", "[::]"}) {
        ServiceDefinition service = named("x");
        service.address = any;
        EXPECT_EQ(problem(service), "Invalid service address");
    }
    const auto weighed = [](std::int64_t passing, std::int64_t warning) {
        ServiceDefinition service = named("x");
        service.weights = WeightsDefinition{passing, warning};
        return problem(service);
    };
    EXPECT_EQ(weighed(1, 0), "");
    EXPECT_EQ(weighed(0, 1), "Invalid Weights: Passing must be greater than 0");
    EXPECT_EQ(weighed(1, -1), "Invalid Weights: Warning must be greater or equal than 0");
    EXPECT_EQ(weighed(70'000, 1), "Invalid Weights: DNS Weight must be between 0 and 65535");
}

TEST(ServiceDefinition, TagsAreBounded) {
    ServiceDefinition service = named("x");
    service.tags.assign(1024, "tag");
    EXPECT_EQ(problem(service), "");
    service.tags.emplace_back();
    EXPECT_EQ(problem(service), "Too many tags: 1025, the limit is 1024");
    service.tags.assign(1, std::string(65'537, 'x'));
    EXPECT_EQ(problem(service), "Tags are too large: 65537 bytes together, the limit is 65536");
}

TEST(ServiceDefinition, Metadata) {
    const auto with_meta = [](std::string key, std::string value) {
        ServiceDefinition service = named("x");
        service.meta = {{std::move(key), std::move(value)}};
        return problem(service);
    };
    const std::string prefix = "Invalid Service Meta: Couldn't load metadata pair ";
    EXPECT_EQ(with_meta("k-_9Z", ""), "");
    EXPECT_EQ(with_meta("a b", "v"), prefix + "('a b', 'v'): Key contains invalid characters");
    EXPECT_EQ(with_meta("", "v"), prefix + "('', 'v'): Key cannot be blank");
    EXPECT_EQ(with_meta("consul-x", "v"),
              prefix + "('consul-x', 'v'): Key prefix 'consul-' is reserved for internal use");
    const std::string long_key(129, 'k');
    EXPECT_EQ(with_meta(long_key, "v"),
              prefix + "('" + long_key + "', 'v'): Key is too long (limit: 128 characters)");
    const std::string long_value(513, 'v');
    EXPECT_EQ(with_meta("k", long_value),
              prefix + "('k', '" + long_value + "'): Value is too long (limit: 512 characters)");
    ServiceDefinition service = named("x");
    for (int i = 0; i < 65; ++i) service.meta.emplace_back("k" + std::to_string(i), "v");
    EXPECT_EQ(problem(service),
              "Invalid Service Meta: Node metadata cannot contain more than 64 key/value pairs");
    EXPECT_TRUE(validate_metadata({{"consul-x", "v"}}, true));
}

TEST(ServiceDefinition, ProxiesTellAllProblemsAtOnce) {
    EXPECT_EQ(problem(proxy("y", 1)), "");
    EXPECT_EQ(problem(proxy("y", 0)),
              "1 error occurred:\n\t* Port must be set for a Connect proxy\n\n");
    EXPECT_EQ(problem(proxy("", 1)),
              "1 error occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect "
              "proxy services\n\n");
    ServiceDefinition bare = named("x");
    bare.kind = "connect-proxy";
    EXPECT_EQ(problem(bare),
              "2 errors occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect "
              "proxy services\n"
              "\t* Port must be set for a Connect proxy\n\n");
    ServiceDefinition doubled = proxy("y", 1);
    for (int i = 0; i < 2; ++i) {
        UpstreamDefinition& upstream = doubled.proxy->upstreams.emplace_back();
        upstream.destination_name = "db";
        upstream.local_bind_port = 9;
    }
    EXPECT_NE(problem(doubled).find("\"127.0.0.1:9\" is specified twice"), std::string::npos);
    ServiceDefinition other = named("x");
    other.kind = "bogus";  // Consul takes any
    EXPECT_EQ(problem(other), "");
}

TEST(ServiceDefinition, ItsChecks) {
    ServiceDefinition service = named("x");
    service.checks.emplace_back().name = "c";
    EXPECT_EQ(problem(service), "Invalid check: TTL must be > 0 for TTL checks");
    service.checks[0].ttl = seconds(5);
    EXPECT_EQ(problem(service), "");
    service.checks[0].status = "fine";
    EXPECT_EQ(problem(service), "Status for checks must 'passing', 'warning', 'critical'");
}

TEST(CheckDefinition, IntervalOrTtl) {
    CheckDefinition check;
    EXPECT_EQ(problem(check), "TTL must be > 0 for TTL checks");
    EXPECT_EQ(check.kind(), "");
    check.ttl = seconds(5);
    EXPECT_EQ(problem(check), "");
    EXPECT_EQ(check.kind(), "ttl");
    check.output_max_size = -1;
    EXPECT_EQ(problem(check), "MaxOutputMaxSize must be positive");
    check = {};
    check.http = "http://127.0.0.1:1";
    EXPECT_EQ(problem(check), "Interval must be > 0 for Script, HTTP, or TCP checks");
    check.interval = seconds(-5);
    EXPECT_EQ(problem(check), "Interval must be > 0 for Script, HTTP, or TCP checks");
    check.interval = seconds(5);
    EXPECT_EQ(problem(check), "");
    EXPECT_EQ(check.kind(), "http");
    check.ttl = seconds(5);
    EXPECT_EQ(problem(check), "Interval and TTL cannot both be specified");
    check = {};
    check.alias_service = "web";
    EXPECT_EQ(problem(check), "");
    EXPECT_EQ(check.kind(), "alias");
}

}  // namespace
}  // namespace weft::agent
