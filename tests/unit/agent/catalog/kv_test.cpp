#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/key_marks.hpp"
#include "agent/catalog/transaction.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

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

TEST_F(KvTest, DeletedKeysThatAreLongAreForgottenEarlier) {
    const std::size_t bytes = kMaxMarkedKeyBytes / 4;
    const auto name = [&](char c) { return std::string(bytes, c); };
    for (const char c : {'a', 'b', 'c', 'd', 'e'}) {
        apply_quickly(kv(KvVerb::Set, name(c), "x"));
        apply_quickly(kv(KvVerb::Delete, name(c)));
    }
    EXPECT_EQ(index_of(WatchKind::Key, name('e')), index_);
    EXPECT_EQ(index_of(WatchKind::Key, name('b')), 4U);
    EXPECT_EQ(index_of(WatchKind::Key, "never"), 2U) << "that of the only one forgotten";
    catalog_.check_invariants();
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

TransactionOperation operation(KvVerb verb, SharedText key, SharedText value = {}) {
    TransactionOperation whole;
    whole.kv = kv(verb, std::move(key), std::move(value)).operation;
    return whole;
}

TEST_F(KvTest, AFailedTransactionLeavesNoTrace) {
    create_session();
    apply(locking(KvVerb::Lock, "held", 5));
    for (std::size_t i = 0; i < kMaxKvTombstones + 5; ++i) {
        apply_quickly(kv(KvVerb::Set, fmt::format("gone/{}", i)));
        apply_quickly(kv(KvVerb::Delete, fmt::format("gone/{}", i)));
    }
    catalog_.take_changed_watches();
    catalog_.take_changed_records();
    const View before = catalog_.view();

    TransactionCommand command;
    command.time = UnixMillis(77'000);
    command.operations = {operation(KvVerb::Set, "new", "x"), operation(KvVerb::Delete, "held"),
                          operation(KvVerb::Set, "gone/0", "back")};
    NodeOperation& removal = command.operations.emplace_back().node.emplace();
    removal.verb = RowVerb::Delete;
    removal.node.name = "n1";
    command.operations.push_back(operation(KvVerb::Get, "missing"));
    const ApplyOutcome failed = apply(command);
    EXPECT_FALSE(failed.held || failed.changed || failed.refusal);
    ASSERT_TRUE(failed.transaction);
    ASSERT_EQ(failed.transaction->errors.size(), 1U);
    EXPECT_EQ(failed.transaction->errors[0],
              (TransactionError{4, "key \"missing\" doesn't exist"}));
    EXPECT_TRUE(failed.transaction->results.empty());
    EXPECT_EQ(catalog_.view().digest(), before.digest());
    EXPECT_TRUE(catalog_.take_changed_watches().empty());
    EXPECT_TRUE(catalog_.take_changed_records().empty());
    EXPECT_EQ(catalog_.view().applied_index(), Index(index_));
    for (const Watch& watch : {Watch{WatchKind::Key, "new"}, Watch{WatchKind::Key, "gone/0"},
                               Watch{WatchKind::KeyPrefix, ""}, Watch{WatchKind::Sessions, ""}}) {
        EXPECT_EQ(catalog_.view().index_of(watch), before.index_of(watch)) << render(watch);
    }

    command.operations.pop_back();
    const ApplyOutcome done = apply(command);
    EXPECT_TRUE(done.held && done.changed);
    EXPECT_EQ(catalog_.view().node_count(), 0U);
    EXPECT_EQ(catalog_.view().session_count(), 0U);
    EXPECT_EQ(done.transaction->results.size(), 2U);
    EXPECT_EQ(catalog_.take_changed_watches().front().kind, WatchKind::Nodes);
    expect_copy_is_equal();
}

TEST_F(KvTest, AReadingTransactionNeedsNoLog) {
    apply(kv(KvVerb::Set, "a", "x"));
    TransactionCommand command;
    command.operations = {operation(KvVerb::Get, "a"),
                          operation(KvVerb::GetTree, "a"),
                          operation(KvVerb::CheckNotExists, "b"),
                          {}};
    ASSERT_TRUE(is_read_only(command));
    const TransactionOutcome outcome = read_transaction(catalog_.view(), command);
    EXPECT_TRUE(outcome.errors.empty());
    ASSERT_EQ(outcome.results.size(), 2U);
    EXPECT_EQ(render(outcome.results[1]), "key a=x [1,1]");

    command.operations.push_back(operation(KvVerb::Unknown, "a"));
    command.operations.back().unknown_verb = "get-or-\"empty\"";
    ASSERT_TRUE(is_read_only(command));
    const TransactionOutcome failed = read_transaction(catalog_.view(), command);
    ASSERT_EQ(failed.errors.size(), 1U);
    EXPECT_EQ(failed.errors[0], (TransactionError{4, R"(unknown KV verb "get-or-\"empty\"")"}));

    command.operations.push_back(operation(KvVerb::Delete, "a"));
    EXPECT_FALSE(is_read_only(command));
}

// Of rows, unlike keys, an unknown verb makes it a write, as in Consul.
TEST_F(KvTest, AnUnknownVerbOfARowIsNoReading) {
    TransactionCommand command;
    command.operations.emplace_back().service = ServiceOperation{RowVerb::Unknown, {}};
    command.operations.back().service->service.id = "s1";
    EXPECT_FALSE(is_read_only(command));
    EXPECT_EQ(apply(command).transaction->errors,
              (std::vector<TransactionError>{{0, "Must provide service name with ID"}}));
    command.operations.back().service->service.name = "web";
    command.operations.back().unknown_verb = "x";
    EXPECT_EQ(apply(command).transaction->errors,
              (std::vector<TransactionError>{{0, R"(unknown Service verb "x")"}}));
}

TEST_F(KvTest, TooManyResultsAreAnError) {
    for (int i = 0; i < 3'000; ++i) apply_quickly(kv(KvVerb::Set, fmt::format("k/{}", i)));
    TransactionCommand command;
    command.operations.assign(64, operation(KvVerb::GetTree, "k"));
    const TransactionOutcome outcome = read_transaction(catalog_.view(), command);
    ASSERT_FALSE(outcome.errors.empty());
    EXPECT_EQ(outcome.errors[0].what, "the transaction would return more than 131072 rows");
    EXPECT_TRUE(outcome.results.empty());
}

TEST_F(KvTest, TooManyBytesAreAnErrorAndUndoTheRest) {
    apply_quickly(kv(KvVerb::Set, "k", SharedText(std::string((std::size_t{2} << 20) - 1, 'x'))));
    TransactionCommand command;
    command.operations.assign(32, operation(KvVerb::Get, "k"));
    EXPECT_EQ(read_transaction(catalog_.view(), command).results.size(), 32U);
    command.operations.push_back(operation(KvVerb::Delete, "k"));
    command.operations.insert(command.operations.begin(), operation(KvVerb::GetTree, "k"));
    const ApplyOutcome outcome = apply(command);
    ASSERT_TRUE(outcome.transaction);
    EXPECT_EQ(
        outcome.transaction->errors,
        (std::vector<TransactionError>{
            {32, "the transaction would return more than 67108864 bytes of keys and values"}}));
    EXPECT_TRUE(outcome.transaction->results.empty());
    EXPECT_NE(catalog_.view().key("k"), nullptr);
}

TEST_F(KvTest, KeysOfATransactionCountAsTheirValues) {
    apply_quickly(kv(KvVerb::Set, std::string(std::size_t{2} << 20, 'k')));
    TransactionCommand command;
    command.operations.assign(33, operation(KvVerb::GetTree, "k"));
    EXPECT_EQ(read_transaction(catalog_.view(), command).errors.size(), 1U);
    command.operations.pop_back();
    EXPECT_EQ(read_transaction(catalog_.view(), command).results.size(), 32U);
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

// As go-memdb words it.
TEST(SessionId, FaultsAreNamedAsConsulDoes) {
    const auto fault = [](std::string_view id) {
        const auto error = check_session_id(id);
        const std::string text = error ? error->message() : "";
        return text.substr(std::min<std::size_t>(text.size(), 36));
    };
    EXPECT_EQ(fault("11111111-2222-3333-4444-55555555555A"), "");
    EXPECT_EQ(fault("1111-11112222-3333-4444-555555555555"), "");
    EXPECT_EQ(fault("11111111-2222-3333-4444-55555555555"), "UUID must be 36 characters");
    EXPECT_EQ(fault("11111111-2222-3333-4444-5555-5555555"),
              R"(UUID should have maximum of 4 "-"; got 5)");
    EXPECT_EQ(fault("111111111-2222-3333-4444555555555555"),
              "Input (without hyphens) must be even length");
    EXPECT_EQ(fault("11111111-2222-3333-4444-55555555555g"),
              "Invalid UUID: encoding/hex: invalid byte: U+0067 'g'");
    EXPECT_EQ(fault("11111111-2222-3333-4444-5555555555\xc3\xbc"),
              "Invalid UUID: encoding/hex: invalid byte: U+00C3 '\xc3\x83'");
    EXPECT_EQ(fault("11111111-2222-3333-4444-5555555555\xa0\x01"),
              "Invalid UUID: encoding/hex: invalid byte: U+00A0");
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
