#include "agent/cli/watch_plan.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using Flags = std::vector<std::pair<std::string, std::string>>;

std::string target(const Flags& flags) {
    CliArguments arguments;
    for (const auto& [flag, value] : flags) arguments.add(flag, value);
    const auto plan = watch_plan(arguments);
    return plan ? plan.value().target.text() : "error: " + plan.error().message();
}

TEST(WatchPlan, EachTypeHasItsRequest) {
    const std::vector<std::pair<Flags, std::string>> rows = {
        {{{"type", "key"}, {"key", "a/b c"}}, "/v1/kv/a/b%20c"},
        {{{"type", "key"}, {"key", "/a"}}, "/v1/kv/a"},
        {{{"type", "keyprefix"}, {"prefix", "a/"}}, "/v1/kv/a/?recurse="},
        {{{"type", "keyprefix"}, {"prefix", "/a/"}}, "/v1/kv/a/?recurse="},
        {{{"type", "service"}, {"service", "web"}, {"passingonly", "T"}},
         "/v1/health/service/web?passing=1"},
        {{{"type", "services"}}, "/v1/catalog/services"},
        {{{"type", "nodes"}}, "/v1/catalog/nodes"},
        {{{"type", "service"}, {"service", "web"}}, "/v1/health/service/web"},
        {{{"type", "service"},
          {"service", "web"},
          {"tag", "a"},
          {"tag", "b"},
          {"passingonly", "true"}},
         "/v1/health/service/web?passing=1&tag=a&tag=b"},
        {{{"type", "checks"}}, "/v1/health/state/any"},
        {{{"type", "checks"}, {"state", "critical"}}, "/v1/health/state/critical"},
        {{{"type", "checks"}, {"service", "web"}}, "/v1/health/checks/web"},
        {{{"type", "event"}, {"name", "deploy"}}, "/v1/event/list?name=deploy"},
    };
    for (const auto& [flags, expected] : rows) EXPECT_EQ(target(flags), expected);
}

TEST(WatchPlan, WhatDoesNotGoTogetherIsRefused) {
    const std::vector<std::pair<Flags, std::string>> rows = {
        {{}, "error: Watch type must be specified"},
        {{{"type", "nope"}}, "error: Unsupported watch type: nope"},
        {{{"type", "key"}}, "error: Must specify a single key to watch"},
        {{{"type", "keyprefix"}}, "error: Must specify a single prefix to watch"},
        {{{"type", "service"}}, "error: Must specify a single service to watch"},
        {{{"type", "key"}, {"key", "a"}, {"service", "x"}}, "error: Invalid parameters: [service]"},
        {{{"type", "checks"}, {"service", "x"}, {"state", "any"}},
         "error: Cannot specify service and state"},
    };
    for (const auto& [flags, expected] : rows) EXPECT_EQ(target(flags), expected);
}

TEST(WatchView, KeysAreShownAsConsulsClientWritesThem) {
    const std::string answer =
        R"([{"LockIndex":0,"Key":"a","Flags":0,"Value":"dg==","CreateIndex":3,"ModifyIndex":3}])";
    const std::string pair =
        R"({"Key":"a","CreateIndex":3,"ModifyIndex":3,"LockIndex":0,"Flags":0,"Value":"dg==",)"
        R"("Session":""})";
    EXPECT_EQ(WatchView(WatchShape::Key).show(answer).value(), pair);
    EXPECT_EQ(WatchView(WatchShape::Key).show("").value(), "null");
    EXPECT_EQ(WatchView(WatchShape::KeyPrefix).show(answer).value(), "[" + pair + "]");
    EXPECT_EQ(WatchView(WatchShape::KeyPrefix).show("").value(), "null");
    EXPECT_FALSE(WatchView(WatchShape::Key).show("x"));
}

TEST(WatchView, EventsAreHandedOnOnce) {
    WatchView view(WatchShape::Events);
    EXPECT_EQ(view.show("[]").value(), "[]");
    EXPECT_EQ(view.show(R"([{"ID":"1"},{"ID":"2"}])").value(), R"([{"ID":"1"},{"ID":"2"}])");
    EXPECT_EQ(view.show(R"([{"ID":"1"},{"ID":"2"},{"ID":"3"}])").value(), R"([{"ID":"3"}])");
    // The last one seen was forgotten: all are new.
    EXPECT_EQ(view.show(R"([{"ID":"8"}])").value(), R"([{"ID":"8"}])");
}

// A service may have a configuration of a proxy that deep.
TEST(WatchView, AnswersMayNestAsDeepAsTheApiTakes) {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    EXPECT_EQ(WatchView(WatchShape::AsAnswered).show(deep).value(), deep);
}

}  // namespace
}  // namespace weft::agent
