#include <gmock/gmock.h>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/row_digest.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;

class RestoreTest : public ::testing::Test {
protected:
    static KvCommand set(const std::string& key, const std::string& value) {
        KvCommand command;
        command.operation.key = SharedText(key);
        command.operation.value = SharedText(value);
        return command;
    }
    std::uint64_t put(const std::string& key, const std::string& value) {
        catalog_.apply(Index{++logged_}, set(key, value));
        return catalog_.view().applied_index().get();
    }
    ApplyOutcome apply(const Command& command) { return catalog_.apply(Index{++logged_}, command); }

    // The records of another catalog whose last index is that.
    static RestoreCommand snapshot_at(std::uint64_t index) {
        Catalog other;
        other.apply(Index{index - 1}, set("a", "old"));
        other.apply(Index{index}, set("b", "old"));
        RestoreCommand command;
        command.id = "r1";
        command.time = UnixMillis{5000};
        Digest digest;
        Catalog::export_records(other.view(), [&](const StoredRecord& record) {
            digest += row_digest(record.key, record.value);
            command.records.push_back(record);
        });
        command.end = RestoreEnd{Index{index}, digest};
        return command;
    }
    static constexpr const char* kSession = "00000000-0000-0000-0000-000000000001";
    static KvCommand lock_of_k(UnixMillis time) {
        KvCommand lock = set("k", "v");
        lock.operation.verb = KvVerb::Lock;
        lock.operation.session = kSession;
        lock.time = time;
        return lock;
    }
    // Of a key whose holder's session ended then, with a delay of 15 s.
    static RestoreCommand snapshot_of_a_lock_delay(UnixMillis time) {
        Catalog other;
        RegisterCommand registration;
        registration.node.name = "n";
        registration.node.address = "10.0.0.1";
        other.apply(Index{1}, registration);
        SessionCreateCommand creation;
        creation.session.id = kSession;
        creation.session.node = "n";
        creation.session.lock_delay_ns = 15'000'000'000;
        other.apply(Index{2}, creation);
        EXPECT_TRUE(other.apply(Index{3}, lock_of_k(time)).held);
        other.apply(Index{4}, SessionDestroyCommand{kSession, time});
        RestoreCommand command;
        command.id = "r1";
        Digest digest;
        Catalog::export_records(other.view(), [&](const StoredRecord& record) {
            digest += row_digest(record.key, record.value);
            command.records.push_back(record);
        });
        command.end = RestoreEnd{Index{4}, digest};
        return command;
    }
    // Its first record alone, and the rest with the end.
    static std::pair<RestoreCommand, RestoreCommand> in_two(const RestoreCommand& whole) {
        RestoreCommand first = whole;
        RestoreCommand second = whole;
        first.records.resize(1);
        first.end.reset();
        second.first = 1;
        second.records.erase(second.records.begin());
        return {first, second};
    }

    Index index_of_key(const std::string& key) const {
        return catalog_.view().index_of({WatchKind::Key, key});
    }

    Catalog catalog_;
    std::uint64_t logged_ = 0;
};

TEST_F(RestoreTest, ReplacesTheStateWhenTheLastPieceHasCome) {
    put("a", "1");
    put("c", "1");
    const auto [first, second] = in_two(snapshot_at(2));
    EXPECT_FALSE(apply(first).refusal);
    EXPECT_TRUE(catalog_.is_restoring());
    EXPECT_EQ(catalog_.view().key("a")->value, "1");
    put("d", "meanwhile");
    EXPECT_EQ(catalog_.restores(), 0U);

    const ApplyOutcome outcome = apply(second);
    EXPECT_FALSE(outcome.refusal);
    EXPECT_TRUE(outcome.changed);
    EXPECT_FALSE(catalog_.is_restoring());
    EXPECT_EQ(catalog_.restores(), 1U);
    EXPECT_EQ(catalog_.view().key("a")->value, "old");
    EXPECT_EQ(catalog_.view().key_count(), 2U);
    EXPECT_EQ(catalog_.view().applied_index(), Index{5});
    EXPECT_TRUE(catalog_.take_changed_records().empty()) << "everything changed";
    catalog_.check_invariants();
}

