#include "agent/cli/context.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/dispatch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::weft::testing::TemporaryFolder;

// A user with a configuration folder of its own.
class Contexts : public ::testing::Test {
protected:
    Contexts() { variables_["XDG_CONFIG_HOME"] = folder_.path(); }

    ExitCode run(const std::vector<std::string>& words) {
        out_.clear();
        err_.clear();
        CliConsole own = console();
        return dispatch(context_commands(), words, own);
    }

    CliConsole console() {
        return {[this](std::string_view text) { out_ += text; },
                [this](std::string_view text) { err_ += text; },
                [this](const std::string& name) -> std::optional<std::string> {
                    const auto found = variables_.find(name);
                    if (found == variables_.end()) return std::nullopt;
                    return found->second;
                }};
    }

    // Where a command would go that was given these flags.
    std::string address(const std::vector<std::pair<std::string, std::string>>& flags = {}) {
        CliArguments arguments;
        for (const auto& [name, value] : flags) arguments.add(name, value);
        const auto client = AgentClient::open(arguments, console());
        return client ? client.value().address() : client.error().message();
    }

    TemporaryFolder folder_;
    std::map<std::string, std::string> variables_;
    std::string out_, err_;
};

TEST_F(Contexts, TheFirstOneIsUsed) {
    ASSERT_EQ(run({"context", "add", "prod", "-http-addr", "10.0.0.1:8500", "-datacenter", "dc9"}),
              ExitCode::Ok)
        << err_;
    ASSERT_EQ(run({"context", "add", "test", "-http-addr", "10.0.0.2:8500"}), ExitCode::Ok);
    EXPECT_EQ(address(), "10.0.0.1:8500");
    EXPECT_EQ(address({{"context", "test"}}), "10.0.0.2:8500");
    variables_["WEFT_CONTEXT"] = "test";
    EXPECT_EQ(address(), "10.0.0.2:8500");
    EXPECT_THAT(address({{"context", "none"}}), HasSubstr("there is no context none"));
    variables_.erase("WEFT_CONTEXT");
    ASSERT_EQ(run({"context", "use"}), ExitCode::Ok);
    EXPECT_EQ(address(), "127.0.0.1:8500");
}

TEST_F(Contexts, AnAddressIsStronger) {
    ASSERT_EQ(run({"context", "add", "prod", "-http-addr", "10.0.0.1:8500", "-token-file",
                   "/nonexistent/token"}),
              ExitCode::Ok);
    EXPECT_THAT(address(), HasSubstr("token file"));
    // And does not get the token of the context.
    EXPECT_EQ(address({{"http-addr", "10.0.0.3:80"}}), "10.0.0.3:80");
    variables_["CONSUL_HTTP_ADDR"] = "10.0.0.4:80";
    EXPECT_EQ(address(), "10.0.0.4:80");
}

TEST_F(Contexts, AreListedAndForgotten) {
    ASSERT_EQ(run({"context", "add", "prod", "-http-addr", "10.0.0.1:8500"}), ExitCode::Ok);
    ASSERT_EQ(run({"context", "list"}), ExitCode::Ok);
    EXPECT_EQ(out_,
              "Context  Current  Address        Datacenter  Token file\n"
              "prod     *        10.0.0.1:8500  -           -\n");
    EXPECT_EQ(run({"context", "use", "none"}), ExitCode::Failed);
    ASSERT_EQ(run({"context", "remove", "prod"}), ExitCode::Ok);
    EXPECT_EQ(address(), "127.0.0.1:8500");
    EXPECT_EQ(run({"context", "remove", "prod"}), ExitCode::Failed);
}

TEST_F(Contexts, TheFileIsClosedToOthers) {
    ASSERT_EQ(run({"context", "add", "prod", "-http-addr", "10.0.0.1:8500"}), ExitCode::Ok);
    struct stat status {};
    ASSERT_EQ(::stat((folder_ / "weft/contexts.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    std::ofstream{folder_ / "weft/contexts.json"} << "{";
    EXPECT_EQ(run({"context", "list"}), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("is no file of contexts"));
    // Nobody asked for it: commands go on.
    EXPECT_EQ(address(), "127.0.0.1:8500");
}

}  // namespace
}  // namespace weft::agent
