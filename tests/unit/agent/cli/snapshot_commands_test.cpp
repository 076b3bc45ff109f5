#include "agent/cli/snapshot_commands.hpp"

#include <gmock/gmock.h>

#include <boost/asio/read.hpp>

#include "agent/cli/transfer_progress.hpp"
#include "agent/io/file.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using Socket = LoopbackServer::Socket;

SnapshotSummary summary() {
    SnapshotSummary made;
    made.id = "2-13-1700000000123";
    made.size = 5022;
    made.index = 13;
    made.term = 2;
    made.unix_millis = 1'700'000'000'123;
    made.datacenter = "dc1";
    made.node = "n1";
    made.program = "1.0";
    made.tables = {{"nodes", 1, 200}, {"kv", 12, 3000}};
    return made;
}

class SnapshotCommands : public ::testing::Test {
protected:
    ExitCode run(const std::string& name, const std::string& agent = "127.0.0.1:1") {
        CliArguments arguments;
        arguments.add("http-addr", agent);
        if (yes_) arguments.add("yes", "true");
        arguments.add_word(path_);
        CliConsole console{[this](std::string_view text) { out_ += text; },
                           [this](std::string_view text) { err_ += text; },
                           [](const std::string&) { return std::nullopt; }};
        const SnapshotInspector inspect = [this](const std::string&) { return inspected_; };
        for (CliCommand& command : snapshot_commands(inspect)) {
            if (command.path == "snapshot " + name) return command.run(arguments, console);
        }
        return ExitCode::Usage;
    }
    static std::string address_of(const LoopbackServer& server) {
        return "127.0.0.1:" + std::to_string(server.port());
    }

    weft::testing::TemporaryFolder folder_;
    std::string path_ = folder_ / "backup.snap";
    Result<SnapshotSummary> inspected_ = summary();
    bool yes_ = true;
    std::string out_;
    std::string err_;
};

TEST_F(SnapshotCommands, InspectShowsConsulsLinesFirst) {
    EXPECT_EQ(run("inspect"), ExitCode::Ok);
    EXPECT_EQ(out_,
              "ID           2-13-1700000000123\n"
              "Size         5022\n"
              "Index        13\n"
              "Term         2\n"
              "Version      1\n"
              "Created      2023-11-14T22:13:20Z\n"
              "Datacenter   dc1\n"
              "Node         n1\n"
              "Program      weft 1.0\n"
              "\n"
              "Type   Count  Size\n"
              "nodes  1      200\n"
              "kv     12     3000\n"
              "Total  13     3200\n");
    EXPECT_THAT(snapshot_json(summary()), HasSubstr("\"Schema\": \"weft.snapshot/1\""));
}

TEST_F(SnapshotCommands, SaveKeepsWhatWasFoundRight) {
    LoopbackServer server([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile");
    });
    EXPECT_EQ(run("save", address_of(server)), ExitCode::Ok) << err_;
    EXPECT_EQ(out_, "Saved and verified snapshot to index 13\n");
    EXPECT_EQ(read_file(path_, 100).value(), "file");

    inspected_ = make_error(Errc::Corrupt, "cut off");
    LoopbackServer half([](Socket& socket) {
        LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf");
    });
    EXPECT_EQ(run("save", address_of(half)), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("cut off"));
    EXPECT_EQ(read_file(path_, 100).value(), "file") << "the one before";
}

TEST_F(SnapshotCommands, RestoreSendsTheFile) {
    ASSERT_TRUE(write_file_atomically(path_, "file"));
    std::string head;
    LoopbackServer server([&](Socket& socket) {
        head = LoopbackServer::read_header(socket);
        LoopbackServer::send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        std::string body(4, ' ');
        boost::system::error_code error;
        boost::asio::read(socket, boost::asio::buffer(body), error);
        LoopbackServer::send(socket, body == "file"
                                         ? "HTTP/1.1 200 OK\r\nX-Weft-Rows-Skipped: 3\r\n"
                                           "Content-Length: 0\r\n\r\n"
                                         : "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n");
    });
    EXPECT_EQ(run("restore", address_of(server)), ExitCode::Ok) << err_;
    EXPECT_THAT(head, ::testing::StartsWith("PUT /v1/snapshot HTTP/1.1"));
    EXPECT_EQ(out_, "Restored snapshot\n");
    EXPECT_THAT(err_, HasSubstr("3 rows"));
}

TEST_F(SnapshotCommands, RestoreSaysFirstWhatItWouldReplace) {
    yes_ = false;
    EXPECT_EQ(run("restore"), ExitCode::Usage);
    EXPECT_EQ(err_,
              "error: this would put 13 rows, as n1 had them at 2023-11-14T22:13:20Z, in the place "
              "of the whole catalog: -yes does it\n");
    inspected_ = make_error(Errc::Corrupt, "cut off");
    EXPECT_EQ(run("restore"), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("backup.snap\ncause: cut off\ncode:  W2010"));
}

TEST_F(SnapshotCommands, ErrorsSayWhatAndWhy) {
    EXPECT_EQ(run("restore"), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("backup.snap: No such file"));
    EXPECT_EQ(run("save"), ExitCode::Unreachable);
    inspected_ = make_error(Errc::Unsupported, "was made by Consul");
    EXPECT_EQ(run("inspect"), ExitCode::Failed);
    EXPECT_THAT(err_, HasSubstr("was made by Consul"));
}

TEST(TransferProgress, SaysHowFarItIs) {
    CliConsole console;
    TransferProgress saving(console, "saving x");
    saving.moved(3 << 20);
    EXPECT_EQ(saving.line(12), "saving x: 3.0 MiB, 1.2 s");
    TransferProgress restoring(console, "restoring x", 4 << 20);
    restoring.moved(1 << 20);
    EXPECT_EQ(restoring.line(4), "restoring x: 1.0 of 4.0 MiB (25 %), 0.4 s");
    restoring.moved(3 << 20);
    EXPECT_EQ(restoring.line(31), "restoring x: 4.0 MiB sent, waiting for the agent, 3.1 s");
}

}  // namespace
}  // namespace weft::agent
