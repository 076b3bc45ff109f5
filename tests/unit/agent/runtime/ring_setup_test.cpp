#include "agent/runtime/ring_setup.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ReadSnapshotTest : public ::testing::Test {
protected:
    gossip::Snapshot read() { return read_snapshot(path_, log_); }

    testing::TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/local.snapshot";
    std::ostringstream text_;
    spdlog::logger log_{"gossip", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)};
};

TEST_F(ReadSnapshotTest, WhoNeverRanKnowsNobody) {
    EXPECT_TRUE(read().alive.empty());
    EXPECT_TRUE(read_snapshot("", log_).alive.empty());
    EXPECT_EQ(text_.str(), "");
}

TEST_F(ReadSnapshotTest, FindsWhomTheLastLifeKnew) {
    std::ofstream(path_) << "alive: b 127.0.0.2:8301\nclock: 7\n";
    EXPECT_EQ(read().alive.size(), 1u);
    EXPECT_EQ(read().clocks.member, 7u);
    EXPECT_EQ(text_.str(), "");
}

// The agent starts without it: what is lost is whom it knew.
TEST_F(ReadSnapshotTest, OneThatIsTooLargeIsAWarning) {
    std::ofstream(path_) << "alive: b 127.0.0.2:8301\n";
    std::filesystem::resize_file(path_, (64 << 20) + 1);  // sparse
    EXPECT_TRUE(read().alive.empty());
    EXPECT_THAT(text_.str(), HasSubstr("warning"));
    EXPECT_THAT(text_.str(), HasSubstr(path_));
    EXPECT_THAT(text_.str(), HasSubstr("remove it"));
}

TEST_F(ReadSnapshotTest, OneThatCannotBeReadIsAWarning) {
    std::filesystem::create_directory(path_);
    EXPECT_TRUE(read().alive.empty());
    EXPECT_THAT(text_.str(), HasSubstr(path_));
}

// Names of any length, and as many members as there may be.
TEST_F(ReadSnapshotTest, WhatIsWrittenCanBeRead) {
    gossip::Snapshot snapshot;
    for (int i = 0; i < 65'536; ++i) {
        std::string name = std::to_string(i);
        name.resize(gossip::kNameBytesMax, 'x');
        snapshot.alive.emplace_back(name, *gossip::Endpoint::parse("[2001:db8:1:1:1:1:1:1]:65535"));
    }
    std::ofstream(path_) << snapshot.text();
    EXPECT_EQ(read().alive.size(), snapshot.alive.size());
    EXPECT_EQ(text_.str(), "");
}

const std::string kKey = "AAAAAAAAAAAAAAAAAAAAAA==";
const std::string kOther = "AQEBAQEBAQEBAQEBAQEBAQ==";

class ReadKeyringTest : public ::testing::Test {
protected:
    // Keys in the order of the keyring.
    std::vector<std::string> keys() {
        const auto read = read_keyring(config_, path_, log_);
        EXPECT_TRUE(read) << read.error().message();
        std::vector<std::string> texts;
        for (const std::string& key : read.value().keys())
            texts.push_back(gossip::key_to_text(key));
        return texts;
    }

    testing::TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/local.keyring";
    GossipConfig config_;
    std::ostringstream text_;
    spdlog::logger log_{"gossip", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)};
};

TEST_F(ReadKeyringTest, WithoutAFileItIsTheKeyOfTheConfiguration) {
    EXPECT_THAT(keys(), ElementsAre());
    config_.encrypt = kKey;
    EXPECT_THAT(keys(), ElementsAre(kKey));
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_EQ(text_.str(), "");
}

TEST_F(ReadKeyringTest, TheFileWinsSinceTheRingMayHaveChangedKeys) {
    std::ofstream(path_) << "[\"" + kOther + "\", \"" + kKey + "\"]";
    config_.encrypt = kKey;
    EXPECT_THAT(keys(), ElementsAre(kOther, kKey));
    EXPECT_EQ(text_.str(), "");
}

TEST_F(ReadKeyringTest, AKeyOfTheConfigurationThatTheFileHidesIsAWarningWithARemedy) {
    std::ofstream(path_) << "[\"" + kOther + "\"]";
    config_.encrypt = kKey;
    EXPECT_THAT(keys(), ElementsAre(kOther));
    EXPECT_THAT(text_.str(), HasSubstr("[warning] `encrypt` is not used"));
    EXPECT_THAT(text_.str(), HasSubstr("remove the file"));
    EXPECT_THAT(text_.str(), HasSubstr("file=" + path_));
    EXPECT_THAT(text_.str(), Not(HasSubstr(kKey)));
}

}  // namespace
}  // namespace weft::agent
