// -format and WEFT_FORMAT, for all commands that print data.
#include <gmock/gmock.h>

#include <map>

#include "agent/cli/client_commands.hpp"
#include "agent/cli/dispatch.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Format : public ::testing::Test {
protected:
    ExitCode run(const std::vector<std::string>& words) {
        out_.clear();
        err_.clear();
        const auto no_help = [](const std::string&) { return std::optional<std::string>(); };
        std::vector<CliCommand> commands = client_commands(nullptr);
        for (const CliCommand& command : context_commands()) commands.push_back(command);
        CliConsole console{
            .out = [&](std::string_view text) { out_ += text; },
            .err = [&](std::string_view text) { err_ += text; },
            .environment = [&](const std::string& name) -> std::optional<std::string> {
                const auto found = variables_.find(name);
                if (found == variables_.end()) return std::nullopt;
                return found->second;
            },
            .as_consul = as_consul_,
            .consul_version = "1.8.7"};
        return dispatch(with_own_commands(commands, "1.2.3", no_help), words, console);
    }

    std::map<std::string, std::string> variables_;
    bool as_consul_ = false;
    std::string out_, err_;
};

TEST_F(Format, TheFlagIsStrongerThanTheVariable) {
    EXPECT_EQ(run({"version"}), ExitCode::Ok);
    EXPECT_EQ(out_, "weft v1.2.3\n");
    variables_["WEFT_FORMAT"] = "json";
    EXPECT_EQ(run({"version"}), ExitCode::Ok);
    EXPECT_THAT(out_, HasSubstr("\"Version\": \"1.2.3\""));
    EXPECT_EQ(run({"version", "-format=table"}), ExitCode::Ok);
    EXPECT_EQ(out_, "weft v1.2.3\n");
    variables_["WEFT_FORMAT"] = "table";
    EXPECT_EQ(run({"version", "-format=json"}), ExitCode::Ok);
    EXPECT_THAT(out_, HasSubstr("\"Schema\": \"weft.version/1\""));
}

TEST_F(Format, OtherWordsAreRefused) {
    variables_["WEFT_FORMAT"] = "xml";
    EXPECT_EQ(run({"members"}), ExitCode::Usage);
    EXPECT_EQ(err_, "error: WEFT_FORMAT is table or json, not \"xml\"\n");
    EXPECT_EQ(run({"keygen"}), ExitCode::Ok) << "it has no formats";
}

TEST_F(Format, UnderTheNameConsulTheVariableIsNotWeftsToRead) {
    as_consul_ = true;
    variables_["WEFT_FORMAT"] = "json";
    EXPECT_EQ(run({"version"}), ExitCode::Ok);
    EXPECT_THAT(out_, StartsWith("Consul v1.8.7\n"));
    EXPECT_EQ(run({"version", "-format=json"}), ExitCode::Ok);
    EXPECT_THAT(out_, HasSubstr("\"Version\": \"1.8.7\""));
    EXPECT_EQ(run({"version", "-format=x"}), ExitCode::Usage);
    EXPECT_EQ(err_, "Unknown format: x\n");
}

TEST_F(Format, WhateverPrintsDataHasIt) {
    for (const char* path : {"rtt a", "context list", "version", "session create", "event -name=x",
                             "members", "catalog nodes", "catalog services", "kv get a",
                             "session list", "query list", "maint", "info", "status"}) {
        std::vector<std::string> words;
        const std::string text = path;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find(' ', at), text.size());
            words.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        words.emplace_back("-format=x");
        EXPECT_EQ(run(words), ExitCode::Usage) << path;
        EXPECT_EQ(err_, "error: -format is table or json, not \"x\"\n") << path;
    }
}

}  // namespace
}  // namespace weft::agent
