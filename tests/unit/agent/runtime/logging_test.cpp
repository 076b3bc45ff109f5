#include "agent/runtime/logging.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent/runtime/log_format.hpp"
#include "agent/runtime/log_sinks.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<Logging> quiet_logging(AgentConfig config = {}) {
    config.log_level = "OFF";
    auto logging = Logging::open(config, false);
    return logging ? std::move(logging.value()) : nullptr;
}

// Nobody may wait for whoever reads the agent's output.
TEST(StreamSink, LinesThatNobodyReadsAreLostAndCounted) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const auto lost = std::make_shared<std::atomic<std::uint64_t>>(0);
    const auto sink = make_stream_sink(pipe[1], lost);
    sink->set_formatter(text_log_format());
    const auto say = [&](const std::string& text) {
        sink->log(spdlog::details::log_msg("agent", spdlog::level::info, text));
    };
    say("first");
    for (int i = 0; i < 100; ++i) say(std::string(10'000, 'x'));  // a pipe holds 64 KiB
    ASSERT_EQ(::fcntl(pipe[0], F_SETFL, O_NONBLOCK), 0);
    const auto read = [&] {
        std::string text(1 << 20, '\0');
        const ssize_t size = ::read(pipe[0], text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    };
    EXPECT_THAT(read(), HasSubstr("agent: first\n"));
    EXPECT_GE(*lost, 90u);
    say("last");
    const std::string after = read();
    EXPECT_THAT(after, ::testing::ContainsRegex("log: 9[0-9] lines are missing here"));
    EXPECT_THAT(after, HasSubstr("agent: last\n"));
    for (const int fd : pipe) ::close(fd);
}

TEST(Logging, AMonitorSeesMoreThanIsWritten) {
    const auto logging = quiet_logging();
    const auto log = logging->logger("raft");
    std::vector<std::string> lines;
    {
        const auto subscription = logging->subscribe(
            "debug", false, [&](const api::LogLine& line) { lines.push_back(*line); });
        ASSERT_TRUE(subscription);
        log->debug("leader elected term={}", 2);
        log->trace("not asked for");
    }
    log->error("nobody listens any more");
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], HasSubstr("Z [DEBUG] raft: leader elected term=2"));
}

TEST(Logging, JsonLinesHaveConsulsKeys) {
    const auto logging = quiet_logging();
    std::string seen;
    const auto subscription =
        logging->subscribe("info", true, [&](const api::LogLine& line) { seen = *line; });
    ASSERT_TRUE(subscription);
    logging->logger("agent")->warn("said \"no\"");
    EXPECT_THAT(seen, HasSubstr("{\"@level\":\"warn\",\"@message\":\"said \\\"no\\\"\","
                                "\"@module\":\"agent\",\"@timestamp\":\""));
}

// Members of a ring choose their names.
TEST(Logging, WhatPeersSayIsNoLineOfItsOwn) {
    const auto logging = quiet_logging();
    std::string seen;
    const auto subscription =
        logging->subscribe("info", false, [&](const api::LogLine& line) { seen = *line; });
    ASSERT_TRUE(subscription);
    logging->logger("gossip")->info("member joined node={}",
                                    "evil\n2026-11-27T00:00:00.000Z [ERROR] agent: forged line");
    EXPECT_THAT(seen, HasSubstr("node=evil\\n2026-11-27T00:00:00.000Z [ERROR] agent: forged"));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), '\n'), seen.ends_with('\n') ? 1 : 0);
    logging->logger("gossip")->info("node={}", "\r\x1b[2J\t\x7f\xc2\x9b|\xc3\xa4");
    EXPECT_THAT(seen, HasSubstr("node=\\x0d\\x1b[2J\\t\\x7f\\xc2\\x9b|\xc3\xa4"));
}

