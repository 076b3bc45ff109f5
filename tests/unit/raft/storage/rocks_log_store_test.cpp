// What only a disk can do to a log: damage, other versions, other nodes, other processes, no room.
#include "raft/storage/rocks_log_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/crash_file_system.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/raft/storage/log_fixture.hpp"
#include "tests/unit/raft/storage/raw_database.hpp"

namespace weft::raft {
namespace {

namespace fs = std::filesystem;
using testing::EntryMaker;
using ::testing::HasSubstr;
using testing::kNode;
using testing::RawDatabase;

const std::vector<std::string> kFamilies{"log", "meta", "side"};

class RocksLog : public ::testing::Test {
protected:
    Result<std::unique_ptr<RocksLogStore>> open() {
        RocksLogStoreConfig config;
        config.folder = path_;
        config.env = env_.get();
        return RocksLogStore::open(config, kNode);
    }

    // A log of 20 entries, all of them acknowledged.
    void fill() {
        auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        for (int i = 0; i < 4; ++i) {
            AppendTask task = testing::append(maker_.make_many(1, 5, 2000));
            task.acked_hint = task.entries.back().index;
            task.side = {{"local/web", "definition"}};
            ASSERT_TRUE(store.value()->write(task));
        }
    }

    std::string file(const std::string& extension) {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(path_)) {
            if (entry.path().extension() == extension && entry.file_size() > 0) {
                found.push_back(entry.path());
            }
        }
        EXPECT_FALSE(found.empty()) << extension;
        return found.empty() ? "" : *std::max_element(found.begin(), found.end());
    }

    static void flip(const std::string& name, std::uint64_t at) {
        std::fstream bytes(name, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekg(static_cast<std::streamoff>(at));
        const char byte = static_cast<char>(bytes.get());
        bytes.seekp(static_cast<std::streamoff>(at));
        bytes.put(static_cast<char>(byte ^ 0x40));
        ASSERT_TRUE(bytes);
    }

    void expect_damaged(const std::string& detail) {
        const auto opened = open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, make_error_code(Errc::Corrupt));
        EXPECT_THAT(opened.error().message(), HasSubstr(path_));
        EXPECT_THAT(opened.error().message(), HasSubstr("Restore the data directory"));
        EXPECT_THAT(opened.error().message(), HasSubstr(detail));
    }

    weft::testing::TemporaryFolder folder_;
    std::string path_ = folder_ / "raft";
    std::unique_ptr<rocksdb::Env> env_;
    EntryMaker maker_;
};

TEST_F(RocksLog, AFlippedBitInTheWalIsRefused) {
    fill();
    flip(file(".log"), 12000);
    expect_damaged("checksum");
    expect_damaged("checksum");  // refusing repairs nothing
}

TEST_F(RocksLog, ATornTailOfTheWalIsTheWriteThatWasNeverAcknowledged) {
    fill();
    const std::string wal = file(".log");
    fs::resize_file(wal, fs::file_size(wal) - 100);
    const auto opened = open();
    ASSERT_TRUE(opened) << opened.error().message();
    EXPECT_EQ(opened.value()->state().last.index, LogIndex{15});
}

TEST_F(RocksLog, AFlippedBitInATableIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).flush();
    // The biggest table is the log's.
    std::string table;
    std::uint64_t size = 0;
    for (const auto& entry : fs::directory_iterator(path_)) {
        if (entry.path().extension() != ".sst" || entry.file_size() < size) continue;
        table = entry.path();
        size = entry.file_size();
    }
    flip(table, size / 2);
    expect_damaged("checksum");
}

TEST_F(RocksLog, AMissingTableIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).flush();
    fs::remove(file(".sst"));
    expect_damaged("No such file");
}

TEST_F(RocksLog, AnEntryWithAWrongSealIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).put("log", index_key(LogIndex{7}), std::string(60, 'x'));
    expect_damaged("log entry 7");
}

TEST_F(RocksLog, AnEntryUnderAnotherIndexIsRefused) {
    fill();
    Entry entry = EntryMaker().make(1, "data");
    std::string value;
    encode_entry(entry, index_key(LogIndex{1}), value);
    RawDatabase(path_, kFamilies).put("log", index_key(LogIndex{9}), value);
    expect_damaged("log entry 9");
}

TEST_F(RocksLog, AnEntryOfAnotherLogIsRefused) {
    fill();
    Entry entry{LogIndex{9}, Term{1}, EntryType::Command, "data", Chain{1, 2}};
    std::string value;
    encode_entry(entry, index_key(entry.index), value);
    RawDatabase(path_, kFamilies).put("log", index_key(entry.index), value);
    expect_damaged("log entry 9 does not belong");
}

TEST_F(RocksLog, AGapIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).remove("log", index_key(LogIndex{3}));
    expect_damaged("log entry 3 is missing");
}

TEST_F(RocksLog, ALogThatEndsBeforeWhatWasAcknowledgedIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).remove("log", index_key(LogIndex{20}));
    expect_damaged("it ends at entry 19, but entry 20 was acknowledged");
}

