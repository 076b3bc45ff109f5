#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/key_marks.hpp"

namespace weft::agent {
namespace {

constexpr const char* kSession = "11111111-2222-3333-4444-55555555555a";

KvCommand kv(KvVerb verb, SharedText key, SharedText value = {}) {
    KvCommand command;
    command.operation.verb = verb;
    command.operation.key = std::move(key);
    command.operation.value = std::move(value);
    return command;
}

KvCommand locking(KvVerb verb, SharedText key, std::int64_t time) {
    KvCommand command = kv(verb, std::move(key));
    command.operation.session = kSession;
    command.time = UnixMillis(time);
    return command;
}

class KvTest : public ::testing::Test {
protected:
    ApplyOutcome apply(const Command& command) {
        auto outcome = catalog_.apply(Index(++index_), command);
        catalog_.check_invariants();
        return outcome;
    }
    // Without looking at everything after each.
    void apply_quickly(const Command& command) { catalog_.apply(Index(++index_), command); }

    void create_session(std::int64_t lock_delay_ns = 0) {
        RegisterCommand node;
        node.node.name = "n1";
        node.node.address = "10.0.0.1";
        apply(node);
        SessionCreateCommand creation;
        creation.session.id = kSession;
        creation.session.node = "n1";
        creation.session.lock_delay_ns = lock_delay_ns;
        EXPECT_FALSE(apply(creation).refusal);
    }

    std::uint64_t index_of(WatchKind kind, std::string name) {
        return catalog_.view().index_of({kind, std::move(name)}).get();
    }

    void expect_copy_is_equal() {
        Catalog copy;
        ASSERT_TRUE(copy.begin_import());
        Catalog::export_records(catalog_.view(), [&](const StoredRecord& record) {
            ASSERT_TRUE(copy.import_record(record));
        });
        ASSERT_TRUE(copy.finish_import(Index(index_), catalog_.view().digest()));
        copy.check_invariants();
    }

    Catalog catalog_;
    std::uint64_t index_ = 0;
};

TEST_F(KvTest, AChangeOfOneKeyAmongManyTellsOfThatKeyOnly) {
    for (int i = 0; i < 100'000; ++i)
        apply_quickly(kv(KvVerb::Set, fmt::format("k/{:05}", i), "x"));
    catalog_.take_changed_watches();
    apply(kv(KvVerb::Set, "k/77777", "y"));
    const auto changed = catalog_.take_changed_watches();
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_EQ(changed[0], (Watch{WatchKind::Key, "k/77777"}));
    EXPECT_EQ(index_of(WatchKind::Key, "k/77776"), 77'777U);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, "k/7777"), index_);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, "k/7778"), 77'790U);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, "l"), 1U);
}

TEST_F(KvTest, DeletedKeysBeyondTheLimitShareOneIndex) {
    const auto name = [](std::size_t i) { return fmt::format("k{:06}", i); };
    const std::size_t keys = kMaxKvTombstones + 10;
    for (std::size_t i = 0; i < keys; ++i) {
        apply_quickly(kv(KvVerb::Set, name(i), "x"));
        apply_quickly(kv(KvVerb::Delete, name(i)));
    }
    EXPECT_EQ(index_of(WatchKind::Key, name(keys - 1)), index_);  // remembered: its own
    EXPECT_EQ(index_of(WatchKind::Key, name(10)), 22U);
    EXPECT_EQ(index_of(WatchKind::Key, name(0)), 20U);  // forgotten: that of the last forgotten
    EXPECT_EQ(index_of(WatchKind::Key, "never"), 20U);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, name(11)), 24U);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, "never"), 20U);
    catalog_.check_invariants();
    expect_copy_is_equal();

    apply(kv(KvVerb::Set, name(0), "back"));
    EXPECT_EQ(index_of(WatchKind::Key, name(0)), index_);
}

TEST_F(KvTest, DeletionOfAGreatTreeIsTold) {
    const std::size_t keys = kMaxKvTombstones * 2;
    for (std::size_t i = 0; i < keys; ++i) apply_quickly(kv(KvVerb::Set, fmt::format("t/{}", i)));
    apply_quickly(kv(KvVerb::Set, "u"));
    catalog_.take_changed_watches();
    apply(kv(KvVerb::DeleteTree, "t/"));
    EXPECT_EQ(catalog_.take_changed_watches().size(), keys);
    for (const char* key : {"t/0", "t/1", "t/8191"}) {
        EXPECT_EQ(index_of(WatchKind::Key, key), index_);
    }
    EXPECT_EQ(index_of(WatchKind::Key, "u"), index_ - 1);
    EXPECT_EQ(catalog_.view().key_count(), 1U);
    expect_copy_is_equal();
}

