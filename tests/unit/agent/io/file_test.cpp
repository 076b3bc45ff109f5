#include "agent/io/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace weft {

namespace {

class TemporaryFolder {
public:
    TemporaryFolder() : path_(::testing::TempDir() + "weft_io_XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr) path_.clear();
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace

TEST(FileReplacement, WhatStandsInItsWayIsNotWrittenTo) {
    const TemporaryFolder folder;
    const std::string path = folder.file("file");
    const std::string other = folder.file("other");
    ASSERT_TRUE(write_file_atomically(other, "theirs"));
    std::filesystem::create_symlink(other, path + ".weft-new");
    ASSERT_TRUE(write_file_atomically(path, "ours"));
    EXPECT_EQ(read_file(other, 100).value(), "theirs");
    EXPECT_EQ(read_file(path, 100).value(), "ours");
}

TEST(FileReplacement, WhatIsNoFileStaysWhatItIs) {
    const TemporaryFolder folder;
    const std::string pipe = folder.file("pipe");
    const std::string link = folder.file("link");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::filesystem::create_symlink("/dev/null", link);
    for (const std::string& path : {pipe, link, folder.file("")}) {
        const auto written = write_file_atomically(path, "ours");
        ASSERT_FALSE(written) << path;
        EXPECT_EQ(written.error().message(),
                  "cannot replace " + path + ": it is no file; choose another name");
    }
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
    EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST(File, AtomicWriteReplacesAndLeavesNothingBeside) {
    const TemporaryFolder folder;
    const auto path = folder.file("a");
    ASSERT_TRUE(write_file_atomically(path, "one"));
    ASSERT_TRUE(write_file_atomically(path, "two", 0640));
    EXPECT_EQ(read_file(path, 100).value(), "two");
    EXPECT_FALSE(std::filesystem::exists(path + ".weft-new"));
}

TEST(File, PiecesReplaceAFileOnlyWhenTheyAreCommitted) {
    const TemporaryFolder folder;
    const auto path = folder.file("a");
    ASSERT_TRUE(write_file_atomically(path, "one"));
    {
        auto dropped = FileReplacement::open(path);
        ASSERT_TRUE(dropped.value().write("two"));
    }
    EXPECT_EQ(read_file(path, 100).value(), "one");
    EXPECT_FALSE(std::filesystem::exists(path + ".weft-new"));
    auto file = FileReplacement::open(path);
    ASSERT_TRUE(file.value().write("th"));
    ASSERT_TRUE(file.value().write("ree"));
    ASSERT_TRUE(file.value().sync());
    EXPECT_EQ(read_file(file.value().temporary(), 100).value(), "three");
    ASSERT_TRUE(file.value().commit());
    EXPECT_EQ(read_file(path, 100).value(), "three");

    auto reader = FileReader::open(path);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader.value().size(), 5U);
    std::array<char, 3> piece;
    EXPECT_EQ(reader.value().read(piece).value(), 3U);
    EXPECT_EQ(reader.value().read(piece).value(), 2U);
    EXPECT_EQ(reader.value().read(piece).value(), 0U);
    EXPECT_EQ(FileReader::open(folder.file("none")).error().code, Errc::NotFound);
}

TEST(File, ErrorsNameTheFile) {
    const TemporaryFolder folder;
    const auto missing = read_file(folder.file("none"), 10);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::NotFound);
    EXPECT_NE(missing.error().message().find("none: No such file"), std::string::npos);
    EXPECT_EQ(write_file_atomically(folder.file("no/such/x"), "x").error().code, Errc::NotFound);
}

TEST(File, FoldersAreMadeWithTheirParents) {
    const TemporaryFolder folder;
    const auto path = folder.file("a/b/c");
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(make_folder(path));
        EXPECT_TRUE(std::filesystem::is_directory(path));
    }
    ASSERT_TRUE(write_file_atomically(folder.file("file"), "x"));
    const auto refused = make_folder(folder.file("file/below"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::Io);
    EXPECT_NE(refused.error().message().find("file"), std::string::npos);
}

TEST(File, TheModeIsThatOfANewFolderAlone) {
    const TemporaryFolder folder;
    ASSERT_TRUE(make_folder(folder.file("a/b"), 0700));
    ASSERT_TRUE(make_folder(folder.file("a"), 0700));
    EXPECT_EQ(std::filesystem::status(folder.file("a/b")).permissions(),
              std::filesystem::perms(0700));
    EXPECT_NE(std::filesystem::status(folder.file("a")).permissions(),
              std::filesystem::perms(0700));
}

TEST(File, ReadingIsBounded) {
    const TemporaryFolder folder;
    ASSERT_TRUE(write_file_atomically(folder.file("big"), std::string(1000, 'x')));
    EXPECT_EQ(read_file(folder.file("big"), 999).error().code, Errc::Limit);
    EXPECT_EQ(read_file(folder.file("big"), 1000).value().size(), 1000u);
}

}  // namespace weft
