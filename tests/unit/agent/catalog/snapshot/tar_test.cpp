#include "agent/catalog/snapshot/tar.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/snapshot_files.hpp"

namespace weft::agent {
namespace {

using testing::pack;
using testing::unpack;

TEST(Tar, GivesFilesBack) {
    const std::vector<testing::Member> members = {{"empty", ""},
                                                  {"one", std::string(1, 'x')},
                                                  {"block", std::string(512, 'y')},
                                                  {"more", std::string(1300, 'z')}};
    EXPECT_EQ(unpack(pack(members)), members);
}

TEST(Tar, HeadsAreThoseOfOtherPrograms) {
    const std::string head = tar_head("meta.json", 0755, 1);
    ASSERT_EQ(head.size(), 512U);
    EXPECT_EQ(head.substr(0, 10), std::string("meta.json\0", 10));
    EXPECT_EQ(head.substr(124, 12), std::string("00000000755\0", 12));
    EXPECT_EQ(head.substr(257, 8), std::string("ustar\0"
                                               "00",
                                               8));
}

TEST(Tar, PassesOverWhatIsNoFile) {
    std::string folder = tar_head("folder", 5, 0);
    // The kind changes the sum by its difference.
    const int sum = std::stoi(folder.substr(148, 6), nullptr, 8);
    folder[156] = '5';
    folder.replace(148, 6, fmt::format("{:06o}", sum + '5' - '0'));
    const std::string bytes = folder + std::string(512, 'x') + tar_head("file", 0, 0) + tar_end();
    TarReader tar(reader_of(bytes));
    const auto member = tar.next();
    ASSERT_TRUE(member) << member.error().message();
    EXPECT_EQ(member.value()->name, "file");
    EXPECT_FALSE(tar.next().value());
}

TEST(Tar, DamageIsFound) {
    const std::string whole = tar_head("file", 3, 0) + "abc" + tar_padding(3) + tar_end();
    for (std::size_t at = 0; at < 512; ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        TarReader tar(reader_of(damaged));
        EXPECT_FALSE(tar.next()) << at;
    }
    for (std::size_t size = 0; size < whole.size() - 512; size += 100) {
        const std::string cut = whole.substr(0, size);
        TarReader tar(reader_of(cut));
        Result<std::optional<TarMember>> member = tar.next();
        while (member && member.value()) member = tar.next();
        EXPECT_FALSE(member) << size;
    }
}

TEST(Gzip, SaysWhatIsWrongInTheWordsOfConsul) {
    const auto error_of = [](std::string_view bytes) {
        GzipReader gzip(reader_of(bytes), 1000);
        std::array<char, 2000> buffer;
        Result<std::size_t> got = gzip.read(buffer);
        while (got && got.value() > 0) got = gzip.read(buffer);
        return got ? std::string() : got.error().message();
    };
    EXPECT_EQ(error_of(""), "failed to decompress snapshot: EOF");
    EXPECT_EQ(error_of("garbage"), "failed to decompress snapshot: unexpected EOF");
    EXPECT_EQ(error_of("more garbage than a head"),
              "failed to decompress snapshot: gzip: invalid header");
    GzipWriter writer;
    std::string packed;
    writer.add(std::string(900, 'x'), packed);
    writer.finish(packed);
    EXPECT_EQ(error_of(packed), "");
    EXPECT_EQ(error_of(packed.substr(0, packed.size() - 1)),
              "failed to decompress snapshot: unexpected EOF");
    EXPECT_EQ(error_of(packed + "x"), "failed to decompress snapshot: something follows its end");
    packed[packed.size() - 8] ^= 1;
    EXPECT_EQ(error_of(packed), "failed to decompress snapshot: incorrect data check");
}

TEST(Gzip, DoesNotUnpackWithoutEnd) {
    GzipWriter writer;
    std::string packed;
    writer.add(std::string(100'000, 'x'), packed);
    writer.finish(packed);
    GzipReader gzip(reader_of(packed), 1000);
    std::array<char, 600> buffer;
    ASSERT_TRUE(gzip.read(buffer));
    const auto more = gzip.read(buffer);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, make_error_code(Errc::Limit));
}

}  // namespace
}  // namespace weft::agent
