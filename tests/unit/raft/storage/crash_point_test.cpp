// Stops a scripted workload at every single file operation, reopens, and checks what LogStore
// promises.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>

#include "raft/storage/rocks_log_store.hpp"
#include "raft/storage/rocks_options.hpp"
#include "tests/support/crash_file_system.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/raft/storage/log_fixture.hpp"

namespace weft::raft {
namespace {

using testing::EntryMaker;
using testing::kNode;
using weft::testing::CrashFileSystem;
using weft::testing::UnsyncedData;

// What a log must hold after some steps of the workload.
struct Expected {
    HardState hard_state;
    std::vector<Entry> entries;  // from index 1 on, compacted ones too
    LogIndex compacted;
    LogIndex acked_hint;
    std::string side;
};

struct Step {
    AppendTask task;
    LogIndex compact_to;      // instead of the task when not 0
    bool to_level_1 = false;  // instead of the task: reopens the log with its entries in level 1
};

// Enough bytes for several flushes of the smallest write buffer, and every kind of task.
std::vector<Step> workload() {
    std::vector<Step> steps;
    EntryMaker maker;
    std::vector<Entry> log;
    const auto add = [&](std::uint64_t term, std::size_t count, std::size_t bytes) {
        AppendTask task = testing::append(maker.make_many(term, count, bytes));
        task.acked_hint = log.empty() ? LogIndex{} : log.back().index;
        task.hard_state = HardState{Term{term}, kNode};
        task.side = {{"side", "after " + std::to_string(task.entries.back().index.get())}};
        log.insert(log.end(), task.entries.begin(), task.entries.end());
        steps.push_back({task, {}});
    };
    add(1, 1, 30);
    add(1, 3, 9000);
    for (int i = 0; i < 2; ++i) add(2, 4, 9000);
    steps.push_back({{}, {}, true});
    for (int i = 0; i < 4; ++i) add(2, 4, 9000);
    steps.push_back({{}, LogIndex{12}});
    add(2, 2, 300);
    // A new leader replaces the last five.
    log.resize(log.size() - 5);
    const Entry& end = log.back();
    maker = EntryMaker({end.index, end.term, end.chain});
    AppendTask cut = testing::append(maker.make_many(3, 2, 50));
    cut.truncate_from = next(end.index);
    cut.hard_state = HardState{Term{3}, NodeId{}};
    log.insert(log.end(), cut.entries.begin(), cut.entries.end());
    steps.push_back({cut, {}});
    for (int i = 0; i < 4; ++i) add(3, 2, 20000);
    steps.push_back({{}, LogIndex{log.back().index.get() - 1}});
    add(4, 1, 30);
    return steps;
}

void note(Expected& expected, const Step& step) {
    if (step.to_level_1) return;
    if (step.compact_to != LogIndex{}) {
        expected.compacted = step.compact_to;
        return;
    }
    const AppendTask& task = step.task;
    if (task.truncate_from) {
        expected.entries.resize(task.truncate_from->get() - 1);
        expected.acked_hint = std::min(expected.acked_hint, previous(*task.truncate_from));
    }
    expected.entries.insert(expected.entries.end(), task.entries.begin(), task.entries.end());
    if (task.hard_state) expected.hard_state = *task.hard_state;
    if (task.acked_hint) expected.acked_hint = *task.acked_hint;
    if (!task.side.empty()) expected.side = *task.side.front().value;
}

class CrashPoints : public ::testing::TestWithParam<UnsyncedData> {
protected:
    RocksLogStoreConfig config(const std::string& folder) const {
        RocksLogStoreConfig config;
        config.folder = folder;
        config.write_buffer_bytes = 64 << 10;
        config.env = env_.get();
        return config;
    }

    Result<std::unique_ptr<RocksLogStore>> open(const std::string& folder) {
        return RocksLogStore::open(config(folder), kNode);
    }

    // Tables of level 1 and below are dropped whole by a compaction of the log that covers them.
    // RocksDB makes such tables in its own time: here they are made at once.
    bool move_to_level_1(const std::string& folder) {
        std::vector<rocksdb::ColumnFamilyDescriptor> families;
        families.emplace_back("default", small_family_options());
        families.emplace_back("log", log_family_options(config(folder)));
        families.emplace_back("meta", small_family_options());
        families.emplace_back("side", small_family_options());
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        rocksdb::DB* opened = nullptr;
        if (!rocksdb::DB::Open(rocks_options(config(folder)), folder, families, &handles, &opened)
                 .ok()) {
            return false;
        }
        const std::unique_ptr<rocksdb::DB> database(opened);
        rocksdb::CompactRangeOptions options;
        options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
        const bool moved = database->CompactRange(options, handles[1], nullptr, nullptr).ok();
        if (moved) {
            EXPECT_GT(tables_in_level_1(*database, handles[1]), 0U);
        }
        for (auto* handle : handles) {
            database->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
        }
        return moved;
    }

