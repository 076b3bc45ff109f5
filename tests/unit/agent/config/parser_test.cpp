#include "agent/config/parser.hpp"

#include <gmock/gmock.h>

#include "agent/base/rng.hpp"

namespace weft::agent {
namespace {

std::string json_of(std::string text, std::string name = "a.hcl") {
    const auto parsed = parse(std::move(name), std::move(text));
    return parsed ? to_json(parsed.value().root) : "error: " + parsed.error().message();
}

TEST(HclParser, BlocksAssignmentsAndComments) {
    EXPECT_EQ(json_of("a = 1 # x\nb { c = true } // y\n/* z\n*/ d = [1, \"two\", ]"),
              R"({"a":1,"b":{"c":true},"d":[1,"two"]})");
    EXPECT_EQ(json_of("a { x = 1 }\nb = { x = 1, y = 2 }"), R"({"a":{"x":1},"b":{"x":1,"y":2}})");
}

TEST(HclParser, LabelsNestAndRepeatedBlocksStay) {
    EXPECT_EQ(json_of("a \"b\" \"c\" { d = 1 }"), R"({"a":{"b":{"c":{"d":1}}}})");
    const auto parsed = parse("a.hcl", "s { n = 1 }\ns { n = 2 }");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed.value().root.members.size(), 2u);
}

TEST(HclParser, NumbersOfEveryBase) {
    EXPECT_EQ(json_of("a = 0x1F b = 017 c = -3 d = 1e3 e = 2.5 f = 0"),
              R"({"a":31,"b":15,"c":-3,"d":1000,"e":2.5,"f":0})");
}

TEST(HclParser, QuotedKeysEscapesAndInterpolationVerbatim) {
    EXPECT_EQ(json_of("\"a b\" = \"x\\n\\\"y\\\" \\u00e9\""),
              "{\"a b\":\"x\\n\\\"y\\\" \xC3\xA9\"}");
    EXPECT_EQ(json_of("a = \"${f(\"x\")} b\""), R"({"a":"${f(\"x\")} b"})");
}

TEST(HclParser, Heredocs) {
    EXPECT_EQ(json_of("a = <<EOF\n  x\n y\nEOF\nb = 1"), R"({"a":"  x\n y\n","b":1})");
    EXPECT_EQ(json_of("a = <<-EOF\n    x\n      y\n    EOF\n"), R"({"a":"x\n  y\n"})");
    EXPECT_EQ(json_of("a = <<-EOF\n    x\n  y\n    EOF\n"), R"({"a":"    x\n  y\n"})");
}

TEST(HclParser, ByteOrderMarkAndCarriageReturns) {
    EXPECT_EQ(json_of("\xEF\xBB\xBF"
                      "a = 1\r\nb = 2\r\n"),
              R"({"a":1,"b":2})");
}

TEST(JsonParser, CommentsAreTolerated) {
    EXPECT_EQ(json_of("// x\n{\"a\": [1, null, /* y */ -2.5e1]}", "a.json"),
              R"({"a":[1,null,-25]})");
}

TEST(JsonParser, SurrogatePairsJoin) {
    EXPECT_EQ(json_of(R"({"a": "\ud83d\ude00"})", "a.json"), "{\"a\":\"\xF0\x9F\x98\x80\"}");
}

TEST(Parser, PositionsCountCharacters) {
    const auto parsed = parse("a.hcl", "é = 1\n  ports { http = 22 }");
    ASSERT_TRUE(parsed);
    const auto& ports = parsed.value().root.members[1];
    EXPECT_EQ(ports.key_span, (Span{2, 3, 5}));
    EXPECT_EQ(ports.value.members[0].value.span, (Span{2, 18, 2}));
}

TEST(Parser, DepthAndSizeAreBounded) {
    EXPECT_THAT(json_of("a = " + std::string(100, '[') + std::string(100, ']')),
                ::testing::HasSubstr("deeper than 64"));
    EXPECT_THAT(json_of("{\"a\":" + std::string(100'000, '['), "a.json"),
                ::testing::HasSubstr("deeper than 64"));
    EXPECT_THAT(json_of(std::string(kMaxFileBytes + 1, ' ')),
                ::testing::HasSubstr("larger than 4 MiB"));
    std::string many = "a = [";
    for (std::size_t i = 0; i <= kMaxTreeNodes; ++i) many += "1,";
    EXPECT_THAT(json_of(many + "]"), ::testing::HasSubstr("more than 200000 values"));
}

// Every prefix and many damaged copies of a real file: the parsers must end and report at most
// their bound.
TEST(Parser, IsTotalOnDamagedInput) {
    const std::string good =
        "a = 1\nb \"c\" { d = [1, {e = \"x\\u00e9${y}\"}], f = <<EOF\ntext\nEOF\n g { } }\n# "
        "end\n{\"h\": [1.5e3, true]}";
    const std::string alphabet = "{}[]\"=,:\\\n<-#/*aE0.$(\xC3";
    Rng random(7);
    for (const char* name : {"a.hcl", "a.json"}) {
        for (std::size_t length = 0; length <= good.size(); ++length) {
            Diagnostics diagnostics;
            parse_document(Source::make(name, good.substr(0, length)), diagnostics);
            EXPECT_LE(diagnostics.errors(), 2 * kMaxSyntaxErrors);
        }
        for (int round = 0; round < 3000; ++round) {
            std::string text = good;
            for (int change = 0; change < 4; ++change) {
                text[random.below(text.size())] = alphabet[random.below(alphabet.size())];
            }
            Diagnostics diagnostics;
            parse_document(Source::make(name, text), diagnostics);
            for (const auto& diagnostic : diagnostics.all())
                EXPECT_FALSE(render(diagnostic).empty());
        }
    }
}

}  // namespace
}  // namespace weft::agent
