#include "agent/io/rocks/rocks_log.hpp"

#include <gmock/gmock.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <filesystem>

#include "agent/io/rocks/rocks_options.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RocksLogTest : public ::testing::Test {
protected:
    std::vector<std::string> lines_;
    std::shared_ptr<rocksdb::Logger> log_ =
        rocks_log([this](const std::string& line) { lines_.push_back(line); });
};

TEST_F(RocksLogTest, WarningsAndErrorsAreHandedOver) {
    rocksdb::Debug(log_, "a detail");
    rocksdb::Info(log_, "a fact");
    rocksdb::Header(log_, "an option");
    EXPECT_THAT(lines_, IsEmpty());
    rocksdb::Warn(log_, "file %d is slow\n", 7);
    rocksdb::Error(log_, "file %s is gone", "8");
    EXPECT_THAT(lines_, ElementsAre("file 7 is slow", "file 8 is gone"));
}

TEST_F(RocksLogTest, LongLinesAreCut) {
    rocksdb::Warn(log_, "%s", std::string(100'000, 'x').c_str());
    EXPECT_THAT(lines_, ElementsAre(SizeIs(::testing::Le(1024))));
}

// A database whose file of messages cannot be written any more ends the process.
TEST_F(RocksLogTest, DatabasesHaveNoFileOfMessages) {
    const testing::TemporaryFolder folder;
    rocksdb::DBOptions options = lean_database_options(nullptr, nullptr);
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(options, rocksdb::ColumnFamilyOptions()),
                                  folder / "db", &opened)
                    .ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    for (const auto& file : std::filesystem::directory_iterator(folder / "db"))
        EXPECT_THAT(file.path().filename().string(), ::testing::Not(StartsWith("LOG")));
}

}  // namespace
}  // namespace weft
