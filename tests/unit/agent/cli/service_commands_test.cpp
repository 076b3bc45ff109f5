// `services register` and its flags and files.
#include <gmock/gmock.h>

#include "agent/cli/client_commands.hpp"
#include "agent/cli/dispatch.hpp"
#include "agent/cli/service_flags.hpp"
#include "tests/support/loopback_server.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using Socket = LoopbackServer::Socket;

class ServiceCommands : public ::testing::Test {
protected:
    ExitCode run(const std::vector<std::string>& words) {
        err_.clear();
        const ServiceFileReader read = [&](const std::string&) { return file_; };
        CliConsole console{[](std::string_view) {}, [&](std::string_view text) { err_ += text; },
                           [](const std::string&) { return std::optional<std::string>(); }};
        return dispatch(client_commands(read), words, console);
    }

    Result<ServiceFile> file_ = ServiceFile();
    std::string err_;
};

TEST_F(ServiceCommands, AFileThatCannotBeUsedIsNoUsageError) {
    file_ = make_error(Errc::NotFound, "cannot open web.hcl: No such file or directory");
    EXPECT_EQ(run({"services", "register", "web.hcl"}), ExitCode::Failed);
    EXPECT_EQ(err_,
              "error: cannot use the service definitions of web.hcl\n"
              "cause: cannot open web.hcl: No such file or directory\n"
              "code:  W2010\n");
    file_ = make_error(Errc::InvalidArgument, "error[W1004]: unknown key\n");
    EXPECT_EQ(run({"services", "deregister", "web.hcl"}), ExitCode::Failed);
    EXPECT_THAT(err_, ::testing::StartsWith("error[W1004]: unknown key\n"));
    EXPECT_THAT(err_, HasSubstr("cause: the mistakes above\ncode:  W2010\n"));
    file_ = ServiceFile();
    EXPECT_EQ(run({"services", "register", "web.hcl"}), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("cause: no service is defined there\n"));
}

TEST_F(ServiceCommands, WhatWouldBeLeftOutIsRefusedOrTold) {
    file_ = ServiceFile{{{"web", "{}"}}, "warning: the rest of it\n"};
    EXPECT_EQ(run({"services", "register", "web.hcl", "-port=9090"}), ExitCode::Usage);
    EXPECT_THAT(err_, HasSubstr("-port is not for files: write it into web.hcl"));
    EXPECT_EQ(run({"services", "register", "-name=web", "-check-interval=5s"}), ExitCode::Usage);
    EXPECT_THAT(err_, HasSubstr("-check-interval goes with -check-http or -check-tcp"));
    EXPECT_EQ(run({"register", "web", "80", "-port=90"}), ExitCode::Usage);
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    const std::string at = "-http-addr=127.0.0.1:" + std::to_string(server.port());
    EXPECT_EQ(run({"services", "register", "web.hcl", at}), ExitCode::Ok);
    EXPECT_EQ(err_, "warning: the rest of it\n");
}

TEST_F(ServiceCommands, AddressesHaveNames) {
    CliArguments arguments;
    arguments.add("name", "web");
    arguments.add("tagged-address", "lan=10.0.0.1:80");
    arguments.add("tagged-address", "wan=[2001:db8::1]:443");
    EXPECT_THAT(body_of_flags(arguments).value().json,
                HasSubstr(R"("TaggedAddresses":{"lan":{"Address":"10.0.0.1","Port":80},)"
                          R"("wan":{"Address":"2001:db8::1","Port":443}})"));
    for (const char* wrong : {"x", "lan=10.0.0.1", "lan=10.0.0.1:x", "lan=2001:db8::1:1", "=a:1",
                              "lan=:80", "lan=a:65536", "a:1=b"}) {
        CliArguments other;
        other.add("name", "web");
        other.add("tagged-address", wrong);
        EXPECT_FALSE(body_of_flags(other)) << wrong;
    }
}

TEST_F(ServiceCommands, ADatacenterIsOnlyMadeSureOf) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        const std::string body = R"({"Config":{"Datacenter":"dc1"}})";
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                         std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    const std::string at = "-http-addr=127.0.0.1:" + std::to_string(server.port());
    EXPECT_EQ(run({"services", "deregister", "-id=web", "-datacenter=dc2", at}), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("is of datacenter dc1, not dc2\n"));
    EXPECT_EQ(run({"services", "deregister", "-id=web", "-stale", at}), ExitCode::Usage);
    EXPECT_THAT(err_, HasSubstr("-stale is about reading"));
}

}  // namespace
}  // namespace weft::agent
