#include "agent/io/rocks/rocks_errors.hpp"

#include <gmock/gmock.h>
#include <rocksdb/status.h>

namespace weft {
namespace {

using rocksdb::Status;
using ::testing::HasSubstr;

const RocksErrors kErrors{"the log", "some/folder"};

TEST(RocksErrors, TellDamageFromAFailingDisk) {
    EXPECT_EQ(kErrors.open(Status::Corruption("bad")).code, Errc::Corrupt);
    EXPECT_EQ(kErrors.open(Status::PathNotFound("gone")).code, Errc::Corrupt);
    EXPECT_EQ(kErrors.open(Status::InvalidArgument("newer")).code, Errc::Unsupported);
    EXPECT_EQ(kErrors.open(Status::IOError("While lock file: x")).code, Errc::Unavailable);
    EXPECT_EQ(kErrors.open(Status::IOError("bad disk")).code, Errc::Io);
    EXPECT_EQ(kErrors.read(Status::Corruption("bad")).code, Errc::Corrupt);
    EXPECT_EQ(kErrors.read(Status::IOError("bad disk")).code, Errc::Io);
    EXPECT_THAT(kErrors.write(Status::NoSpace("x")).message(),
                HasSubstr("the disk that holds some/folder is full"));
    EXPECT_THAT(kErrors.open(Status::IOError("open x", "Permission denied")).message(),
                HasSubstr("give the folder and its files to the user"));
    EXPECT_THAT(kErrors.open(Status::NoSpace("x")).message(), HasSubstr("Make room"));
    EXPECT_THAT(kErrors.write(Status::IOError("x")).message(),
                HasSubstr("writing the log in some/folder failed"));
}

TEST(RocksErrors, NewerFormatsAndOtherNodesAreRefused) {
    EXPECT_TRUE(kErrors.check_format(2, 2));
    EXPECT_EQ(kErrors.check_format(3, 2).error().code, Errc::Unsupported);
    EXPECT_EQ(kErrors.check_format(0, 2).error().code, Errc::Corrupt);
    EXPECT_TRUE(kErrors.check_owner("a", "a"));
    EXPECT_EQ(kErrors.check_owner("b", "a").error().code, Errc::InvalidArgument);
    EXPECT_EQ(kErrors.check_owner(std::nullopt, "a").error().code, Errc::Corrupt);
}

}  // namespace
}  // namespace weft
