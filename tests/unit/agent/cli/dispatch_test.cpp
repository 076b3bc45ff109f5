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

Ran run(const std::vector<std::string>& words, bool as_consul = false) {
    const auto no_files = [](const std::string& path) -> Result<ServiceFile> {
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
    CliConsole console{
        .out = [&](std::string_view text) { ran.out += text; },
        .err = [&](std::string_view text) { ran.err += text; },
        .environment = [](const std::string&) { return std::optional<std::string>(); },
        .as_consul = as_consul,
        .consul_version = "1.8.7"};
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
        {{"operator", "raft", "list-peer"},
         "weft operator raft: unknown command \"list-peer\", did you mean \"list-peers\"?\n"},
        {{"operator", "raft"}, "weft operator raft: say which: list-peers, remove-peer\n"},
        {{"operator", "raft", "remove-peer"}, "error: give either -id or -address of the server\n"},
        {{"catalog", "nodes", "-node-meta=x"}, "error: -node-meta is KEY=VALUE, not \"x\"\n"},
        {{"operator", "autopilot", "set-config"},
         "error: say what to change, such as -min-quorum=3\n"},
        {{"operator", "autopilot", "set-config", "-min-quorum=x"},
         "error: -min-quorum is a number from 0 on, not \"x\"\n"},
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
        {{"keyring"},
         "error: give one of -list, -list-primary, -install=KEY, -use=KEY and -remove=KEY\n"},
        {{"keyring", "-list", "-use=k"},
         "error: give one of -list, -list-primary, -install=KEY, -use=KEY and -remove=KEY\n"},
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

TEST(Dispatch, CommandsOfDataSayWhatIsMissing) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows = {
        {{"kv", "get"}, "error: name a key, or a prefix with -recurse or -keys\n"},
        {{"kv", "put"}, "error: name a key\n"},
        {{"kv", "put", "/a", "b"}, "error: a key does not begin with /: /a\n"},
        {{"kv", "put", "-cas", "a", "b"},
         "error: -cas needs -modify-index, 0 for a key that must not exist\n"},
        {{"kv", "put", "-acquire", "a", "b"}, "error: -acquire and -release need -session\n"},
        {{"kv", "put", "-flags=x", "a", "b"}, "error: -flags is a number from 0 on, not \"x\"\n"},
        {{"kv", "list", "-format=x"}, "error: -format is table or json, not \"x\"\n"},
        {{"kv", "delete"}, "error: name a key, or a prefix with -recurse\n"},
        {{"kv", "delete", "-recurse", "-cas", "a"},
         "error: -cas and -recurse do not go together\n"},
        {{"kv", "import"}, "error: give the data: @FILE, - for the input, or the JSON itself\n"},
        {{"lock", "a"}, "error: name a key prefix and the command to run\n"},
        {{"lock", "-n=0", "a", "b"}, "error: -n is a number from 1 on, not \"0\"\n"},
        {{"lock", "-timeout=x", "a", "b"}, "error: -timeout is a time such as 30s, not \"x\"\n"},
        {{"watch"}, "error: Watch type must be specified\n"},
        {{"session", "read"}, "error: name the session by its id\n"},
        {{"wait"}, "error: say what to wait for: -for=service=NAME, -for=key=KEY or -for=leader\n"},
        {{"run", "web"}, "error: name the service and the program: run NAME [flags] PROGRAM ..\n"},
        {{"run", "web", "-env=x", "true"}, "error: -env is NAME=VALUE, not \"x\"\n"},
        {{"register"}, "error: name the service: register NAME [PORT]\n"},
        {{"maint", "-reason=x"}, "error: Reason may only be provided with -enable\n"},
    };
    for (const auto& [words, expected] : rows) {
        const Ran ran = run(words);
        EXPECT_EQ(ran.code, ExitCode::Usage) << expected;
        EXPECT_EQ(ran.err, expected);
        EXPECT_EQ(ran.out, "");
    }
    EXPECT_THAT(run({"kv", "import", "[1]"}).err, HasSubstr("code:  W2010"));
}

TEST(Dispatch, RemoteCommandsAreRefusedWithASentence) {
    for (const bool as_consul : {false, true}) {
        const Ran ran = run({"exec", "-node=a", "uptime"}, as_consul);
        EXPECT_EQ(ran.code, ExitCode::Failed);
        EXPECT_THAT(ran.err, HasSubstr("runs no commands on other nodes"));
    }
}

TEST(Dispatch, WordsOfConsulThatAreNotHereHaveASentence) {
    for (const bool as_consul : {false, true}) {
        const Ran ran = run({"acl", "token", "list"}, as_consul);
        EXPECT_EQ(ran.code, ExitCode::Failed);
        EXPECT_THAT(ran.err, HasSubstr("later version"));
        EXPECT_EQ(run({"help", "acl"}, as_consul).err, ran.err);
    }
}

TEST(Dispatch, UnderTheNameConsulAnAgentThatFailsIsNamedAsThere) {
    const std::string at = "-http-addr=127.0.0.1:1";
    const auto begins = [&](std::vector<std::string> words, const std::string& expected) {
        words.insert(words.end() - 1, at);
        EXPECT_THAT(run(words, true).err, ::testing::StartsWith(expected + ": ")) << expected;
    };
    begins({"kv", "get", "a"}, "Error querying Consul agent: Get \"http://127.0.0.1:1/v1/kv/a\"");
    begins({"kv", "put", "a"}, "Error! Failed writing data: Put \"http://127.0.0.1:1/v1/kv/a\"");
    begins({"kv", "import", R"([{"key":"in/a"}])"}, "Error! Failed writing data for key in/a");
    begins({"services", "register", "-name=web"}, "Error registering service \"web\"");
    begins({"join", "10.0.0.1"}, "Error joining address '10.0.0.1'");
    begins({"members", "-detailed"}, "Error retrieving members");
}

TEST(Dispatch, UnderTheNameConsulTextsAndCodesAreConsuls) {
    EXPECT_EQ(run({"kv", "get"}, true).err, "Error! Missing KEY argument\n");
    EXPECT_EQ(run({"kv", "put", "-cas", "a", "b"}, true).err,
              "Must specify -modify-index with -cas!\n");
    EXPECT_EQ(run({"kv", "get", "a", "-keys"}, true).err,
              "Too many arguments (expected 1, got 2)\n");
    EXPECT_THAT(run({"version"}, true).out, ::testing::StartsWith("Consul v1.8.7\n"));
    const auto status = [](const std::vector<std::string>& words) {
        return exit_status(run(words, true).code, true);
    };
    EXPECT_EQ(status({"kv", "get"}), 1);
    EXPECT_EQ(status({"kv", "get", "-http-addr=127.0.0.1:1", "a"}), 1);
    EXPECT_EQ(status({"kv"}), 1);
    EXPECT_EQ(status({"frobnicate"}), 127);
    EXPECT_EQ(status({}), 127);
    EXPECT_EQ(status({"version"}), 0);
}

TEST(Dispatch, ExitCodesOfChildrenAreKept) {
    EXPECT_EQ(exit_status(exactly(2), true), 2);
    EXPECT_EQ(exit_status(exactly(143), false), 143);
    EXPECT_EQ(exit_status(ExitCode::NoLeader, false), 6);
    EXPECT_EQ(exit_status(ExitCode::NoLeader, true), 1);
}

}  // namespace
}  // namespace weft::agent
