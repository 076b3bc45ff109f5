#include "agent/catalog/store/catalog_store.hpp"

#include <gmock/gmock.h>

#include "tests/support/crash_file_system.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"
#include "tests/unit/agent/catalog/store/store_fixture.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;
using testing::exported;
using ::testing::HasSubstr;
using testing::RawDatabase;
using testing::Source;
using testing::StoreTest;
using weft::testing::UnsyncedData;

class CatalogStoreTest : public StoreTest {
protected:
    void write_round() {
        auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        ASSERT_TRUE(store.value()->write(source_.round()));
    }

    void expect_damaged(const std::string& detail) {
        auto opened = open();
        Result<void> result = success();
        Catalog catalog;
        if (opened) {
            const auto loaded = opened.value()->load(catalog);
            if (!loaded) result = loaded.error();
        } else {
            result = opened.error();
        }
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, make_error_code(Errc::Corrupt)) << result.error().message();
        EXPECT_THAT(result.error().message(), HasSubstr(path_));
        EXPECT_THAT(result.error().message(), HasSubstr("Restore the data directory"));
        EXPECT_THAT(result.error().message(), HasSubstr(detail));
    }

    std::string any_record_key() {
        std::string key;
        const auto store = open();
        EXPECT_TRUE(store);
        EXPECT_TRUE(store.value()->for_each_record([&](const StoredRecord& record) {
            key = "r" + record.key;
            return success();
        }));
        return key;
    }
};

TEST_F(CatalogStoreTest, IsEmptyAtFirst) {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_EQ(store.value()->checkpoint(), Checkpoint{});
    Catalog catalog;
    EXPECT_EQ(store.value()->load(catalog).value(), Checkpoint{});
    EXPECT_EQ(catalog.view().applied_index(), Index{0});
}

TEST_F(CatalogStoreTest, GivesBackTheStateOfTheLastRound) {
    RandomCommands commands(7);
    Checkpoint last;
    for (int round = 0; round < 12; ++round) {
        auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        EXPECT_EQ(store.value()->checkpoint(), last);
        Catalog catalog;
        ASSERT_TRUE(store.value()->load(catalog));
        if (round > 0) {
            EXPECT_EQ(exported(catalog), exported(source_.catalog));
        }
        for (int i = 0; i < 100; ++i) source_.apply(commands.next());
        const CheckpointRound next = source_.round();
        last = next.checkpoint;
        ASSERT_TRUE(store.value()->write(next));
    }
}

TEST_F(CatalogStoreTest, RefusesAnotherNode) {
    write_round();
    CatalogStoreConfig config;
    config.folder = path_;
    const auto opened = CatalogStore::open(config, "another-node");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::InvalidArgument));
    EXPECT_THAT(opened.error().message(), HasSubstr("another-node"));
    EXPECT_THAT(opened.error().message(), HasSubstr(std::string(testing::kNode)));
}

TEST_F(CatalogStoreTest, AFolderInUseIsNamed) {
    const auto first = open();
    ASSERT_TRUE(first);
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, make_error_code(Errc::Unavailable));
    EXPECT_THAT(second.error().message(), HasSubstr(path_ + "/LOCK"));
}

TEST_F(CatalogStoreTest, ANewerFormatIsRefusedWithBothVersions) {
    write_round();
    RawDatabase(path_).put_sealed("mformat", encode_number(9));
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, make_error_code(Errc::Unsupported));
    EXPECT_THAT(opened.error().message(), HasSubstr("format 9"));
    EXPECT_THAT(opened.error().message(), HasSubstr("up to 4"));
}

TEST_F(CatalogStoreTest, FormatOneIsUpgraded) {
    RawDatabase(path_).load("tests/unit/agent/catalog/store/testdata/format_1.txt");
    for (int round = 0; round < 2; ++round) {
        const auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        Catalog catalog;
        const auto loaded = store.value()->load(catalog);
        ASSERT_TRUE(loaded) << loaded.error().message();
        EXPECT_EQ(loaded.value().applied, Index{3});
        EXPECT_EQ(loaded.value().term, 0U);
        EXPECT_EQ(catalog.view().node_count(), 2U);
        EXPECT_NE(catalog.view().service("beta", "db"), nullptr);
    }
}

TEST_F(CatalogStoreTest, FormatTwoIsUpgraded) {
    RawDatabase(path_).load("tests/unit/agent/catalog/store/testdata/format_2.txt");
    for (int round = 0; round < 2; ++round) {
        const auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        Catalog catalog;
        const auto loaded = store.value()->load(catalog);
        ASSERT_TRUE(loaded) << loaded.error().message();
        EXPECT_EQ(loaded.value().applied, Index{3});
        EXPECT_EQ(loaded.value().term, 3U);
        EXPECT_NE(catalog.view().service("beta", "db"), nullptr);
        EXPECT_EQ(catalog.view().key_count(), 0U);
    }
}

TEST_F(CatalogStoreTest, FormatThreeIsUpgraded) {
    source_.register_service("alpha", "web");
    write_round();
    RawDatabase(path_).put_sealed("mformat", encode_number(3));
    for (int round = 0; round < 2; ++round) {
        const auto store = open();
        ASSERT_TRUE(store) << store.error().message();
        Catalog catalog;
        EXPECT_TRUE(store.value()->load(catalog));
        EXPECT_NE(catalog.view().service("alpha", "web"), nullptr);
    }
}

