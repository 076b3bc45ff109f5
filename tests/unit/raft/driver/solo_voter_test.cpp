#include "raft/driver/solo_voter.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "raft/core/chain.hpp"
#include "tests/unit/raft/driver/solo_voter_fixture.hpp"

namespace weft::raft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SoloVoterTest;

TEST_F(SoloVoterTest, LeadsANewTermBeforeAnythingElse) {
    ASSERT_TRUE(open());
    ASSERT_EQ(gate_->tasks.size(), 1U);
    const AppendTask& task = gate_->tasks[0];
    EXPECT_EQ(task.hard_state, (HardState{Term{1}, NodeId{"solo"}}));
    ASSERT_EQ(task.entries.size(), 1U);
    EXPECT_EQ(task.entries[0].type, EntryType::Noop);
    EXPECT_EQ(voter_->term(), Term{1});
    EXPECT_EQ(machine_.applied(), LogIndex{1});

    ASSERT_TRUE(open());
    EXPECT_EQ(voter_->term(), Term{2});
    EXPECT_EQ(voter_->committed(), LogIndex{2});
}

TEST_F(SoloVoterTest, AnswersAfterTheSyncAndAfterReadersCanSeeIt) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("a", {{"local/a", "1"}});
    run_ready();
    gate_->wait_for_arrivals(2);
    run_ready();
    EXPECT_TRUE(answers_.empty());
    EXPECT_TRUE(machine_.commands.empty());
    gate_->set_closed(false);
    run_until_answers(1);
    EXPECT_THAT(answers_, ElementsAre("a@2"));
    EXPECT_THAT(machine_.commands, ElementsAre("a"));
    EXPECT_EQ(disk_->side.at("local/a"), "1");
    EXPECT_EQ(voter_->queued(), 0U);
}

TEST_F(SoloVoterTest, WhatIsProposedDuringASyncIsOneBatch) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("first");
    run_ready();
    gate_->wait_for_arrivals(2);
    for (int i = 0; i < 50; ++i) propose(std::to_string(i));
    propose("", {{"only", "side"}});
    run_ready();
    gate_->set_closed(false);
    run_until_answers(52);
    ASSERT_EQ(gate_->tasks.size(), 3U);
    EXPECT_EQ(gate_->tasks[2].entries.size(), 50U);
    EXPECT_EQ(gate_->tasks[2].acked_hint, LogIndex{2});
    EXPECT_EQ(answers_[51], "@52");  // side records alone: the entry before
    LogPosition end = disk_->state.base;
    for (const Entry& entry : disk_->entries) {
        EXPECT_EQ(entry.chain, next_chain(end.chain, entry));
        end = {entry.index, entry.term, entry.chain};
    }
}

TEST_F(SoloVoterTest, WhatIsReadyInOneTurnIsOneBatch) {
    ASSERT_TRUE(open());
    for (int i = 0; i < 10; ++i) propose(std::to_string(i));
    run_until_answers(10);
    EXPECT_EQ(gate_->tasks.size(), 2U);
}

TEST_F(SoloVoterTest, BatchesAreBounded) {
    config_.batch_proposals_max = 4;
    config_.batch_bytes_max = 5000;
    ASSERT_TRUE(open());
    for (int i = 0; i < 8; ++i) propose(std::to_string(i));
    propose(std::string(4000, 'a'));
    propose(std::string(4000, 'b'));
    propose(std::string(8000, 'c'));
    run_until_answers(11);
    ASSERT_EQ(gate_->tasks.size(), 6U);
    EXPECT_EQ(gate_->tasks[1].entries.size(), 4U);
    EXPECT_EQ(gate_->tasks[3].entries.size(), 1U);
    EXPECT_EQ(gate_->tasks[5].entries.size(), 1U);
}

