// The contract of LogStore, run on every implementation, before and after reopening.
#include <gtest/gtest.h>

#include <functional>

#include "raft/storage/entry_sizes.hpp"
#include "raft/storage/errc.hpp"
#include "raft/storage/mem_log_store.hpp"
#include "raft/storage/rocks_log_store.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/raft/storage/log_fixture.hpp"

namespace weft::raft {
namespace {

using testing::append;
using testing::EntryMaker;
using testing::kNode;

struct Disk {
    virtual ~Disk() = default;
    virtual Result<std::unique_ptr<LogStore>> open(const NodeId& identity) = 0;
};

struct MemDisk final : Disk {
    Result<std::unique_ptr<LogStore>> open(const NodeId& identity) override {
        WEFT_TRY(std::unique_ptr<LogStore> store, MemLogStore::open(disk, identity));
        return store;
    }
    std::shared_ptr<MemLogDisk> disk = std::make_shared<MemLogDisk>();
};

struct RocksDisk final : Disk {
    Result<std::unique_ptr<LogStore>> open(const NodeId& identity) override {
        RocksLogStoreConfig config;
        config.folder = folder / "data/raft";
        WEFT_TRY(std::unique_ptr<LogStore> store, RocksLogStore::open(config, identity));
        return store;
    }
    weft::testing::TemporaryFolder folder;
};

class LogStoreConformance : public ::testing::TestWithParam<const char*> {
protected:
    LogStoreConformance() {
        if (GetParam() == std::string("mem"))
            disk_ = std::make_unique<MemDisk>();
        else
            disk_ = std::make_unique<RocksDisk>();
        reopen();
    }

    void reopen() {
        store_.reset();
        auto opened = disk_->open(kNode);
        ASSERT_TRUE(opened) << opened.error().message();
        store_ = std::move(opened).value();
    }

    // Runs the checks on the open store and again after reopening it.
    void now_and_reopened(const std::function<void()>& check) {
        check();
        reopen();
        check();
    }

    void write(const AppendTask& task) {
        const auto written = store_->write(task);
        ASSERT_TRUE(written) << written.error().message();
    }

    bool refused(const AppendTask& task) {
        const LogState before = store_->state();
        const auto written = store_->write(task);
        return !written && written.error().code == make_error_code(Errc::InvalidArgument) &&
               store_->state() == before;
    }

    std::vector<std::string> side(std::string_view prefix) {
        std::vector<std::string> found;
        EXPECT_TRUE(store_->for_each_side_record(prefix, [&](auto key, auto value) {
            found.push_back(std::string(key) + "=" + std::string(value));
        }));
        return found;
    }

