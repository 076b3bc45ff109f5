#include "agent/cli/archive.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

using ::weft::testing::TemporaryFolder;

std::string output_of(const std::string& command) {
    std::string out;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    char block[4096];
    while (const std::size_t size = std::fread(block, 1, sizeof block, pipe.get()))
        out.append(block, size);
    return out;
}

TEST(Archive, IsWhatTarReads) {
    const TemporaryFolder folder;
    Archive archive(1'700'000'000);
    ASSERT_TRUE(archive.add("a/one.txt", "first\n"));
    ASSERT_TRUE(archive.add("a/empty", ""));
    ASSERT_TRUE(archive.add("a/two", std::string(100'000, 'x')));
    const auto bytes = archive.compressed();
    ASSERT_TRUE(bytes);
    EXPECT_LT(bytes.value().size(), 2000u);
    const std::string file = folder / "a.tar.gz";
    std::ofstream{file} << bytes.value();

    EXPECT_EQ(output_of("tar tzf " + file), "a/one.txt\na/empty\na/two\n");
    EXPECT_EQ(output_of("tar xzOf " + file + " a/one.txt"), "first\n");
    EXPECT_EQ(output_of("tar xzOf " + file + " a/two").size(), 100'000u);
}

TEST(Archive, LongNamesDoNotFit) {
    Archive archive(0);
    EXPECT_TRUE(archive.add(std::string(99, 'n'), ""));
    EXPECT_EQ(archive.add(std::string(100, 'n'), "").error().code, Errc::Limit);
}

}  // namespace
}  // namespace weft::agent
