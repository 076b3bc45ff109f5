#include "agent/cli/data_argument.hpp"

#include <gtest/gtest.h>

#include "agent/io/file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

TEST(DataArgument, AWordThatIsAFileIsTakenForAMissingAt) {
    const weft::testing::TemporaryFolder folder;
    const std::string path = folder / "q.json";
    ASSERT_TRUE(write_file_atomically(path, "{}"));
    EXPECT_EQ(data_help(path, "weft query write"),
              "`weft query write @" + path + "` reads the file of that name");
    EXPECT_EQ(data_help("@" + path, "weft query write"), std::nullopt);
    EXPECT_EQ(data_help(folder / "none", "weft query write"), std::nullopt);
    EXPECT_EQ(data_help(folder.path(), "weft query write"), std::nullopt);
}

}  // namespace
}  // namespace weft::agent