TEST_F(SoloVoterTest, RecordsThatAreNotUrgentShareASync) {
    config_.lazy_wait = std::chrono::milliseconds(20);
    ASSERT_TRUE(open());
    propose("", {{"check/1", "a"}}, false);
    run_ready();
    propose("", {{"check/2", "b"}}, false);
    run_ready();
    EXPECT_EQ(gate_->tasks.size(), 1U);
    run_until_answers(2);
    EXPECT_EQ(gate_->tasks.size(), 2U);
    EXPECT_EQ(disk_->side.size(), 2U);
}

TEST_F(SoloVoterTest, AnUrgentProposalTakesTheWaitingOnesAlong) {
    config_.lazy_wait = std::chrono::hours(1);
    ASSERT_TRUE(open());
    propose("", {{"check/1", "a"}}, false);
    run_ready();
    propose("now");
    run_until_answers(2);
    EXPECT_THAT(answers_, ElementsAre("@1", "now@2"));
    EXPECT_EQ(gate_->tasks.size(), 2U);
}

TEST_F(SoloVoterTest, AFullBatchDoesNotWait) {
    config_.lazy_wait = std::chrono::hours(1);
    config_.batch_proposals_max = 3;
    ASSERT_TRUE(open());
    for (int i = 0; i < 3; ++i) propose("", {{"check/" + std::to_string(i), "a"}}, false);
    run_until_answers(3);
}

TEST_F(SoloVoterTest, RefusesWhatIsTooLargeOrEmpty) {
    config_.command_bytes_max = 1000;
    ASSERT_TRUE(open());
    propose(std::string(1001, 'x'));
    propose("");
    propose("", {{"key", std::string(1000, 'x')}});
    EXPECT_TRUE(answers_.empty());  // never from within propose()
    run_until_answers(3);
    EXPECT_THAT(answers_[0], HasSubstr("1001 bytes is too large: the limit is 1000"));
    propose(std::string(1000, 'x'));
    run_until_answers(4);
    EXPECT_EQ(metrics_.refused_large.Value(), 2);
}

TEST_F(SoloVoterTest, RefusesWhatDoesNotFitTheQueueAndRecovers) {
    config_.queue_proposals_max = 3;
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    for (int i = 0; i < 4; ++i) propose(std::to_string(i));
    run_ready();
    ASSERT_EQ(answers_.size(), 1U);
    EXPECT_THAT(answers_[0], HasSubstr("try again"));
    gate_->set_closed(false);
    run_until_answers(4);
    propose("later");
    run_until_answers(5);
    EXPECT_EQ(answers_[4], "later@5");
    EXPECT_EQ(metrics_.queue_bytes.Value(), 0);
}

TEST_F(SoloVoterTest, AFailedWriteFailsEverythingAndIsReportedOnce) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("a");
    run_ready();
    gate_->wait_for_arrivals(2);
    propose("b");
    run_ready();
    gate_->failing = true;
    gate_->set_closed(false);
    run_until_answers(2);
    propose("c");
    run_until_answers(3);
    EXPECT_THAT(answers_,
                ElementsAre("a: the disk is gone", "b: the disk is gone", "c: the disk is gone"));
    EXPECT_THAT(fatal_, ElementsAre("the disk is gone"));
    EXPECT_TRUE(machine_.commands.empty());
    EXPECT_EQ(gate_->arrived, 2);  // never tried again
    voter_->close();
}

TEST_F(SoloVoterTest, RefusingTakesNothingNewAndFinishesTheRest) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("in flight");
    run_ready();
    gate_->wait_for_arrivals(2);
    propose("queued");
    voter_->refuse(make_error(Errc::Io, "no checkpoint"));
    propose("new");
    gate_->set_closed(false);
    run_until_answers(3);
    EXPECT_THAT(answers_, ElementsAre("new: no checkpoint", "in flight@2", "queued@3"));
    EXPECT_EQ(metrics_.refused_failed.Value(), 1);
    EXPECT_TRUE(fatal_.empty());
    voter_->close();
}

TEST_F(SoloVoterTest, ALogThatTheMachineDoesNotKnowIsNotReplayed) {
    ASSERT_TRUE(open());
    propose("a");
    run_until_answers(1);
    propose("unknown");
    run_until_answers(2);
    const LogState before = disk_->state;
    const auto opened = reopen_empty();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::Unsupported));
    EXPECT_THAT(machine_.commands, ElementsAre("a"));
    // Else a program that is started again and again would grow the log of a newer one.
    EXPECT_EQ(disk_->state, before);
}

