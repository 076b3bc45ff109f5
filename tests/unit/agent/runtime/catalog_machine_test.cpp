#include "agent/runtime/catalog_machine.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace weft::agent {
namespace {

using ::testing::HasSubstr;

class CatalogMachineTest : public ::testing::Test {
protected:
    raft::Entry entry(std::string data, raft::EntryType type = raft::EntryType::Command) {
        return {raft::LogIndex{++index_}, raft::Term{4}, type, std::move(data), {}};
    }
    static std::string registration(const std::string& node) {
        RegisterCommand command;
        command.node.name = node;
        command.node.address = "10.0.0.1";
        return encode(command);
    }
    // As a version to come would write it.
    static std::string of_another_kind(std::string command) {
        const std::string_view kind = "register";
        const auto at = std::search(command.begin(), command.end(), kind.begin(), kind.end());
        EXPECT_NE(at, command.end());
        if (at != command.end()) *at = 'x';
        return command;
    }

    std::uint64_t index_ = 0;
    CatalogMachine machine_{true};
};

TEST_F(CatalogMachineTest, StopsBeforeACommandThatItDoesNotKnow) {
    const std::vector<raft::Entry> entries = {
        entry({}, raft::EntryType::Noop), entry(registration("a")),
        entry(of_another_kind(registration("b"))), entry(registration("c"))};
    const auto applied = machine_.apply(entries);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::Unsupported);
    EXPECT_THAT(applied.error().message(), HasSubstr("log entry 3"));
    EXPECT_THAT(applied.error().message(), HasSubstr("newer version"));
    machine_.published();
    EXPECT_EQ(machine_.applied(), raft::LogIndex{2});
    EXPECT_EQ(machine_.view().applied_index(), Index{2});
    EXPECT_EQ(machine_.view().node("c"), nullptr);
    // A checkpoint leaves the rest to the log.
    EXPECT_EQ(machine_.take_round().checkpoint.applied, Index{2});
}

TEST_F(CatalogMachineTest, GoesOnBehindARefusedCommand) {
    const std::vector<raft::Entry> entries = {entry("no command"), entry(registration("a"))};
    ASSERT_TRUE(machine_.apply(entries));
    machine_.published();
    EXPECT_EQ(machine_.applied(), raft::LogIndex{2});
    EXPECT_NE(machine_.view().node("a"), nullptr);
    const auto outcome = machine_.take_outcome(raft::LogIndex{1});
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->code, Errc::Corrupt);
    EXPECT_FALSE(machine_.take_outcome(raft::LogIndex{1}).refusal) << "tells once";
    EXPECT_FALSE(machine_.take_outcome(raft::LogIndex{2}).refusal);
}

TEST_F(CatalogMachineTest, PublishesWhatTheRingSaysOfItsNodes) {
    RegisterCommand command;
    command.node.name = "a";
    command.node.address = "10.0.0.1";
    command.service.emplace();
    command.service->name = "web";
    ASSERT_TRUE(machine_.apply(std::vector{entry(encode(command))}));
    machine_.published();
    std::vector<Watch> told;
    machine_.on_publish([&](const auto& watches) { told = *watches; });

    const View before = machine_.view();
    const Watch web{WatchKind::ServiceHealth, "web"};
    machine_.hold({{"a", Liveness::Absent}});
    EXPECT_EQ(told, (std::vector{web, Watch{WatchKind::Gateways, {}}}));
    EXPECT_EQ(machine_.view().liveness("a"), Liveness::Absent);
    EXPECT_GT(machine_.view().index_of(web), before.index_of(web));
    EXPECT_EQ(before.liveness("a"), Liveness::Present) << "what is held does not change";

    told.clear();
    machine_.hold({{"a", Liveness::Absent}});
    EXPECT_TRUE(told.empty());
    ASSERT_TRUE(machine_.apply(std::vector{entry(registration("b"))}));
    machine_.published();
    EXPECT_EQ(machine_.view().liveness("a"), Liveness::Absent) << "a new state keeps it";
    machine_.hold({});
    EXPECT_EQ(machine_.view().liveness("a"), Liveness::Present);
}

TEST_F(CatalogMachineTest, ARestoreReplacesAllAndIsOneRound) {
    ASSERT_TRUE(machine_.apply(std::vector{entry(registration("a"))}));
    machine_.published();
    (void)machine_.take_round();
    RestoreCommand piece;
    piece.id = "r";
    ASSERT_TRUE(machine_.apply(std::vector{entry(encode(piece))}));
    EXPECT_TRUE(machine_.holds_rounds());

    bool all_changed = false;
    std::optional<View> before;
    machine_.on_publish([&](const auto& watches) { all_changed = !watches; });
    machine_.on_restore([&](View view) { before = std::move(view); });
    piece.end = RestoreEnd{Index{100}, {}};
    ASSERT_TRUE(machine_.apply(std::vector{entry(encode(piece))}));
    machine_.published();
    EXPECT_TRUE(all_changed);
    ASSERT_TRUE(before);
    EXPECT_NE(before->node("a"), nullptr);
    EXPECT_EQ(machine_.view().node("a"), nullptr);
    EXPECT_FALSE(machine_.holds_rounds());
    EXPECT_EQ(machine_.index_of(machine_.applied()), Index{101});

    const CheckpointRound round = machine_.take_round();
    ASSERT_TRUE(round.whole);
    EXPECT_EQ(round.checkpoint.applied, Index{3}) << "of the log";
    EXPECT_FALSE(machine_.take_round().whole);
}

TEST_F(CatalogMachineTest, ANewTermEndsARestore) {
    RestoreCommand piece;
    piece.id = "r";
    ASSERT_TRUE(
        machine_.apply(std::vector{entry(encode(piece)), entry({}, raft::EntryType::Noop)}));
    EXPECT_FALSE(machine_.holds_rounds());
    piece.end = RestoreEnd{Index{100}, {}};
    piece.first = 0;
    piece.id = "s";
    ASSERT_TRUE(machine_.apply(std::vector{entry(encode(piece))}));
    EXPECT_FALSE(machine_.take_outcome(raft::LogIndex{3}).refusal) << "another begins";
}

}  // namespace
}  // namespace weft::agent
