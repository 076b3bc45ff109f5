#include "agent/cli/arguments.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

const CliCommand kCommand = {.path = "agent",
                             .group = {},
                             .summary = {},
                             .words = "[FILE ..]",
                             .words_max = 2,
                             .flags = {{"dev", "", ""},
                                       {"node", "NAME", ""},
                                       {"config-file", "FILE", "", true},
                                       {"config-dir", "FOLDER", "", true},
                                       {"join", "ADDRESS", "", true,
                                        "-join needs gossip, which this version does not have"}},
                             .examples = {},
                             .run = {}};

struct Row {
    std::vector<std::string> words;
    std::string expected;  // flags and words as text, or the error
};

std::string parse(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(kCommand, words);
    if (!arguments) return "error: " + arguments.error().message();
    std::string text;
    for (const auto& [flag, values] : arguments.value().flags())
        for (const std::string& value : values) text += flag + "=" + value + " ";
    for (const std::string& word : arguments.value().words()) text += "[" + word + "] ";
    return text;
}

TEST(Arguments, AreReadInGosForms) {
    const std::vector<Row> rows = {
        {{"-node", "a"}, "node=a "},
        {{"-node=a"}, "node=a "},
        {{"--node", "a"}, "node=a "},
        {{"--node=a"}, "node=a "},
        {{"-node", "-5"}, "node=-5 "},
        {{"-node", "-"}, "node=- "},
        {{"-node="}, "node= "},
        {{"-dev"}, "dev=true "},
        {{"-dev=false"}, "dev=false "},
        {{"-dev=T"}, "dev=true "},
        {{"-dev", "x"}, "dev=true [x] "},
        {{"x", "-dev"}, "dev=true [x] "},
        {{"-dev", "--", "-node"}, "dev=true [-node] "},
        {{"-config-file=a", "-config-file", "b"}, "config-file=a config-file=b "},
    };
    for (const Row& row : rows) EXPECT_EQ(parse(row.words), row.expected);
}

TEST(Arguments, MistakesAreOneLineWithTheNearestFlag) {
    const std::vector<Row> rows = {
        {{"-nodee", "a"}, "error: weft agent: unknown flag -nodee, did you mean -node?"},
        {{"--config-fil=a"},
         "error: weft agent: unknown flag -config-fil, did you mean -config-file?"},
        {{"-completely-else"},
         "error: weft agent: unknown flag -completely-else (`weft help agent` lists the flags)"},
        {{"-config"},
         "error: weft agent: unknown flag -config (`weft help agent` lists the flags)"},
        {{"-node"}, "error: weft agent: -node needs a value"},
        {{"-dev=maybe"}, "error: weft agent: -dev is true or false, not \"maybe\""},
        {{"a", "b", "c"}, "error: weft agent: unexpected argument \"c\""},
        {{"-join", "x"}, "error: weft agent: -join needs gossip, which this version does not have"},
        {{"-join=x"}, "error: weft agent: -join needs gossip, which this version does not have"},
    };
    for (const Row& row : rows) EXPECT_EQ(parse(row.words), row.expected);
}

}  // namespace
}  // namespace weft::agent