TEST_F(SoloVoterTest, ACommandThatTheMachineDoesNotKnowStopsItThere) {
    ASSERT_TRUE(open());
    propose("a");
    propose("unknown");
    propose("b");
    run_ready();
    gate_->wait_for_arrivals(2);
    propose("c");
    run_until_answers(4);
    EXPECT_THAT(answers_, ElementsAre("a@2", "unknown: a newer command", "b: a newer command",
                                      "c: a newer command"));
    EXPECT_THAT(machine_.commands, ElementsAre("a"));
    EXPECT_EQ(machine_.published_commands, 1U);
    EXPECT_THAT(fatal_, ElementsAre("a newer command"));
    EXPECT_EQ(voter_->applied(), LogIndex{2});
    EXPECT_EQ(voter_->queued(), 0U);
    EXPECT_EQ(metrics_.queue_bytes.Value(), 0);
    propose("d");
    run_until_answers(5);
    EXPECT_EQ(answers_[4], "d: a newer command");
    voter_->close();
}

TEST_F(SoloVoterTest, AWriteUnderWayWhenTheMachineStopsIsNotApplied) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("unknown");
    run_ready();
    gate_->wait_for_arrivals(2);
    propose("a");
    run_ready();
    gate_->set_closed(false);
    run_until_answers(2);
    EXPECT_THAT(answers_, ElementsAre("unknown: a newer command", "a: a newer command"));
    EXPECT_TRUE(machine_.commands.empty());
    EXPECT_EQ(fatal_.size(), 1U);
}

TEST_F(SoloVoterTest, AFailedCompactionIsReportedAndEndsWrites) {
    config_.compact_tail = 0;
    config_.compact_step = 1;
    ASSERT_TRUE(open());
    propose("a");
    run_until_answers(1);
    gate_->compaction_failing = true;
    voter_->checkpointed(LogIndex{2});
    run_until([&] { return !fatal_.empty(); });
    EXPECT_THAT(fatal_, ElementsAre("an entry is damaged"));
    EXPECT_EQ(metrics_.compaction_failures.Value(), 1);
    propose("b");
    run_until_answers(2);
    EXPECT_EQ(answers_[1], "b: an entry is damaged");
}

TEST_F(SoloVoterTest, ReplaysWhatTheCheckpointDoesNotCover) {
    ASSERT_TRUE(open());
    for (const char* command : {"a", "b", "c"}) propose(command);
    run_until_answers(3);
    voter_.reset();
    machine_ = {};
    machine_.applied_ = LogIndex{2};  // "a" is in the checkpoint
    ASSERT_TRUE(open());
    EXPECT_THAT(machine_.commands, ElementsAre("b", "c"));
    EXPECT_EQ(machine_.applied(), LogIndex{5});
    EXPECT_EQ(machine_.published_commands, 2U);
}

TEST_F(SoloVoterTest, RefusesACheckpointThatDoesNotMeetTheLog) {
    ASSERT_TRUE(open());
    propose("a");
    run_until_answers(1);
    voter_.reset();
    machine_.applied_ = LogIndex{9};
    const auto ahead = open();
    ASSERT_FALSE(ahead);
    EXPECT_EQ(ahead.error().code, make_error_code(Errc::Corrupt));
    EXPECT_THAT(ahead.error().message(), HasSubstr("covers entry 9"));

    disk_->state.base = disk_->state.last;
    disk_->entries.clear();
    const auto behind = reopen_empty();
    ASSERT_FALSE(behind);
    EXPECT_THAT(behind.error().message(), HasSubstr("begins at entry 3"));
}

