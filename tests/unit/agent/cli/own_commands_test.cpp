// What the table says of itself: help of codes, completion, manual pages.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/cli/client_commands.hpp"
#include "agent/cli/code_pages.hpp"
#include "agent/cli/completion.hpp"
#include "agent/cli/dispatch.hpp"
#include "agent/cli/man_pages.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::weft::testing::TemporaryFolder;

std::vector<CliCommand> table() {
    return with_own_commands(
        context_commands(), "1.2.3", [](const std::string&) { return std::string("ports.http\n"); },
        [](const std::string& code) -> std::optional<std::string> {
            if (code == "W1004") return "W1004: an unknown key\n";
            return std::nullopt;
        });
}

std::string output_of(const std::vector<std::string>& words, ExitCode code = ExitCode::Ok) {
    std::string out;
    CliConsole console{[&](std::string_view text) { out += text; },
                       [&](std::string_view text) { out += text; },
                       [](const std::string&) { return std::optional<std::string>(); }};
    EXPECT_EQ(dispatch(table(), words, console), code);
    return out;
}

TEST(OwnCommands, CodesHaveHelp) {
    EXPECT_THAT(output_of({"help", "W2001"}), HasSubstr("W2001: no agent answered\n\n"));
    EXPECT_EQ(output_of({"help", "w1004"}), "W1004: an unknown key\n");
    EXPECT_EQ(output_of({"help", "W9999"}, ExitCode::Failed),
              "W9999: no such code in this version\n");
}

TEST(OwnCommands, TheTreeFitsOnAScreen) {
    EXPECT_THAT(output_of({"help", "-all"}),
                HasSubstr("weft context     add | list | use | remove"));
}

TEST(OwnCommands, PagesOfCodesAreSorted) {
    const auto pages = cli_code_pages();
    EXPECT_TRUE(std::is_sorted(pages.begin(), pages.end(),
                               [](const auto& a, const auto& b) { return a.code < b.code; }));
}

// By the shells themselves, of those that are installed.
TEST(OwnCommands, ShellsReadTheirCompletion) {
    const TemporaryFolder folder;
    const std::vector<CliCommand> commands = table();
    const std::vector<std::pair<std::string, std::string>> scripts = {
        {"bash -n", bash_completion(commands)},
        {"zsh -n", zsh_completion(commands)},
        {"fish -n", fish_completion(commands)}};
    for (const auto& [shell, script] : scripts) {
        EXPECT_THAT(script, HasSubstr("context")) << shell;
        const std::string name = shell.substr(0, shell.find(' '));
        if (std::system(("command -v " + name + " >/dev/null").c_str()) != 0) continue;
        const std::string file = folder / name;
        std::ofstream{file} << script;
        EXPECT_EQ(std::system((shell + " " + file).c_str()), 0) << shell;
    }
}

TEST(OwnCommands, BashCompletesCommandsAndFlags) {
    const TemporaryFolder folder;
    std::ofstream{folder / "weft"} << bash_completion(table());
    const std::string test =
        "bash -c 'source " + (folder / "weft") +
        "; COMP_WORDS=(weft context us); COMP_CWORD=2; _weft; test \"${COMPREPLY[*]}\" = use && "
        "COMP_WORDS=(weft context add -tok); COMP_CWORD=3; _weft; test \"${COMPREPLY[*]}\" = "
        "-token-file'";
    EXPECT_EQ(std::system(test.c_str()), 0);
}

TEST(OwnCommands, BashAsksForNames) {
    const TemporaryFolder folder;
    std::ofstream{folder / "script"} << bash_completion(table());
    std::ofstream{folder / "weft"}
        << "#!/bin/sh\n[ \"$1 $2 $3\" = '__complete contexts p' ] && echo '$(p)'\n";
    const std::string test =
        "chmod +x " + (folder / "weft") + "; bash -c 'source " + (folder / "script") +
        "; COMP_WORDS=(" + (folder / "weft") +
        " context use p); COMP_CWORD=3; _weft; test \"${COMPREPLY[*]}\" = \"\\\\\\$\\\\(p\\\\)\"'";
    EXPECT_EQ(std::system(test.c_str()), 0);
}

TEST(OwnCommands, NamesAreThoseThatBeginSo) {
    EXPECT_EQ(output_of({"__complete", "kinds", "service-r"}),
              "service-resolver\nservice-router\n");
    EXPECT_EQ(output_of({"__complete", "nothing"}), "");
    EXPECT_EQ(output_of({"__complete"}, ExitCode::Usage), "");
}

TEST(OwnCommands, EachHasAManualPage) {
    const TemporaryFolder folder;
    const std::vector<CliCommand> commands = table();
    EXPECT_THAT(output_of({"man", "-dir", folder.path()}), HasSubstr("pages in"));
    for (const CliCommand& command : commands) {
        std::string name = command.path;
        std::replace(name.begin(), name.end(), ' ', '-');
        EXPECT_TRUE(std::filesystem::exists(folder / ("weft-" + name + ".1"))) << name;
    }
    EXPECT_THAT(output_of({"man"}), HasSubstr(".SH COMMANDS\n"));
    EXPECT_TRUE(std::filesystem::exists(folder / "weft.hcl.5"));
    EXPECT_THAT(man_pages(commands, "1", "key").back().text, HasSubstr(".nf\nkey\n.fi"));
}

}  // namespace
}  // namespace weft::agent