TEST_F(RocksLog, ADamagedSideRecordIsRefused) {
    fill();
    RawDatabase(path_, kFamilies).put("side", "local/web", "definition");
    expect_damaged("local/web");
}

TEST_F(RocksLog, AnUnknownEntryTypeIsNeverSkipped) {
    fill();
    Entry entry{LogIndex{20}, Term{1}, static_cast<EntryType>(9), "data", {}};
    std::string value;
    encode_entry(entry, index_key(entry.index), value);
    RawDatabase(path_, kFamilies).put("log", index_key(entry.index), value);
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::Unsupported));
}

TEST_F(RocksLog, ANewerFormatIsRefusedWithBothVersions) {
    fill();
    RawDatabase(path_, {"log", "meta", "side", "future"})
        .put_sealed("meta", "format", encode_number(7));
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::Unsupported));
    EXPECT_THAT(opened.error().message(), HasSubstr(path_));
    EXPECT_THAT(opened.error().message(), HasSubstr("format 7"));
    EXPECT_THAT(opened.error().message(), HasSubstr("up to 2"));
}

TEST_F(RocksLog, FormatOneIsUpgraded) {
    RawDatabase(path_, {"log", "meta"}).load("tests/unit/raft/storage/testdata/format_1.txt");
    for (int round = 0; round < 2; ++round) {
        const auto opened = open();
        ASSERT_TRUE(opened) << opened.error().message();
        const LogState state = opened.value()->state();
        EXPECT_EQ(state.hard_state, (HardState{Term{4}, kNode}));
        EXPECT_EQ(state.base.index, LogIndex{3});
        EXPECT_EQ(state.last.index, LogIndex{12});
        EXPECT_EQ(state.acked_hint, LogIndex{12});
        const auto entries = opened.value()->entries(LogIndex{4}, LogIndex{13}, 10000);
        ASSERT_TRUE(entries);
        EXPECT_THAT(entries.value().front().data, HasSubstr("entry 4 "));
    }
    EXPECT_THAT(RawDatabase(path_, kFamilies).dump(),
                HasSubstr("meta " + rocksdb::Slice("format").ToString(true) + " 02"));
}

TEST_F(RocksLog, ADatabaseWithoutAFormatIsRefused) {
    RawDatabase(path_, kFamilies).put_sealed("meta", "identity", kNode.get());
    expect_damaged("format version is missing");
}

TEST_F(RocksLog, AFolderInUseIsNamed) {
    const auto first = open();
    ASSERT_TRUE(first);
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, make_error_code(Errc::Unavailable));
    EXPECT_THAT(second.error().message(), HasSubstr("in use by another process"));
    EXPECT_THAT(second.error().message(), HasSubstr(path_));
}

TEST_F(RocksLog, AFolderThatCannotBeMadeIsNamed) {
    std::ofstream(path_) << "a file";
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::Io));
    EXPECT_THAT(opened.error().message(), HasSubstr(path_));
}

TEST_F(RocksLog, AFullDiskIsFinal) {
    const auto files = std::make_shared<weft::testing::CrashFileSystem>();
    env_ = std::make_unique<weft::testing::CrashEnv>(files);
    auto opened = open();
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened.value()->write(testing::append(maker_.make_many(1, 1))));
    files->stop_at(files->operations(), rocksdb::IOStatus::NoSpace("No space left on device"));
    const AppendTask task = testing::append(maker_.make_many(1, 1));
    const auto failed = opened.value()->write(task);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, make_error_code(Errc::Io));
    EXPECT_THAT(failed.error().message(), HasSubstr("is full"));

    files->stop_at(std::numeric_limits<std::uint64_t>::max());  // room again
    EXPECT_EQ(opened.value()->write(task).error().message(), failed.error().message());
    EXPECT_FALSE(opened.value()->compact_to(LogIndex{1}));
    EXPECT_EQ(opened.value()->state().last.index, LogIndex{1});

    opened.value().reset();
    opened = open();
    ASSERT_TRUE(opened) << opened.error().message();
    EXPECT_EQ(opened.value()->state().last.index, LogIndex{1});
}

TEST_F(RocksLog, TablesOfDroppedEntriesAreReclaimed) {
    RocksLogStoreConfig config;
    config.folder = path_;
    config.write_buffer_bytes = 64 << 10;
    auto opened = RocksLogStore::open(config, kNode);
    ASSERT_TRUE(opened);
    for (int i = 0; i < 300; ++i) {
        AppendTask task = testing::append(maker_.make_many(1, 10, 1000));
        ASSERT_TRUE(opened.value()->write(task));
        if (i % 10 == 9) {
            const std::uint64_t end = task.entries.back().index.get();
            ASSERT_TRUE(opened.value()->compact_to(LogIndex{end - 10}));
        }
    }
    // 3 MB went through; what stays is bounded by the tables that await their compaction.
    std::uintmax_t tables = 0;
    for (const auto& file : fs::directory_iterator(path_)) {
        if (file.path().extension() == ".sst") tables += file.file_size();
    }
    EXPECT_LT(tables, 1'000'000U);
}

}  // namespace
}  // namespace weft::raft
