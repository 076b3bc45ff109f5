#include "agent/cli/agent_client.hpp"
#include "agent/cli/target.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

CliConsole console_with(std::map<std::string, std::string> variables) {
    return {[](std::string_view) {}, [](std::string_view) {},
            [variables](const std::string& name) -> std::optional<std::string> {
                const auto found = variables.find(name);
                if (found == variables.end()) return std::nullopt;
                return found->second;
            }};
}

std::string address(const std::map<std::string, std::string>& variables,
                    const std::string& flag = {}) {
    CliArguments arguments;
    if (!flag.empty()) arguments.add("http-addr", flag);
    const auto client = AgentClient::open(arguments, console_with(variables));
    return client ? client.value().address() : "error: " + client.error().message();
}

TEST(AgentClient, FlagsWinOverWeftsThenConsulsVariables) {
    EXPECT_EQ(address({}), "127.0.0.1:8500");
    EXPECT_EQ(address({{"CONSUL_HTTP_ADDR", "a:1"}}), "a:1");
    EXPECT_EQ(address({{"CONSUL_HTTP_ADDR", "a:1"}, {"WEFT_HTTP_ADDR", "b:2"}}), "b:2");
    EXPECT_EQ(address({{"WEFT_HTTP_ADDR", "b:2"}}, "unix:///run/x.sock"), "unix:///run/x.sock");
}

TEST(AgentClient, AddressesAndNamespacesThatCannotWorkAreRefused) {
    EXPECT_THAT(address({}, "ftp://x"), ::testing::HasSubstr("http, https or unix"));
    EXPECT_THAT(address({}, "unix://"), ::testing::HasSubstr("needs a path"));
    EXPECT_THAT(address({{"CONSUL_NAMESPACE", "team"}}), ::testing::HasSubstr("no namespaces"));
    EXPECT_EQ(address({{"CONSUL_NAMESPACE", "default"}}), "127.0.0.1:8500");
}

TEST(AgentClient, ATokenFileOfWeftsWinsOverConsulsToken) {
    EXPECT_THAT(address({{"CONSUL_HTTP_TOKEN", "t"}, {"WEFT_TOKEN_FILE", "/no/such/file"}}),
                ::testing::HasSubstr("token file: cannot open /no/such/file"));
    EXPECT_EQ(address({{"WEFT_TOKEN", "t"}, {"WEFT_TOKEN_FILE", "/no/such/file"}}),
              "127.0.0.1:8500");
}

TEST(AgentClient, ATokenFileThatIsAFolderIsAnError) {
    EXPECT_THAT(address({{"WEFT_TOKEN_FILE", "/"}}), ::testing::HasSubstr("token file: cannot"));
}

TEST(AgentClient, PathSegmentsAreEscaped) {
    EXPECT_EQ(url_escape("web:1/a b"), "web%3A1%2Fa%20b");
}

}  // namespace
}  // namespace weft::agent