TEST_F(KvTest, KeysAndValuesAreAnyBytes) {
    const std::string key("\0\x01\xff/\xc3", 5);
    const std::string value("\0\xff\0", 3);
    apply(kv(KvVerb::Set, key, value));
    apply(kv(KvVerb::Set, key + "\xff", value));
    ASSERT_NE(catalog_.view().key(key), nullptr);
    EXPECT_EQ(catalog_.view().key(key)->value.view(), value);
    EXPECT_EQ(catalog_.view().keys_below(std::string_view("\0", 1)).size(), 2U);
    EXPECT_EQ(catalog_.view().key_names({}, "\xff"),
              std::vector<std::string_view>{std::string_view(key).substr(0, 3)});
    expect_copy_is_equal();
    apply(kv(KvVerb::Delete, key));
    expect_copy_is_equal();
}

TEST_F(KvTest, TheEmptyStateHasIndexOne) {
    EXPECT_EQ(index_of(WatchKind::Key, "a"), 1U);
    EXPECT_EQ(index_of(WatchKind::KeyPrefix, ""), 1U);
    EXPECT_EQ(index_of(WatchKind::Sessions, ""), 1U);
    EXPECT_EQ(index_of(WatchKind::Session, kSession), 1U);
    EXPECT_EQ(index_of(WatchKind::NodeSessions, "n1"), 1U);
}

TEST_F(KvTest, AClockThatGoesBackShortensNoDelay) {
    create_session(2'000'000'000);
    EXPECT_TRUE(apply(locking(KvVerb::Lock, "l", 1'000'000)).held);
    SessionDestroyCommand end;
    end.id = kSession;
    end.time = UnixMillis(900'000);  // another leader, whose clock is behind
    EXPECT_TRUE(apply(end).held);
    create_session();
    EXPECT_FALSE(apply(locking(KvVerb::Lock, "l", 1'001'999)).held);
    EXPECT_TRUE(apply(locking(KvVerb::Lock, "l", 1'002'000)).held);
    EXPECT_EQ(catalog_.view().key("l")->lock_index, 2U);
}

TEST_F(KvTest, TimesOutOfAllReasonDoNoHarm) {
    create_session(9'000'000'000'000'000'000);
    EXPECT_TRUE(apply(locking(KvVerb::Lock, "l", INT64_MAX)).held);
    SessionDestroyCommand end;
    end.id = kSession;
    end.time = UnixMillis(INT64_MIN);
    EXPECT_TRUE(apply(end).changed);
    expect_copy_is_equal();
    create_session();
    EXPECT_FALSE(apply(locking(KvVerb::Lock, "l", INT64_MAX)).held);
}

TEST_F(KvTest, SessionIdsAreEqualInEitherCase) {
    create_session();
    KvCommand lock = locking(KvVerb::Lock, "l", 0);
    lock.operation.session = "11111111-2222-3333-4444-55555555555A";
    EXPECT_TRUE(apply(lock).held);
    EXPECT_EQ(catalog_.view().key("l")->session, kSession);
    EXPECT_NE(catalog_.view().session("11111111-2222-3333-4444-55555555555A"), nullptr);
    lock.operation.verb = KvVerb::Unlock;
    EXPECT_TRUE(apply(lock).held);
}

TEST_F(KvTest, ImportRefusesWhatRefersToNothing) {
    create_session(1'000'000'000);
    apply(locking(KvVerb::Lock, "l", 100));
    apply(kv(KvVerb::Set, "gone"));
    apply(kv(KvVerb::Delete, "gone"));
    std::vector<StoredRecord> records;
    Catalog::export_records(catalog_.view(),
                            [&](const StoredRecord& record) { records.push_back(record); });
    ASSERT_EQ(records.size(), 5U);  // node, session, key, deleted key, globals
    Catalog copy;
    ASSERT_TRUE(copy.begin_import());
    EXPECT_FALSE(copy.import_record(records[1]));  // a session before its node
    ASSERT_TRUE(copy.import_record(records[0]));
    EXPECT_FALSE(copy.import_record(records[2]));  // a lock before its session
    ASSERT_TRUE(copy.import_record(records[1]));
    EXPECT_FALSE(copy.import_record(records[1]));
    ASSERT_TRUE(copy.import_record(records[2]));
    EXPECT_FALSE(copy.import_record(records[2]));
    EXPECT_FALSE(copy.import_record({records[2].key + "x", records[2].value}));
    EXPECT_FALSE(copy.import_record(
        {record_key(TableTag::KvTombstones, {}, "l"), records[3].value}));  // deleted, but there
    EXPECT_FALSE(
        copy.import_record({record_key(TableTag::KvTombstones, "l", "m"), records[3].value}));
}

TEST(CommandTime, IsOfCommandsThatNeedOne) {
    Command command = KvCommand();
    set_time(command, UnixMillis(7));
    EXPECT_EQ(time_of(command), UnixMillis(7));
    command = SessionCreateCommand();
    set_time(command, UnixMillis(7));
    EXPECT_EQ(time_of(command), UnixMillis());
}

}  // namespace
}  // namespace weft::agent
