#include "api/http/target.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

TEST(Target, PathAndQueryAreDecoded) {
    auto target = parse_target("/v1/kv/a%20b%2Fc?tag=x+y&stale&tag=%26");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/kv/a b/c");
    EXPECT_EQ(target->raw_query, "tag=x+y&stale&tag=%26");
    ASSERT_EQ(target->query.size(), 3u);
    EXPECT_EQ(target->query[0], (std::pair<std::string, std::string>("tag", "x y")));
    EXPECT_EQ(target->query[1], (std::pair<std::string, std::string>("stale", "")));
    EXPECT_EQ(target->query[2], (std::pair<std::string, std::string>("tag", "&")));
}

TEST(Target, PlusInPathIsAPlus) {
    EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
}

TEST(Target, BadEscapeInPathIsMalformedInQueryDropped) {
    EXPECT_FALSE(parse_target("/v1/%zz"));
    EXPECT_FALSE(parse_target("/v1/%4"));
    EXPECT_FALSE(parse_target("v1"));
    EXPECT_FALSE(parse_target(""));
    auto target = parse_target("/x?a=%zz&b=1");
    ASSERT_TRUE(target);
    ASSERT_EQ(target->query.size(), 1u);
    EXPECT_EQ(target->query[0].first, "b");
}

TEST(Target, AbsoluteFormNamesThePath) {
    EXPECT_EQ(parse_target("http://host:8500/v1/x?y")->path, "/v1/x");
    EXPECT_EQ(parse_target("http://host")->path, "/");
    EXPECT_EQ(parse_target("*")->path, "*");
}

TEST(Target, ControlCharactersAreUnprintable) {
    EXPECT_TRUE(is_printable("/v1/\xc3\xa9/web x"));
    EXPECT_FALSE(is_printable("/v1/\x07"));
    EXPECT_FALSE(is_printable("/v1/\xc2\xa0"));      // no-break space
    EXPECT_FALSE(is_printable("/v1/\xe2\x80\x8b"));  // zero width space
    EXPECT_TRUE(is_printable("/v1/\xff"));           // U+FFFD for Go
}

TEST(Target, PathsAreCleanedAsGoDoes) {
    EXPECT_EQ(clean_path("/v1//catalog/nodes"), "/v1/catalog/nodes");
    EXPECT_EQ(clean_path("/v1/catalog/../status/leader"), "/v1/status/leader");
    EXPECT_EQ(clean_path("/v1/./x/"), "/v1/x/");
    EXPECT_EQ(clean_path("/../.."), "/");
    EXPECT_EQ(clean_path("/"), "/");
}

TEST(Target, LocationsAreEscaped) {
    EXPECT_EQ(escape_path("/a b\r\n\xc3\xa9"), "/a%20b%0D%0A%C3%A9");
}

}  // namespace
}  // namespace weft::api