// A client that waits, or comes back, with an index from before must see that its result changed.
TEST_F(RestoreTest, EveryResultHasAnIndexAboveAllBefore) {
    for (int i = 0; i < 10; ++i) put("c", std::to_string(i));
    EXPECT_FALSE(apply(snapshot_at(5)).refusal);
    const Index restored{11};
    EXPECT_EQ(catalog_.view().applied_index(), restored);
    EXPECT_EQ(index_of_key("a"), restored);
    EXPECT_EQ(index_of_key("c"), restored) << "gone";
    EXPECT_EQ(catalog_.view().index_of({WatchKind::Nodes, {}}), restored);
    EXPECT_EQ(catalog_.view().index_of({WatchKind::Service, "none"}), restored);
    EXPECT_EQ(catalog_.view().key("a")->modify_index, Index{4}) << "rows keep theirs";
    EXPECT_EQ(catalog_.view().lead(), 0U);
    EXPECT_EQ(put("a", "new"), 12U);
    EXPECT_EQ(index_of_key("a"), Index{12});
    EXPECT_EQ(index_of_key("b"), restored);
}

// A fresh agent takes over what an old one saved: indexes go on from there.
TEST_F(RestoreTest, IndexesGoAheadOfTheLogOfAFreshAgent) {
    put("x", "1");
    EXPECT_FALSE(apply(snapshot_at(1000)).refusal);
    EXPECT_EQ(catalog_.view().applied_index(), Index{1001});
    EXPECT_EQ(catalog_.view().lead(), 999U);
    EXPECT_EQ(catalog_.view().key("b")->modify_index, Index{1000});
    EXPECT_EQ(put("b", "new"), 1002U);
    EXPECT_EQ(catalog_.view().key("b")->modify_index, Index{1002});

    KvCommand unchanged = set("a", "newer");
    unchanged.operation.verb = KvVerb::Cas;
    unchanged.operation.index = Index{999};
    EXPECT_TRUE(apply(unchanged).held) << "an index that the old agent gave out still counts";

    // A checkpoint is of the log's index.
    std::vector<StoredRecord> records;
    Catalog::export_records(catalog_.view(),
                            [&](const StoredRecord& record) { records.push_back(record); });
    Catalog loaded;
    ASSERT_TRUE(loaded.begin_import());
    for (const StoredRecord& record : records) ASSERT_TRUE(loaded.import_record(record));
    ASSERT_TRUE(loaded.finish_import(Index{logged_}, catalog_.view().digest()));
    EXPECT_EQ(loaded.view().applied_index(), catalog_.view().applied_index());
    loaded.apply(Index{++logged_}, set("c", "1"));
    EXPECT_EQ(loaded.view().key("c")->modify_index, Index{1004});

    // An older snapshot does not take them back.
    EXPECT_FALSE(catalog_.apply(Index{logged_}, snapshot_at(7)).refusal);
    EXPECT_EQ(catalog_.view().applied_index(), Index{1004});
    catalog_.check_invariants();
}

TEST_F(RestoreTest, PiecesMustFollowEachOther) {
    put("a", "1");
    const auto [first, second] = in_two(snapshot_at(2));
    const Digest before = catalog_.view().digest();
    EXPECT_EQ(apply(second).refusal->code, make_error_code(Errc::NotFound));
    EXPECT_FALSE(apply(first).refusal);
    RestoreCommand gap = second;
    gap.first = 2;
    EXPECT_EQ(apply(gap).refusal->code, make_error_code(Errc::Corrupt));
    EXPECT_FALSE(catalog_.is_restoring());
    EXPECT_TRUE(apply(second).refusal);

    EXPECT_FALSE(apply(first).refusal);
    catalog_.abandon_restore();
    EXPECT_TRUE(apply(second).refusal) << "of a leader that is gone";
    EXPECT_EQ(catalog_.view().digest(), before);
}

