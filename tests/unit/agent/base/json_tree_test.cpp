#include <gtest/gtest.h>

#include <string>

#include "agent/base/json_tree.hpp"

namespace weft {
namespace {

std::string parse_error(std::string_view text) {
    auto tree = parse_json(text);
    return tree ? "" : tree.error().context;
}

TEST(JsonTree, ErrorsAreGos) {
    EXPECT_EQ(parse_error(""), "EOF");
    EXPECT_EQ(parse_error(" \n"), "EOF");
    EXPECT_EQ(parse_error("{"), "unexpected EOF");
    EXPECT_EQ(parse_error("{\"a\""), "unexpected EOF");
    EXPECT_EQ(parse_error("[1,]"), "invalid character ']' looking for beginning of value");
    EXPECT_EQ(parse_error("{,}"),
              "invalid character ',' looking for beginning of object key string");
    EXPECT_EQ(parse_error("{\"a\" 1}"), "invalid character '1' after object key");
    EXPECT_EQ(parse_error("{\"a\":1 \"b\"}"), "invalid character '\"' after object key:value pair");
    EXPECT_EQ(parse_error("[1 2]"), "invalid character '2' after array element");
    EXPECT_EQ(parse_error("trUe"), "invalid character 'U' in literal true (expecting 'u')");
    EXPECT_EQ(parse_error("-x"), "invalid character 'x' in numeric literal");
    EXPECT_EQ(parse_error("1.x"), "invalid character 'x' after decimal point in numeric literal");
    EXPECT_EQ(parse_error("\"\\q\""), "invalid character 'q' in string escape code");
    EXPECT_EQ(parse_error("\"\\u12g4\""),
              "invalid character 'g' in \\u hexadecimal character escape");
    EXPECT_EQ(parse_error("\"a\nb\""), "invalid character '\\n' in string literal");
}

TEST(JsonTree, BrokenTextBecomesTheReplacementCharacter) {
    EXPECT_EQ(parse_json("\"\\ud800\"").value().text, "\xef\xbf\xbd");
    EXPECT_EQ(parse_json("\"\xff\"").value().text, "\xef\xbf\xbd");
    EXPECT_EQ(parse_json("\"\\ud83d\\ude00\"").value().text, "\xf0\x9f\x98\x80");
}

TEST(JsonTree, DepthAndValuesAreBounded) {
    EXPECT_EQ(parse_error(std::string(100, '[')), "exceeded max depth");
    std::string many = "[0";
    for (std::size_t i = 0; i < kMaxJsonValues; ++i) many += ",0";
    EXPECT_EQ(parse_error(many + "]"), "too many values");
}

TEST(JsonTree, MinifiedTextIsSortedAndKeepsTheLastOfRepeatedNames) {
    const auto tree =
        parse_json(R"({"b": 1e2, "a": [1, {"y": null, "x": true}], "b": 12345678901234567890})");
    EXPECT_EQ(minified(tree.value()), R"({"a":[1,{"x":true,"y":null}],"b":12345678901234567890})");
}

}  // namespace
}  // namespace weft