    static std::size_t tables_in_level_1(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* log) {
        rocksdb::ColumnFamilyMetaData found;
        database.GetColumnFamilyMetaData(log, &found);
        return found.levels.at(1).files.size();
    }

    // Runs until the first failure: the number of steps that succeeded.
    std::size_t run(const std::string& folder, const std::vector<Step>& steps) {
        auto store = open(folder);
        if (!store) return 0;
        for (std::size_t done = 0; done < steps.size(); ++done) {
            const Step& step = steps[done];
            if (step.to_level_1) {
                store.value().reset();
                if (!move_to_level_1(folder)) return done;
                store = open(folder);
                if (!store) return done;
                continue;
            }
            const auto result = step.compact_to != LogIndex{}
                                    ? store.value()->compact_to(step.compact_to)
                                    : store.value()->write(step.task);
            if (!result) {
                check_final(*store.value(), step);
                return done;
            }
        }
        return steps.size();
    }

    // A failed write is final, also when the disk would take the next one.
    static void check_final(RocksLogStore& store, const Step& step) {
        const auto again = store.write(step.task.empty() ? workload().front().task : step.task);
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, make_error_code(Errc::Io));
    }

    // Everything acknowledged is there; of the step that failed all or nothing.
    void check(RocksLogStore& store, const std::vector<Step>& steps, std::size_t done) {
        std::vector<Expected> allowed(1);
        for (std::size_t i = 0; i < done; ++i) note(allowed[0], steps[i]);
        if (done < steps.size()) {
            allowed.push_back(allowed[0]);
            note(allowed[1], steps[done]);
        }
        bool found = false;
        for (const Expected& expected : allowed) found = found || matches(store, expected);
        EXPECT_TRUE(found) << "after " << done << " steps the log ends at "
                           << store.state().last.index.get();
    }

    static bool matches(RocksLogStore& store, const Expected& expected) {
        const LogState state = store.state();
        std::string side;
        EXPECT_TRUE(store.for_each_side_record("side", [&](auto, auto value) { side = value; }));
        if (state.last.index.get() != expected.entries.size()) return false;
        if (state.hard_state != expected.hard_state || side != expected.side) return false;
        if (state.acked_hint != expected.acked_hint) return false;
        if (state.base.index != expected.compacted) return false;
        const LogIndex first = state.first();
        const auto held = store.entries(first, next(state.last.index), std::size_t{1} << 30);
        EXPECT_TRUE(held);
        if (!held) return false;
        for (std::size_t i = 0; i < held.value().size(); ++i) {
            if (held.value()[i] != expected.entries[first.get() - 1 + i]) return false;
        }
        return held.value().size() == expected.entries.size() - state.base.index.get();
    }

    std::shared_ptr<CrashFileSystem> files_ = std::make_shared<CrashFileSystem>();
    std::unique_ptr<rocksdb::Env> env_ = std::make_unique<weft::testing::CrashEnv>(files_);
};

TEST_P(CrashPoints, NothingAcknowledgedIsLostWhereverItStops) {
    const std::vector<Step> steps = workload();
    std::uint64_t points = 0;
    for (bool finished = false; !finished; ++points) {
        const weft::testing::TemporaryFolder folder;
        files_->stop_at(files_->operations() + points);
        const std::size_t done = run(folder / "raft", steps);
        finished = !files_->stopped();
        files_->crash(GetParam());

        auto reopened = open(folder / "raft");
        ASSERT_TRUE(reopened) << "stopped at operation " << points << " after " << done
                              << " steps: " << reopened.error().message();
        check(*reopened.value(), steps, done);
        // And it goes on from there.
        EntryMaker maker(reopened.value()->state().last);
        ASSERT_TRUE(reopened.value()->write(testing::append(maker.make_many(9, 1))));
        reopened.value().reset();
        files_->crash(UnsyncedData::Kept);
        if (HasFailure()) break;
    }
    EXPECT_GT(points, 100U);
    RecordProperty("points", static_cast<int>(points));
}

INSTANTIATE_TEST_SUITE_P(Unsynced, CrashPoints,
                         ::testing::Values(UnsyncedData::Lost, UnsyncedData::Torn,
                                           UnsyncedData::Kept),
                         [](const auto& parameter) {
                             switch (parameter.param) {
                                 case UnsyncedData::Lost:
                                     return "Lost";
                                 case UnsyncedData::Torn:
                                     return "Torn";
                                 case UnsyncedData::Kept:
                                     return "Kept";
                             }
                             return "";
                         });

}  // namespace
}  // namespace weft::raft
