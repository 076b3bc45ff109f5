#include "agent/runtime/commit_path.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "raft/storage/mem_log_store.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;

RegisterCommand registration(const std::string& node, const std::string& address) {
    RegisterCommand command;
    command.node.name = node;
    command.node.address = address;
    return command;
}

class CommitPathTest : public ::testing::Test {
protected:
    void open() {
        const raft::NodeId node{"solo"};
        auto log = raft::MemLogStore::open(disk_, node);
        ASSERT_TRUE(log);
        config_.node = node;
        auto voter = raft::SoloVoter::open(config_, std::move(log).value(), machine_, metrics_,
                                           control_.get_executor());
        ASSERT_TRUE(voter) << voter.error().message();
        voter_ = std::move(voter).value();
        commits_.open(*voter_);
    }

    Result<Index> commit(std::vector<LocalRecord> records, std::optional<Command> command) {
        std::optional<Result<Index>> answer;
        commits_.commit(std::move(records), std::move(command), true,
                        [&answer](Result<Index> result) { answer = std::move(result); });
        return wait_for(answer);
    }
    Result<api::Written> write(Command command) {
        std::optional<Result<api::Written>> answer;
        commits_.write(std::move(command),
                       [&answer](Result<api::Written> result) { answer = std::move(result); });
        return wait_for(answer);
    }
    template <class Answer>
    Answer wait_for(const std::optional<Answer>& answer) {
        while (!answer) {
            control_.restart();
            control_.run_one();
        }
        return *answer;
    }

    boost::asio::io_context control_;
    std::shared_ptr<raft::MemLogDisk> disk_ = std::make_shared<raft::MemLogDisk>();
    prometheus::Registry registry_;
    raft::DriverMetrics metrics_{registry_};
    raft::SoloVoterConfig config_;
    CatalogMachine machine_{false};
    CommitPath commits_{machine_, {.kv_value_bytes = 100}, control_.get_executor()};
    std::unique_ptr<raft::SoloVoter> voter_;
};

TEST_F(CommitPathTest, KeepsRecordsWithTheirCommand) {
    open();
    const auto done = commit({{"service/web", "definition"}}, registration("n1", "10.0.0.1"));
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(disk_->side.at("local/service/web"), "definition");
    EXPECT_NE(commits_.view().node("n1"), nullptr);
}

// The catalog's refusal concerns the command alone: the definition is on disk and is tried again.
TEST_F(CommitPathTest, RecordsOfARefusedCommandAreKept) {
    open();
    const auto done = commit({{"service/web", "definition"}}, registration("n1", ""));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::InvalidArgument);
    EXPECT_EQ(disk_->side.at("local/service/web"), "definition");
}

TEST_F(CommitPathTest, WhatCouldNotBeReadAgainIsNotWritten) {
    open();
    RegisterCommand command = registration("n1", "10.0.0.1");
    TextMap meta;
    for (std::uint32_t i = 0; i <= kMaxListedRows; ++i) meta.emplace_back(std::to_string(i), "x");
    command.node.meta = std::move(meta);
    const raft::LogState before = disk_->state;
    const auto alone = commit({}, command);
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().code, Errc::Limit);
    EXPECT_EQ(write(command).error().code, Errc::Limit);
    const auto with_record = commit({{"service/web", "definition"}}, command);
    ASSERT_FALSE(with_record);
    EXPECT_EQ(with_record.error().code, Errc::Io);
    EXPECT_EQ(disk_->state, before);
    EXPECT_TRUE(disk_->side.empty());
}

TEST_F(CommitPathTest, TellsWhatBecameOfACommand) {
    open();
    ASSERT_TRUE(write(KvCommand{{.key = "a", .value = "1"}, {}}));
    const auto unmet = write(KvCommand{{.verb = KvVerb::Cas, .key = "a", .value = "2"}, {}});
    ASSERT_TRUE(unmet) << unmet.error().message();
    EXPECT_FALSE(unmet.value().held);
    TransactionCommand transaction;
    transaction.operations.emplace_back().kv = KvOperation{.verb = KvVerb::Get, .key = "a"};
    const auto read = write(transaction);
    ASSERT_TRUE(read && read.value().transaction);
    EXPECT_EQ(read.value().transaction->results.size(), 1u);
    const auto large =
        write(KvCommand{{.key = "a", .value = SharedText(std::string(101, 'x'))}, {}});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::Limit);
}

TEST_F(CommitPathTest, CommandsCarryTheTime) {
    open();
    ASSERT_TRUE(write(KvCommand{{.key = "a", .value = "1"}, {}}));
    ASSERT_TRUE(commit({}, registration("n1", "10.0.0.1")));
    int commands = 0;
    for (const raft::Entry& entry : disk_->entries) {
        if (entry.type != raft::EntryType::Command) continue;
        const auto command = decode_command(std::as_bytes(std::span<const char>(entry.data)));
        ASSERT_TRUE(command);
        EXPECT_GT(time_of(command.value()), UnixMillis{1'700'000'000'000});
        ++commands;
    }
    EXPECT_EQ(commands, 2);
}

// A clock that was far ahead once: commands go on from there, so lock delays end when they should.
TEST_F(CommitPathTest, CommandsComeAfterTheTimeOfTheCatalog) {
    constexpr UnixMillis kAhead{4'000'000'000'000};
    open();
    raft::Proposal proposal;
    proposal.command = encode(KvCommand{{.key = "a", .value = "1"}, kAhead});
    std::optional<bool> done;
    proposal.done = [&](const Result<raft::LogIndex>& index) { done = index.has_value(); };
    voter_->propose(std::move(proposal));
    ASSERT_TRUE(wait_for(done));
    commits_.open(*voter_);
    ASSERT_TRUE(write(KvCommand{{.key = "a", .value = "2"}, {}}));
    EXPECT_GE(commits_.view().time(), kAhead);
    EXPECT_LT(commits_.view().time(), UnixMillis(kAhead.get() + 60'000));
}

TEST_F(CommitPathTest, RecordsThatTheLogRefusesAreReportedAsNotKept) {
    config_.command_bytes_max = 1000;
    open();
    const LocalRecord large{"service/web", std::string(2000, 'x')};
    const auto too_large = commit({large}, registration("n1", "10.0.0.1"));
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, Errc::Io);
    EXPECT_THAT(too_large.error().message(), HasSubstr("the limit is 1000"));

    voter_->close();
    const auto closed = commit({{"service/web", "definition"}}, std::nullopt);
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, Errc::Io);
    EXPECT_THAT(closed.error().message(), HasSubstr("shutting down"));
    EXPECT_TRUE(disk_->side.empty());
}

TEST_F(CommitPathTest, ACommandWithoutRecordsKeepsTheReasonOfItsRefusal) {
    open();
    voter_->close();
    const auto closed = commit({}, registration("n1", "10.0.0.1"));
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace weft::agent