TEST(Logging, UnknownLevelsAreRefusedInConsulsWords) {
    const auto logging = quiet_logging();
    const auto subscription = logging->subscribe("bogus", false, [](const api::LogLine&) {});
    ASSERT_FALSE(subscription);
    EXPECT_EQ(subscription.error().message(), "Unknown log level: bogus");
}

TEST(Logging, MonitorsAreBounded) {
    const auto logging = quiet_logging();
    std::vector<std::unique_ptr<api::LogSubscription>> all;
    for (std::size_t i = 0; i < MonitorSink::kSubscribersMax; ++i) {
        auto one = logging->subscribe("info", false, [](const api::LogLine&) {});
        ASSERT_TRUE(one);
        all.push_back(std::move(one.value()));
    }
    EXPECT_FALSE(logging->subscribe("info", false, [](const api::LogLine&) {}));
}

TEST(Logging, AFileThatCannotBeWrittenIsAnErrorThatNamesIt) {
    AgentConfig config;
    config.log_file = "/proc/no-such-folder/agent.log";
    const auto logging = Logging::open(config, false);
    ASSERT_FALSE(logging);
    EXPECT_THAT(logging.error().message(), HasSubstr("/proc/no-such-folder/agent.log"));
}

TEST(Logging, WhatIsQuietIsSoUnlessALevelIsSet) {
    const auto logging = Logging::open({}, true);
    ASSERT_TRUE(logging);
    EXPECT_EQ(logging.value()->logger("agent")->level(), spdlog::level::warn);
    AgentConfig config;
    config.log_level = "DEBUG";
    config.set_keys.push_back({"log_level", "\"DEBUG\"", {"-log-level", 0}});
    ASSERT_TRUE(logging.value()->set_level(config));
    EXPECT_EQ(logging.value()->logger("agent")->level(), spdlog::level::debug);
    ASSERT_TRUE(logging.value()->set_level({}));
    EXPECT_EQ(logging.value()->logger("agent")->level(), spdlog::level::warn);
}

TEST(Logging, AFileIsNotQuiet) {
    const weft::testing::TemporaryFolder folder;
    AgentConfig config;
    config.log_file = folder / "agent.log";
    {
        const auto logging = Logging::open(config, true);
        ASSERT_TRUE(logging);
        logging.value()->logger("agent")->info("line number={}", 1);
    }
    std::ifstream written(config.log_file);
    const std::string text{std::istreambuf_iterator<char>(written), {}};
    EXPECT_THAT(text, HasSubstr("line number=1"));
}

TEST(Logging, LinesThatADiskHasNoRoomForAreCounted) {
    const weft::testing::TemporaryFolder folder;
    AgentConfig config;
    config.log_file = folder / "agent.log";
    std::filesystem::create_symlink("/dev/full", config.log_file);
    const auto logging = Logging::open(config, true);
    ASSERT_TRUE(logging);
    logging.value()->logger("agent")->info("line number={}", 1);
    EXPECT_EQ(logging.value()->lost_lines(), 1u);
}

TEST(Logging, AFileIsSetAsideWhenItIsLargeAndOldOnesGo) {
    const weft::testing::TemporaryFolder folder;
    AgentConfig config;
    config.log_level = "INFO";
    config.log_file = folder / "agent.log";
    config.log_rotate_bytes = 1;
    config.log_rotate_max_files = 2;
    {
        const auto logging = Logging::open(config, true);
        ASSERT_TRUE(logging);
        for (int i = 0; i < 5; ++i) logging.value()->logger("agent")->error("line number={}", i);
    }
    const auto files = std::distance(std::filesystem::directory_iterator(folder.path()),
                                     std::filesystem::directory_iterator());
    EXPECT_EQ(files, 3);  // the current one and two old ones
    std::ifstream current(config.log_file);
    const std::string text{std::istreambuf_iterator<char>(current), {}};
    EXPECT_THAT(text, HasSubstr("line number=4"));
}

}  // namespace
}  // namespace weft::agent