TEST_F(CatalogStoreTest, ARecordWithAWrongSealIsRefused) {
    source_.register_service("alpha", "web");
    write_round();
    const std::string key = any_record_key();
    RawDatabase(path_).put(key, "something else");
    expect_damaged("checksum");
}

TEST_F(CatalogStoreTest, AMissingRecordContradictsTheDigest) {
    source_.register_service("alpha", "web");
    source_.register_service("beta", "db");
    write_round();
    std::string key;
    {
        const auto store = open();
        ASSERT_TRUE(store);
        ASSERT_TRUE(store.value()->for_each_record([&](const StoredRecord& record) {
            if (record.key.find("alpha") != std::string::npos) key = "r" + record.key;
            return success();
        }));
    }
    ASSERT_FALSE(key.empty());
    RawDatabase(path_).remove(key);
    expect_damaged("");
}

TEST_F(CatalogStoreTest, AFlippedBitInATableIsRefused) {
    for (int i = 0; i < 200; ++i) source_.register_service("node" + std::to_string(i), "web");
    write_round();
    fs::path table;
    for (const auto& entry : fs::directory_iterator(path_)) {
        if (entry.path().extension() != ".sst") continue;
        if (table.empty() || entry.file_size() > fs::file_size(table)) table = entry.path();
    }
    std::fstream bytes(table, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(2000);
    bytes.put('\x7f');
    bytes.close();
    expect_damaged("");
}

TEST_F(CatalogStoreTest, ADatabaseWithoutAFormatIsRefused) {
    RawDatabase(path_).put("rsomething", "else");
    expect_damaged("format version is missing");
}

TEST_F(CatalogStoreTest, AFullDiskIsFinal) {
    const auto files = std::make_shared<weft::testing::CrashFileSystem>();
    env_ = std::make_unique<weft::testing::CrashEnv>(files);
    const auto store = open();
    ASSERT_TRUE(store);
    source_.register_service("alpha", "web");
    files->stop_at(files->operations(), rocksdb::IOStatus::NoSpace("No space left on device"));
    const auto failed = store.value()->write(source_.round());
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message(), HasSubstr("is full"));
    files->stop_at(std::numeric_limits<std::uint64_t>::max());
    EXPECT_FALSE(store.value()->write(source_.round()));
}

class CatalogCrashPoints : public StoreTest, public ::testing::WithParamInterface<UnsyncedData> {};

// Wherever it stops: what is loaded is the state of a whole round, not older than the last
// reported.
TEST_P(CatalogCrashPoints, LeaveAWholeRound) {
    const auto files = std::make_shared<weft::testing::CrashFileSystem>();
    env_ = std::make_unique<weft::testing::CrashEnv>(files);
    std::uint64_t points = 0;
    for (bool finished = false; !finished; ++points) {
        path_ = folder_ / std::to_string(points);
        files->stop_at(files->operations() + points);
        Source source;
        std::vector<Checkpoint> states(1);
        std::size_t reported = 0;
        if (auto store = open()) {
            for (int round = 0; round < 12; ++round) {
                source.register_service("node" + std::to_string(round), "web");
                source.register_service("node0", "s" + std::to_string(round));
                const CheckpointRound next = source.round();
                states.push_back(next.checkpoint);
                if (!store.value()->write(next)) break;
                reported = states.size() - 1;
            }
        }
        finished = !files->stopped();
        files->crash(GetParam());

        auto store = open();
        ASSERT_TRUE(store) << points << ": " << store.error().message();
        Catalog catalog;
        const auto loaded = store.value()->load(catalog);
        ASSERT_TRUE(loaded) << points << ": " << loaded.error().message();
        const auto found = std::find(states.begin(), states.end(), loaded.value());
        ASSERT_NE(found, states.end()) << points;
        EXPECT_GE(found - states.begin(), static_cast<std::ptrdiff_t>(reported)) << points;
        store.value().reset();
        files->crash(UnsyncedData::Kept);
        fs::remove_all(path_);
    }
    EXPECT_GT(points, 60U);
}

std::string name_of(const ::testing::TestParamInfo<UnsyncedData>& parameter) {
    if (parameter.param == UnsyncedData::Lost) return "Lost";
    return parameter.param == UnsyncedData::Kept ? "Kept" : "Torn";
}

INSTANTIATE_TEST_SUITE_P(Unsynced, CatalogCrashPoints,
                         ::testing::Values(UnsyncedData::Lost, UnsyncedData::Torn,
                                           UnsyncedData::Kept),
                         name_of);

TEST_F(CatalogStoreTest, AWholeStateReplacesAllThatWas) {
    source_.register_service("n1", "web");
    source_.register_service("n2", "db");
    write_round();
    Source other;
    other.register_service("n3", "api");
    CheckpointRound round = other.round();
    round.records.clear();
    round.whole = other.catalog.view();
    {
        auto store = open();
        ASSERT_TRUE(store.value()->write(round));
        // And what changes after it comes on top.
        other.register_service("n4", "api");
        ASSERT_TRUE(store.value()->write(other.round()));
    }
    Catalog catalog;
    const auto loaded = open().value()->load(catalog);
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(exported(catalog), exported(other.catalog));
    EXPECT_EQ(catalog.view().node("n1"), nullptr);
}

}  // namespace
}  // namespace weft::agent
