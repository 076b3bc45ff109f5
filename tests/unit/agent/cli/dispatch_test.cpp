#include "agent/cli/dispatch.hpp"

#include <gmock/gmock.h>

#include "agent/cli/client_commands.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
    ExitCode code;
    std::string out;
    std::string err;
};

Ran run(const std::vector<std::string>& words) {
    const auto no_files = [](const std::string& path) -> Result<std::vector<ServiceBody>> {
        return make_error(Errc::NotFound, path + ": no such file");
    };
    const auto config_help = [](const std::string& key) -> std::optional<std::string> {
        if (key.empty()) return "ports\n";
        if (key == "ports") return "ports: where to listen\n";
        return std::nullopt;
    };
    const std::vector<CliCommand> commands =
        with_own_commands(client_commands(no_files), "1.2.3", config_help);
    Ran ran{ExitCode::Ok, {}, {}};
    CliConsole console{[&](std::string_view text) { ran.out += text; },
                       [&](std::string_view text) { ran.err += text; },
                       [](const std::string&) { return std::optional<std::string>(); }};
    ran.code = dispatch(commands, words, console);
    return ran;
}

TEST(Dispatch, TyposNameTheNearestCommandInOneLine) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows = {
        {{"statsu"}, "weft: unknown command \"statsu\", did you mean \"status\"?\n"},
        {{"catalog", "node"}, "weft catalog: unknown command \"node\", did you mean \"nodes\"?\n"},
        {{"catalog"}, "weft catalog: say which: nodes, services, datacenters\n"},
        {{"catalog", "frobnicate"},
         "weft catalog: unknown command \"frobnicate\"; there are: nodes, services, datacenters\n"},
        {{"frobnicate"}, "weft: unknown command \"frobnicate\" (`weft help` lists the commands)\n"},
        {{"status", "-formt=json"}, "weft status: unknown flag -formt, did you mean -format?\n"},
    };
    for (const auto& [words, expected] : rows) {
        const Ran ran = run(words);
        EXPECT_EQ(ran.code, ExitCode::Usage);
        EXPECT_EQ(ran.err, expected);
        EXPECT_EQ(ran.out, "");
    }
}

TEST(Dispatch, HelpComesFromTheTable) {
    EXPECT_THAT(run({}).out, HasSubstr("services register"));
    EXPECT_THAT(run({"help", "services", "register"}).out, HasSubstr("-check-http URL"));
    EXPECT_EQ(run({"services", "register", "-h"}).out, run({"help", "services", "register"}).out);
    EXPECT_THAT(run({"help", "catalog"}).out, HasSubstr("weft catalog datacenters"));
    EXPECT_EQ(run({"help", "config", "ports"}).out, "ports: where to listen\n");
    EXPECT_EQ(run({"help", "config", "prots"}).code, ExitCode::Usage);
}

TEST(Dispatch, CompletionKnowsCommandsAndFlags) {
    const std::string script = run({"completion", "bash"}).out;
    EXPECT_THAT(script, HasSubstr("\"catalog\") words=\"datacenters nodes services\""));
    EXPECT_THAT(script, HasSubstr("-check-http"));
}

TEST(Dispatch, VersionHasThreeSpellings) {
    EXPECT_EQ(run({"version"}).out, "weft v1.2.3\n");
    EXPECT_EQ(run({"--version"}).out, "weft v1.2.3\n");
    EXPECT_EQ(run({"-v"}).out, "weft v1.2.3\n");
}

TEST(Dispatch, AnUnreachableAgentHasItsOwnCodeAndARemedy) {
    const Ran ran = run({"status", "-http-addr", "127.0.0.1:1"});
    EXPECT_EQ(ran.code, ExitCode::Unreachable);
    EXPECT_THAT(ran.err, HasSubstr("127.0.0.1:1"));
    EXPECT_THAT(ran.err, HasSubstr("weft dev"));
}

TEST(Dispatch, RegistrationNeedsANameOrFiles) {
    EXPECT_EQ(run({"services", "register"}).code, ExitCode::Usage);
    EXPECT_EQ(run({"services", "register", "-name=a", "x.hcl"}).code, ExitCode::Usage);
    EXPECT_THAT(run({"services", "register", "x.hcl"}).err, HasSubstr("x.hcl: no such file"));
    EXPECT_THAT(run({"services", "register", "-name=a", "-port=x"}).err,
                HasSubstr("-port is a number"));
    EXPECT_THAT(run({"services", "register", "-name=a", "-meta=x"}).err, HasSubstr("KEY=VALUE"));
}

TEST(Dispatch, KeygenPrintsAnotherKeyEachTime) {
    const Ran first = run({"keygen"});
    EXPECT_EQ(first.code, ExitCode::Ok);
    EXPECT_EQ(first.out.size(), 45u);  // 32 bytes in base64, and a newline
    EXPECT_TRUE(first.out.ends_with("=\n"));
    EXPECT_NE(run({"keygen"}).out, first.out);
}

TEST(Dispatch, CommandsOfTheRingSayWhatIsMissing) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows = {
        {{"join"}, "error: name at least one agent to join\n"},
        {{"force-leave"}, "error: name the member that shall leave\n"},
        {{"rtt"}, "error: name one or two nodes\n"},
        {{"event"}, "error: give the event a name: -name=NAME\n"},
        {{"event", "-name=x", "-tag=a"}, "error: -tag needs -service, whose tags it is about\n"},
        {{"event", "-name=x", "-node=("}, "error: -node=\"(\" is no expression: missing ): (\n"},
        {{"members", "-status=("}, "error: -status=\"(\" is no expression: missing ): (\n"},
        {{"members", "-format=x"}, "error: -format is table or json, not \"x\"\n"},
        {{"keyring"}, "error: give one of -list, -install=KEY, -use=KEY and -remove=KEY\n"},
        {{"keyring", "-list", "-use=k"},
         "error: give one of -list, -install=KEY, -use=KEY and -remove=KEY\n"},
        {{"keyring", "-list", "-relay-factor=6"},
         "error: -relay-factor is a number from 0 to 5, not \"6\"\n"},
        {{"keyring", "-use=k", "-local-only"}, "error: -local-only goes with -list only\n"},
    };
    for (const auto& [words, expected] : rows) {
        const Ran ran = run(words);
        EXPECT_EQ(ran.code, ExitCode::Usage) << expected;
        EXPECT_EQ(ran.err, expected);
        EXPECT_EQ(ran.out, "");
    }
    EXPECT_EQ(run({"rtt", "a", "b", "c"}).code, ExitCode::Usage);
    EXPECT_EQ(run({"members", "-http-addr=127.0.0.1:1"}).code, ExitCode::Unreachable);
}

}  // namespace
}  // namespace weft::agent
