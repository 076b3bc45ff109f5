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

std::string parse(const std::vector<std::string>& words, const CliCommand& command = kCommand,
                  bool as_consul = false) {
    const auto arguments = parse_arguments(command, words, as_consul);
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
        {{"x", "-5"}, "[x] [-5] "},
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

TEST(Arguments, ACommandToRunKeepsItsFlags) {
    CliCommand command = kCommand;
    command.words_max = 9;
    command.command_from = 1;
    EXPECT_EQ(parse({"p", "-dev", "run", "-x", "--", "-y"}, command),
              "dev=true [p] [run] [-x] [--] [-y] ");
    EXPECT_EQ(parse({"p", "--", "-x"}, command), "[p] [-x] ");
}

TEST(Arguments, UnderTheNameConsulTheFirstWordEndsTheFlagsAndErrorsAreGos) {
    const std::vector<Row> rows = {
        {{"-dev", "x", "-node"}, "dev=true [x] [-node] "},
        {{"-nodee", "a"}, "error: flag provided but not defined: -nodee"},
        {{"-node"}, "error: flag needs an argument: -node"},
        {{"-dev=x"}, "error: invalid boolean value \"x\" for -dev: parse error"},
        {{"a", "b", "c"}, "error: Error! Too many arguments (expected 1 or 2, got 3)"},
    };
    for (const Row& row : rows) EXPECT_EQ(parse(row.words, kCommand, true), row.expected);
}

TEST(Arguments, ARefusedFlagMayHaveAValueThatAsksForNothing) {
    const CliCommand command = {
        .path = "info",
        .group = {},
        .summary = {},
        .words = {},
        .flags = {{"namespace", "NAME", "", false, "no namespaces", "default"}},
        .examples = {},
        .run = {}};
    EXPECT_EQ(parse({"-namespace", "default"}, command), "namespace=default ");
    EXPECT_EQ(parse({"-namespace=default"}, command), "namespace=default ");
    EXPECT_EQ(parse({"-namespace", "team"}, command), "error: weft info: no namespaces");
    EXPECT_EQ(parse({"-namespace"}, command), "error: weft info: no namespaces");
    // Consul's `info` looks at no words.
    EXPECT_EQ(parse({"x"}, command, true), "[x] ");
    EXPECT_EQ(parse({"x"}, command), "error: weft info: unexpected argument \"x\"");
}

TEST(Arguments, AFlagThatMeansNothingBesideTheOthersIsRefused) {
    const CliCommand command = {
        .path = "kv put",
        .group = {},
        .summary = {},
        .words = {},
        .flags = {{.name = "cas", .value = {}, .help = {}, .against = {"acquire"}},
                  {.name = "acquire", .value = {}, .help = {}},
                  {.name = "modify-index", .value = "N", .help = {}, .needs = {"cas"}},
                  {.name = "stale", .value = {}, .help = {}, .idle = "nothing is read"}},
        .examples = {},
        .run = {}};
    EXPECT_EQ(parse({"-cas", "-modify-index=5"}, command), "cas=true modify-index=5 ");
    EXPECT_EQ(parse({"-modify-index=5"}, command),
              "error: weft kv put: -modify-index goes with -cas");
    EXPECT_EQ(parse({"-cas=false", "-modify-index=5"}, command),
              "error: weft kv put: -modify-index goes with -cas");
    EXPECT_EQ(parse({"-cas", "-acquire"}, command),
              "error: weft kv put: give -cas or -acquire, not both");
    EXPECT_EQ(parse({"-cas", "-acquire=false"}, command), "acquire=false cas=true ");
    EXPECT_EQ(parse({"-stale"}, command), "error: weft kv put: nothing is read");
    // Scripts were written for a program that leaves them out of account.
    EXPECT_EQ(parse({"-stale", "-acquire", "-cas", "-modify-index=5"}, command, true),
              "acquire=true cas=true modify-index=5 stale=true ");
}

TEST(Arguments, NumbersAndTimesSayWhatTheyMayBe) {
    CliArguments arguments;
    for (const char* flag : {"n", "t"}) arguments.add(flag, "x");
    arguments.add("good", "7");
    arguments.add("wait", "1m");
    EXPECT_EQ(number_flag(arguments, "none", 5).value(), 5u);
    EXPECT_EQ(number_flag(arguments, "good", 5).value(), 7u);
    for (const auto& [text, number] :
         {std::pair("010", 8u), {"0x1F", 31u}, {"0o17", 15u}, {"0b101", 5u}, {"0", 0u}}) {
        CliArguments given;
        given.add("n", text);
        EXPECT_EQ(number_flag(given, "n", 1).value(), number) << text;
    }
    for (const char* text : {"08", "0x", "0xg", "+1", "-1", "", "1 "}) {
        CliArguments given;
        given.add("n", text);
        EXPECT_FALSE(number_flag(given, "n", 1)) << text;
    }
    EXPECT_EQ(number_flag(arguments, "n", 1, 1).error().message(),
              "-n is a number from 1 on, not \"x\"");
    EXPECT_EQ(number_flag(arguments, "good", 1, 0, 5).error().message(),
              "-good is a number from 0 to 5, not \"7\"");
    EXPECT_EQ(time_flag(arguments, "wait").value(), std::chrono::minutes(1));
    EXPECT_EQ(time_flag(arguments, "t").error().message(), "-t is a time such as 30s, not \"x\"");
}

}  // namespace
}  // namespace weft::agent