TEST_F(SoloVoterTest, RefusesACheckpointOfAnotherTerm) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(open());
    voter_.reset();
    machine_.applied_ = LogIndex{2};
    machine_.applied_term_ = Term{1};
    const auto other = open();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, make_error_code(Errc::Corrupt));
    EXPECT_THAT(other.error().message(), HasSubstr("entry 2 of the log has term 2"));
    machine_.applied_term_ = Term{2};
    EXPECT_TRUE(open());
}

TEST_F(SoloVoterTest, CompactsBehindACheckpointAndKeepsATail) {
    config_.compact_tail = 10;
    config_.compact_step = 5;
    ASSERT_TRUE(open());
    for (int i = 0; i < 30; ++i) propose(std::to_string(i));
    run_until_answers(30);
    voter_->checkpointed(LogIndex{14});  // 4 could go: not worth it
    run_ready();
    voter_->checkpointed(LogIndex{25});
    run_until([&] { return voter_->store().state().base.index == LogIndex{15}; });
    // A checkpoint can't cover more than was applied.
    voter_->checkpointed(LogIndex{1000});
    run_until([&] { return voter_->store().state().base.index == LogIndex{21}; });
    EXPECT_EQ(metrics_.log_entries.Value(), 16);
    propose("on");
    run_until_answers(31);
}

TEST_F(SoloVoterTest, ALogThatIsTooLargeKeepsNoTail) {
    config_.compact_tail = 1000;
    config_.log_bytes_max = 10000;
    ASSERT_TRUE(open());
    for (int i = 0; i < 20; ++i) propose(std::string(1000, 'x'));
    run_until_answers(20);
    voter_->checkpointed(LogIndex{15});
    run_until([&] { return voter_->store().state().base.index == LogIndex{15}; });
}

TEST_F(SoloVoterTest, ApplyingIsCutIntoTurns) {
    config_.apply_turn = std::chrono::milliseconds(1);
    ASSERT_TRUE(open());
    machine_.on_apply = [](const Entry&) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
        while (std::chrono::steady_clock::now() < end) continue;
    };
    const int before = machine_.publications;
    for (int i = 0; i < 200; ++i) propose(std::to_string(i));
    run_until_answers(200);
    EXPECT_GE(machine_.publications - before, 5);
    EXPECT_EQ(machine_.commands.size(), 200U);
    EXPECT_EQ(answers_.back(), "199@201");
}

TEST_F(SoloVoterTest, CloseWritesAndAnswersWhatWasProposed) {
    config_.lazy_wait = std::chrono::hours(1);
    ASSERT_TRUE(open());
    propose("a");
    run_ready();
    propose("b");
    propose("", {{"check/1", "output"}}, false);
    voter_->close();
    EXPECT_THAT(answers_, ElementsAre("a@2", "b@3", "@3"));
    EXPECT_EQ(disk_->side.size(), 1U);
    run_ready();  // what was posted before finds nothing to do
    propose("c");
    run_until_answers(4);
    EXPECT_THAT(answers_[3], HasSubstr("shutting down"));
}

TEST_F(SoloVoterTest, MayGoWithAWriteUnderWay) {
    ASSERT_TRUE(open());
    gate_->set_closed(true);
    propose("a");
    run_ready();
    gate_->wait_for_arrivals(2);
    std::thread opener([this] { gate_->set_closed(false); });
    voter_.reset();
    opener.join();
    run_ready();
    EXPECT_TRUE(answers_.empty());
}

TEST_F(SoloVoterTest, ProposalsFromWithinAnswersAreTaken) {
    ASSERT_TRUE(open());
    Proposal proposal;
    proposal.command = "a";
    proposal.done = [this](Result<LogIndex>) { propose("b"); };
    voter_->propose(std::move(proposal));
    run_until_answers(1);
    EXPECT_THAT(answers_, ElementsAre("b@3"));
}

TEST(SoloVoterConfig, NamesWhatIsWrong) {
    SoloVoterConfig config;
    EXPECT_FALSE(config.validate());
    config.node = NodeId{"solo"};
    EXPECT_TRUE(config.validate());
    config.queue_bytes_max = 10;
    EXPECT_FALSE(config.validate());
}

}  // namespace
}  // namespace weft::raft
