#include "api/http/read_options.hpp"

#include <gtest/gtest.h>

#include "api/http/target.hpp"

namespace weft::api {
namespace {

using std::chrono::seconds;

Result<ReadOptions> parse(std::string_view query, std::string cache_control = "",
                          const HttpConfig& config = {}) {
    auto target = parse_target("/v1/health/service/x?" + std::string(query));
    Request request;
    request.path = target->path;
    request.query = target->query;
    if (!cache_control.empty()) request.headers.emplace_back("cache-control", cache_control);
    return parse_read_options(request, config);
}

std::string refusal(std::string_view query, std::string cache_control = "") {
    auto options = parse(query, std::move(cache_control));
    return options ? "" : options.error().context;
}

TEST(ReadOptions, RefusalsHaveConsulsWords) {
    EXPECT_EQ(refusal("wait=abc&index=1"), "Invalid wait time");
    EXPECT_EQ(refusal("wait=abc"), "Invalid wait time");
    EXPECT_EQ(refusal("wait=10"), "Invalid wait time");
    EXPECT_EQ(refusal("index=-5"), "Invalid index");
    EXPECT_EQ(refusal("index=1.5"), "Invalid index");
    EXPECT_EQ(refusal("index=99999999999999999999"), "Invalid index");
    EXPECT_EQ(refusal("max_stale=x"), "Invalid max_stale value \"x\"");
    EXPECT_EQ(refusal("stale&consistent"),
              "Cannot specify ?stale with ?consistent, conflicting semantics.");
    EXPECT_EQ(refusal("max_stale=1s&consistent"),
              "Cannot specify ?stale with ?consistent, conflicting semantics.");
    EXPECT_EQ(refusal("cached&consistent"),
              "Cannot specify ?cached with ?consistent, conflicting semantics.");
    EXPECT_EQ(refusal("cached", "max-age=abc"), "Invalid Cache-Control header.");
}

TEST(ReadOptions, PresenceCountsNotTheValue) {
    EXPECT_EQ(parse("stale=").value().consistency, Consistency::Stale);
    EXPECT_EQ(parse("stale=false").value().consistency, Consistency::Stale);
    EXPECT_EQ(parse("consistent").value().consistency, Consistency::Consistent);
    EXPECT_EQ(parse("leader&stale").value().consistency, Consistency::Stale);
    EXPECT_EQ(parse("").value().consistency, Consistency::Leader);
    EXPECT_EQ(parse("index=&wait=&max_stale=").value().index, 0u);
}

TEST(ReadOptions, MaxStaleIsStaleUnlessNegative) {
    EXPECT_EQ(parse("max_stale=10s").value().consistency, Consistency::Stale);
    EXPECT_EQ(parse("max_stale=10s").value().max_stale, seconds(10));
    EXPECT_EQ(parse("max_stale=-1s").value().consistency, Consistency::Leader);
}

TEST(ReadOptions, DiscoveryMaxStaleIsUndoneByLeader) {
    HttpConfig config;
    config.discovery_max_stale = seconds(5);
    EXPECT_EQ(parse("", "", config).value().consistency, Consistency::Stale);
    EXPECT_EQ(parse("leader", "", config).value().consistency, Consistency::Leader);
    EXPECT_EQ(parse("consistent", "", config).value().consistency, Consistency::Consistent);
}

TEST(ReadOptions, CacheControlMayRefuseTheCache) {
    EXPECT_FALSE(parse("cached", "max-age=60, stale-if-error=5").value().revalidate);
    EXPECT_TRUE(parse("cached", "Max-Age=0").value().revalidate);
    EXPECT_TRUE(parse("cached", "must-revalidate").value().revalidate);
}

TEST(ReadOptions, WaitHasDefaultCapAndJitter) {
    HttpConfig config;
    Rng rng(1);
    auto waits = [&](std::string_view query, Duration least) {
        for (int i = 0; i < 100; ++i) {
            Duration wait = blocking_time(parse(query).value(), config, rng);
            EXPECT_GE(wait, least);
            EXPECT_LE(wait, least + least / 16);
        }
    };
    waits("", seconds(300));
    waits("wait=-1s", seconds(300));
    waits("wait=1s", seconds(1));
    waits("wait=1h", seconds(600));
}

}  // namespace
}  // namespace weft::api