TEST_F(RestoreTest, TheLastOneToBeginGoesOn) {
    const auto [first, second] = in_two(snapshot_at(2));
    RestoreCommand other = first;
    other.id = "r2";
    EXPECT_FALSE(apply(first).refusal);
    EXPECT_FALSE(apply(other).refusal);
    EXPECT_THAT(apply(second).refusal->message(), HasSubstr("another restore"));
    RestoreCommand rest = second;
    rest.id = "r2";
    EXPECT_FALSE(apply(rest).refusal);
    EXPECT_EQ(catalog_.view().key("a")->value, "old");
}

TEST_F(RestoreTest, WhatIsNotRightIsRefusedWhole) {
    put("a", "1");
    const Digest before = catalog_.view().digest();
    const auto refuse = [&](const std::function<void(RestoreCommand&)>& spoil) {
        RestoreCommand command = snapshot_at(9);
        spoil(command);
        const ApplyOutcome outcome = apply(command);
        EXPECT_EQ(catalog_.view().digest(), before);
        EXPECT_FALSE(catalog_.is_restoring());
        return outcome.refusal ? outcome.refusal->message() : "";
    };
    EXPECT_THAT(refuse([](auto& c) { c.records[0].value = "no row"; }), HasSubstr("malformed"));
    EXPECT_THAT(refuse([](auto& c) { c.records.pop_back(); }), HasSubstr("not those"));
    EXPECT_THAT(refuse([](auto& c) { c.end->index = Index{8}; }), HasSubstr("a row of index 9"));
    EXPECT_THAT(refuse([](auto& c) { c.end->index = Index{kIndexMax.get() + 1}; }),
                HasSubstr("none is so great"));
    EXPECT_THAT(refuse([](auto& c) { c.records.push_back(c.records[0]); }), HasSubstr("twice"));
}

TEST_F(RestoreTest, LockDelaysThatAreOverAreNotRestored) {
    RestoreCommand command = snapshot_of_a_lock_delay(UnixMillis{50'000});
    command.time = UnixMillis{70'000};
    const ApplyOutcome outcome = apply(command);
    ASSERT_FALSE(outcome.refusal) << outcome.refusal->message();
    catalog_.check_invariants();
    Catalog::export_records(catalog_.view(), [](const StoredRecord& record) {
        EXPECT_NE(static_cast<TableTag>(record.key[0]), TableTag::LockDelays);
    });
}

// One of an agent whose clock was a day ahead: time would stand still here for a day.
TEST_F(RestoreTest, TimeIsThatOfTheLog) {
    RestoreCommand command = snapshot_of_a_lock_delay(UnixMillis{86'400'000});
    command.time = UnixMillis{70'000};
    const ApplyOutcome outcome = apply(command);
    ASSERT_FALSE(outcome.refusal) << outcome.refusal->message();
    catalog_.check_invariants();
    EXPECT_EQ(catalog_.view().time(), UnixMillis{70'000});
    SessionCreateCommand creation;
    creation.session.id = kSession;
    creation.session.node = "n";
    ASSERT_FALSE(apply(creation).refusal);
    KvCommand lock = lock_of_k(UnixMillis{84'999});
    EXPECT_FALSE(apply(lock).held) << "15 s were left";
    lock.time = UnixMillis{85'000};
    EXPECT_TRUE(apply(lock).held);
}

TEST_F(RestoreTest, PiecesSurviveTheLog) {
    const auto [first, second] = in_two(snapshot_at(7));
    for (const RestoreCommand& piece : {first, second}) {
        const std::string bytes = encode(piece);
        const auto command = decode_command(std::as_bytes(std::span(bytes)));
        ASSERT_TRUE(command) << command.error().message();
        EXPECT_FALSE(apply(command.value()).refusal);
    }
    EXPECT_EQ(catalog_.view().key("b")->value, "old");
    RestoreCommand unknown = first;
    unknown.records[0].key[0] = '\x99';
    const std::string bytes = encode(unknown);
    EXPECT_EQ(decode_command(std::as_bytes(std::span(bytes))).error().code,
              make_error_code(Errc::Unsupported));
}

}  // namespace
}  // namespace weft::agent
