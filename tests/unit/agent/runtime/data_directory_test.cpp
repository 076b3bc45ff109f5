#include "agent/runtime/data_directory.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace weft::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kNode = "90a5c0de-0000-4000-8000-000000000001";
constexpr const char* kOther = "90a5c0de-0000-4000-8000-000000000002";

class DataDirectoryTest : public ::testing::Test {
protected:
    DataDirectoryTest() {
        std::string form = (fs::temp_directory_path() / "weft-data-XXXXXX").string();
        root_ = ::mkdtemp(form.data());
        path_ = (root_ / "state").string();
    }
    ~DataDirectoryTest() override { fs::remove_all(root_); }

    std::string error(const std::string& configured = {}) const {
        const auto opened = DataDirectory::open(path_, configured);
        return opened ? "" : opened.error().message();
    }

    fs::path root_;
    std::string path_;
};

TEST_F(DataDirectoryTest, KeepsTheNodesIdAndIsPrivate) {
    std::string made;
    {
        const auto first = DataDirectory::open(path_, "");
        ASSERT_TRUE(first);
        EXPECT_EQ(first.value().warning(), "");
        made = first.value().node_id();
    }
    const auto second = DataDirectory::open(path_, made);
    ASSERT_TRUE(second);
    EXPECT_EQ(second.value().node_id(), made);
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(DataDirectoryTest, ThatIsOpenToOthersIsClosedToThem) {
    fs::create_directory(path_);
    fs::permissions(path_, fs::perms(0755));
    const auto opened = DataDirectory::open(path_, "");
    ASSERT_TRUE(opened);
    EXPECT_THAT(opened.value().warning(), HasSubstr("0700 now"));
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0700));
}

TEST_F(DataDirectoryTest, BelongsToOneNode) {
    { ASSERT_TRUE(DataDirectory::open(path_, kNode)); }
    EXPECT_THAT(error(kOther), HasSubstr("belongs to node 90a5c0de-0000-4000-8000-000000000001"));
    EXPECT_EQ(error(), "");
}

TEST_F(DataDirectoryTest, IsUsedByOneAgentAtATime) {
    const auto first = DataDirectory::open(path_, "");
    ASSERT_TRUE(first);
    EXPECT_THAT(error(), HasSubstr("in use by another agent (pid "));
}

TEST_F(DataDirectoryTest, OfANewerVersionOrDamagedIsRefused) {
    { ASSERT_TRUE(DataDirectory::open(path_, kNode)); }
    std::ofstream(path_ + "/version") << "99\n";
    EXPECT_THAT(error(), HasSubstr("newer weft (format 99"));
    std::ofstream(path_ + "/version") << "x\n";
    EXPECT_THAT(error(), HasSubstr("which is no version"));
    std::ofstream(path_ + "/version") << "1\n";
    std::ofstream(path_ + "/node-id") << "nobody\n";
    EXPECT_THAT(error(), HasSubstr("which is no node id"));
}

TEST_F(DataDirectoryTest, ThatIsAFileIsRefused) {
    std::ofstream{path_} << "x";
    EXPECT_THAT(error(), HasSubstr("is not a folder"));
}

}  // namespace
}  // namespace weft::agent
