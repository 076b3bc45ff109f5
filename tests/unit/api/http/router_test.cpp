#include "api/http/router.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

WorkerHandler nothing() {
    return [](const Request&) -> WorkerOutcome { return Response::empty(); };
}

Router router() {
    return Router({{"/v1/agent/services", {{"GET", nothing()}}, ""},
                   {"/v1/agent/service/", {{"GET", nothing()}}, ""},
                   {"/v1/agent/service/register", {{"PUT", nothing()}}, ""},
                   {"/v1/kv/", {{"GET", nothing()}, {"PUT", nothing()}, {"DELETE", nothing()}}, ""},
                   {"/v1/agent/services", {{"PUT", nothing()}}, ""}});
}

std::string pattern(const Router& router, std::string_view path) {
    auto match = router.match(path);
    return match.entry ? match.entry->route.pattern : "";
}

TEST(Router, ExactWinsOverPrefix) {
    Router routes = router();
    EXPECT_EQ(pattern(routes, "/v1/agent/service/register"), "/v1/agent/service/register");
    EXPECT_EQ(pattern(routes, "/v1/agent/service/web"), "/v1/agent/service/");
    EXPECT_EQ(routes.match("/v1/agent/service/a/b").rest, "a/b");
    EXPECT_EQ(routes.match("/v1/kv/").rest, "");
}

TEST(Router, UnknownPathsHaveNoEntry) {
    Router routes = router();
    for (auto path :
         {"/v1/nope", "/v1", "/v1/", "/", "/v1/agent/services/", "/V1/agent/services", "x"}) {
        auto match = routes.match(path);
        EXPECT_EQ(match.entry, nullptr) << path;
        EXPECT_EQ(match.redirect, "") << path;
    }
}

TEST(Router, UncleanPathsAreRedirected) {
    Router routes = router();
    EXPECT_EQ(routes.match("/v1//agent/services").redirect, "/v1/agent/services");
    EXPECT_EQ(routes.match("/v1/x/../agent/services").redirect, "/v1/agent/services");
    EXPECT_EQ(routes.match("/v1/kv").redirect, "/v1/kv/");
    EXPECT_EQ(routes.match("/v1/kv/.hidden").rest, ".hidden");
}

TEST(Router, RoutesOfOnePatternAreMerged) {
    Router routes = router();
    auto match = routes.match("/v1/agent/services");
    ASSERT_NE(match.entry, nullptr);
    EXPECT_EQ(match.entry->allow, "OPTIONS,GET,PUT");
    EXPECT_EQ(match.entry->method("PUT"), 1u);
    EXPECT_EQ(match.entry->method("put"), Router::Entry::npos);
    EXPECT_EQ(routes.match("/v1/kv/x").entry->allow, "OPTIONS,GET,PUT,DELETE");
}

}  // namespace
}  // namespace weft::api