    std::unique_ptr<Disk> disk_;
    std::unique_ptr<LogStore> store_;
    EntryMaker maker_;
};

TEST_P(LogStoreConformance, IsEmptyAtFirst) {
    now_and_reopened([&] {
        EXPECT_EQ(store_->state(), LogState{});
        EXPECT_EQ(store_->state().first(), LogIndex{1});
        EXPECT_EQ(store_->term(LogIndex{0}).value(), Term{0});
        EXPECT_EQ(store_->chain(LogIndex{0}).value(), Chain{});
        EXPECT_EQ(store_->term(LogIndex{1}).error().code, make_error_code(LogErrc::Absent));
        EXPECT_TRUE(store_->entries(LogIndex{1}, LogIndex{1}, 100).value().empty());
    });
}

TEST_P(LogStoreConformance, KeepsWhatWasWritten) {
    AppendTask task = append(maker_.make_many(2, 3));
    task.hard_state = HardState{Term{2}, NodeId{"b"}};
    task.side = {{"local/web", "1"}, {"local/db", "2"}};
    write(task);
    now_and_reopened([&] {
        const LogState state = store_->state();
        EXPECT_EQ(state.last.index, LogIndex{3});
        EXPECT_EQ(state.last.term, Term{2});
        EXPECT_EQ(state.last.chain, task.entries.back().chain);
        EXPECT_EQ(state.hard_state, *task.hard_state);
        EXPECT_EQ(store_->entries(LogIndex{1}, LogIndex{4}, 1000).value(), task.entries);
        EXPECT_EQ(store_->chain(LogIndex{2}).value(), task.entries[1].chain);
        EXPECT_EQ(side("local/"), (std::vector<std::string>{"local/db=2", "local/web=1"}));
    });
}

TEST_P(LogStoreConformance, KeepsAnyBytes) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    AppendTask task = append({maker_.make(1, bytes), maker_.make(1, "")});
    task.side = {{std::string("a\0b", 3), bytes}, {"empty", ""}};
    write(task);
    now_and_reopened([&] {
        EXPECT_EQ(store_->entries(LogIndex{1}, LogIndex{3}, 1000).value(), task.entries);
        EXPECT_EQ(side(std::string_view("a\0", 2)).size(), 1U);
        EXPECT_EQ(side("empty"), (std::vector<std::string>{"empty="}));
    });
}

TEST_P(LogStoreConformance, EntriesAreBoundedByBytesButAtLeastOne) {
    write(append(maker_.make_many(1, 5, 100)));
    EXPECT_EQ(store_->entries(LogIndex{1}, LogIndex{6}, 250).value().size(), 2U);
    EXPECT_EQ(store_->entries(LogIndex{2}, LogIndex{6}, 0).value().size(), 1U);
    EXPECT_EQ(store_->entries(LogIndex{3}, LogIndex{7}, 1000).error().code,
              make_error_code(LogErrc::Absent));
}

TEST_P(LogStoreConformance, TruncationReplacesTheSuffix) {
    const std::vector<Entry> old = maker_.make_many(1, 6);
    write(append(old));
    EntryMaker fork({old[2].index, old[2].term, old[2].chain});
    AppendTask task = append(fork.make_many(2, 1));
    task.truncate_from = LogIndex{4};
    task.hard_state = HardState{Term{2}, NodeId{}};
    write(task);
    now_and_reopened([&] {
        EXPECT_EQ(store_->state().last.index, LogIndex{4});
        EXPECT_EQ(store_->term(LogIndex{4}).value(), Term{2});
        EXPECT_EQ(store_->term(LogIndex{3}).value(), Term{1});
        EXPECT_EQ(store_->term(LogIndex{5}).error().code, make_error_code(LogErrc::Absent));
    });
    write(append(fork.make_many(2, 3)));
    EXPECT_EQ(store_->state().last.index, LogIndex{7});
}

TEST_P(LogStoreConformance, TruncationWithoutNewEntriesRestoresTheEndBefore) {
    const std::vector<Entry> old = maker_.make_many(1, 4000, 8);
    AppendTask task = append(old);
    task.acked_hint = LogIndex{3000};
    write(task);
    AppendTask cut;
    cut.truncate_from = LogIndex{3};
    write(cut);
    now_and_reopened([&] {
        EXPECT_EQ(store_->state().last, (LogPosition{old[1].index, old[1].term, old[1].chain}));
        EXPECT_EQ(store_->state().acked_hint, LogIndex{2});
    });
    cut.truncate_from = LogIndex{1};
    write(cut);
    now_and_reopened([&] { EXPECT_EQ(store_->state().last, LogPosition{}); });
}

TEST_P(LogStoreConformance, RefusesTasksThatDoNotFit) {
    const std::vector<Entry> entries = maker_.make_many(3, 4);
    AppendTask first = append(entries);
    first.hard_state = HardState{Term{3}, kNode};
    write(first);

    EXPECT_TRUE(refused(append({entries[3]})));  // again
    maker_.make(3, "5");
    EXPECT_TRUE(refused(append({maker_.make(3, "6")})));  // a gap
    EntryMaker on({entries[3].index, entries[3].term, entries[3].chain});
    EXPECT_TRUE(refused(append({on.make(2, "older term")})));
    AppendTask task;
    task.hard_state = HardState{Term{2}, NodeId{}};
    EXPECT_TRUE(refused(task));
    task = {};
    task.acked_hint = LogIndex{5};
    EXPECT_TRUE(refused(task));
    task = {};
    task.truncate_from = LogIndex{6};
    EXPECT_TRUE(refused(task));
    ASSERT_TRUE(store_->compact_to(LogIndex{2}));
    task.truncate_from = LogIndex{2};
    EXPECT_TRUE(refused(task));
    EXPECT_FALSE(store_->compact_to(LogIndex{5}));
    write(append({EntryMaker({entries[3].index, entries[3].term, entries[3].chain}).make(3, "5")}));
}

TEST_P(LogStoreConformance, CompactionTellsCompactedFromAbsent) {
    const std::vector<Entry> entries = maker_.make_many(1, 10);
    write(append(entries));
    ASSERT_TRUE(store_->compact_to(LogIndex{4}));
    ASSERT_TRUE(store_->compact_to(LogIndex{2}));  // nothing left to do
    AppendTask sync;
    sync.side = {{"sync", "x"}};
    write(sync);  // compaction is durable with the next write
    now_and_reopened([&] {
        EXPECT_EQ(store_->state().first(), LogIndex{5});
        EXPECT_EQ(store_->state().last.index, LogIndex{10});
        EXPECT_EQ(store_->term(LogIndex{3}).error().code, make_error_code(LogErrc::Compacted));
        EXPECT_EQ(store_->term(LogIndex{4}).value(), Term{1});
        EXPECT_EQ(store_->chain(LogIndex{4}).value(), entries[3].chain);
        EXPECT_EQ(store_->term(LogIndex{11}).error().code, make_error_code(LogErrc::Absent));
        EXPECT_EQ(store_->entries(LogIndex{4}, LogIndex{6}, 1000).error().code,
                  make_error_code(LogErrc::Compacted));
        EXPECT_EQ(store_->entries(LogIndex{5}, LogIndex{11}, 1000).value().size(), 6U);
    });
}

TEST_P(LogStoreConformance, BytesAreThoseOfTheEntriesHeld) {
    const std::uint64_t empty = size_of(Entry{});
    EXPECT_EQ(store_->bytes(), 0U);
    write(append(maker_.make_many(1, 10, 1000)));
    now_and_reopened([&] { EXPECT_EQ(store_->bytes(), 10 * (empty + 1000)); });
    ASSERT_TRUE(store_->compact_to(LogIndex{4}));
    now_and_reopened([&] { EXPECT_EQ(store_->bytes(), 6 * (empty + 1000)); });
    EntryMaker fork({LogIndex{6}, Term{1}, store_->chain(LogIndex{6}).value()});
    AppendTask task = append(fork.make_many(2, 1, 50));
    task.truncate_from = LogIndex{7};
    write(task);
    now_and_reopened([&] { EXPECT_EQ(store_->bytes(), 3 * empty + 2 * 1000 + 50); });
    ASSERT_TRUE(store_->compact_to(LogIndex{7}));
    now_and_reopened([&] { EXPECT_EQ(store_->bytes(), 0U); });
}

TEST_P(LogStoreConformance, ALogWithoutEntriesRemembersItsEnd) {
    const std::vector<Entry> entries = maker_.make_many(4, 5);
    write(append(entries));
    ASSERT_TRUE(store_->compact_to(LogIndex{5}));
    AppendTask sync;
    sync.acked_hint = LogIndex{5};
    write(sync);
    now_and_reopened([&] {
        EXPECT_EQ(store_->state().last, (LogPosition{entries[4].index, Term{4}, entries[4].chain}));
        EXPECT_EQ(store_->state().first(), LogIndex{6});
    });
    write(append(maker_.make_many(4, 1)));
    now_and_reopened([&] { EXPECT_EQ(store_->state().last.index, LogIndex{6}); });
}

TEST_P(LogStoreConformance, SideRecordsAreReplacedAndRemoved) {
    AppendTask task;
    task.side = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
    write(task);
    task.side = {{"a", std::nullopt}, {"b", "2"}, {"never", std::nullopt}};
    write(task);
    now_and_reopened([&] { EXPECT_EQ(side(""), (std::vector<std::string>{"b=2", "c=1"})); });
}

TEST_P(LogStoreConformance, RefusesAnotherNode) {
    store_.reset();
    const NodeId other{"99999999-2222-3333-4444-555555555555"};
    const auto opened = disk_->open(other);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message().find(other.get()), std::string::npos);
    EXPECT_NE(opened.error().message().find(kNode.get()), std::string::npos);
    reopen();
}

INSTANTIATE_TEST_SUITE_P(All, LogStoreConformance, ::testing::Values("mem", "rocks"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace weft::raft
