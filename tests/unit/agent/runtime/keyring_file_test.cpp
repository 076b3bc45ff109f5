#include "agent/runtime/keyring_file.hpp"

#include <gmock/gmock.h>
#include <prometheus/registry.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <sstream>

#include "agent/io/file.hpp"
#include "agent/runtime/gossip_ring_metrics.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KeyringFileTest : public ::testing::Test {
protected:
    // Writes what waits to be written; how many writes it was.
    std::size_t write() {
        background_.restart();
        return background_.poll();
    }
    // What follows from that.
    void go_on() {
        own_.restart();
        own_.poll();
    }
    void tell_when_kept(const std::string& what) {
        file_.when_kept([this, what](const Result<void>& kept) {
            told_.push_back(what + (kept ? " kept" : " lost: " + kept.error().message()));
        });
    }
    std::string content() const {
        const auto text = read_file(path_, 1024);
        return text ? text.value() : "nothing";
    }

    testing::TemporaryFolder folder_;
    std::string path_ = folder_ / "serf/local.keyring";  // where it cannot be written at first
    prometheus::Registry registry_;
    GossipRingMetrics metrics_{registry_};
    std::ostringstream log_text_;
    std::shared_ptr<spdlog::logger> log_ = std::make_shared<spdlog::logger>(
        "gossip", std::make_shared<spdlog::sinks::ostream_sink_st>(log_text_));
    asio::io_context own_;
    asio::io_context background_;
    KeyringFile file_{path_, own_.get_executor(), background_.get_executor(),
                      metrics_.keyring_write_failures, log_};
    std::vector<std::string> told_;
};

TEST_F(KeyringFileTest, TellsWhenTheKeysAreInTheFile) {
    std::filesystem::create_directory(folder_ / "serf");
    tell_when_kept("none");
    EXPECT_THAT(told_, ElementsAre("none kept"));
    file_.keep("1");
    tell_when_kept("1");
    EXPECT_EQ(told_.size(), 1u);
    write();
    EXPECT_EQ(content(), "1");
    go_on();
    EXPECT_THAT(told_, ElementsAre("none kept", "1 kept"));
    tell_when_kept("again");
    EXPECT_EQ(told_.back(), "again kept");
}

TEST_F(KeyringFileTest, OfWhatChangesDuringAWriteTheNewestIsWritten) {
    std::filesystem::create_directory(folder_ / "serf");
    file_.keep("1");
    file_.keep("2");
    tell_when_kept("2");
    file_.keep("3");
    tell_when_kept("3");
    EXPECT_EQ(write(), 1u);
    EXPECT_EQ(content(), "1");
    go_on();
    EXPECT_TRUE(told_.empty());
    EXPECT_EQ(write(), 1u);
    EXPECT_EQ(content(), "3");
    go_on();
    EXPECT_THAT(told_, ElementsAre("2 kept", "3 kept"));
    EXPECT_EQ(write(), 0u);
}

TEST_F(KeyringFileTest, AFailureIsToldCountedAndLoggedWithTheFileAndTheReason) {
    file_.keep("1");
    tell_when_kept("1");
    write();
    go_on();
    ASSERT_EQ(told_.size(), 1u);
    EXPECT_THAT(told_.front(), HasSubstr("1 lost: "));
    EXPECT_THAT(told_.front(), HasSubstr(path_ + " cannot be written"));
    EXPECT_THAT(told_.front(), HasSubstr("No such file or directory"));
    EXPECT_EQ(metrics_.keyring_write_failures.Value(), 1);
    EXPECT_THAT(log_text_.str(), HasSubstr("[error] encryption keys not kept"));
    EXPECT_THAT(log_text_.str(), HasSubstr(path_));

    // Whoever mends that repeats the change.
    std::filesystem::create_directory(folder_ / "serf");
    file_.keep("1");
    tell_when_kept("again");
    write();
    go_on();
    EXPECT_EQ(told_.back(), "again kept");
    EXPECT_EQ(content(), "1");
    EXPECT_EQ(metrics_.keyring_write_failures.Value(), 1);
}

TEST_F(KeyringFileTest, WithoutAFileThereIsNothingToWaitFor) {
    KeyringFile none("", own_.get_executor(), background_.get_executor(),
                     metrics_.keyring_write_failures, log_);
    none.keep("1");
    bool is_told = false;
    none.when_kept([&](const Result<void>& kept) { is_told = kept.has_value(); });
    EXPECT_TRUE(is_told);
    EXPECT_EQ(write(), 0u);
}

}  // namespace
}  // namespace weft::agent
