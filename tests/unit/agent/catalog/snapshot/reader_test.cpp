#include "agent/catalog/snapshot/reader.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "agent/catalog/record_key.hpp"
#include "tests/support/snapshot_files.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using testing::pack;
using testing::read;
using testing::StateMaker;
using testing::unpack;

StoredRecord key_row(std::string_view name, std::string_view value) {
    KvRow row;
    row.key = SharedText(name);
    row.value = SharedText(value);
    row.create_index = row.modify_index = Index{7};
    return {record_key(TableTag::Kv, {}, name), encode_value(row)};
}

std::string small() {
    return StateMaker().header({.index = Index{7}}).row(key_row("a", "1")).end();
}

TEST(SnapshotReader, EachChangedBitIsFound) {
    const std::string file = small();
    ASSERT_FALSE(read(file).error) << read(file).message();
    // The head of gzip has a time and the like, which say nothing. And what is packed can be said
    // in more than one way.
    const auto members = unpack(file);
    for (std::size_t bit = 10 * 8; bit < file.size() * 8; ++bit) {
        std::string damaged = file;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_TRUE(read(damaged).error || unpack(damaged) == members) << bit;
    }
}

TEST(SnapshotReader, EachCutIsFound) {
    const std::string file = small();
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_TRUE(read(file.substr(0, size)).error) << size;
}

TEST(SnapshotReader, ChangedStatesAreFoundWithoutTheArchive) {
    const std::string state = unpack(small()).at(1).second;
    for (std::size_t at = 0; at < state.size(); ++at) {
        std::string damaged = state;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        EXPECT_TRUE(read(testing::with_state(damaged)).error) << at;
    }
}

TEST(SnapshotReader, SaysThatConsulMadeIt) {
    const std::string file = pack({{"meta.json", R"({"Version":1,"Index":17})"},
                                   {"state.bin", "\x81\xa9LastIndex\x11 and so on"},
                                   {"SHA256SUMS", ""}});
    EXPECT_THAT(read(file).message(), HasSubstr("was made by Consul"));
    EXPECT_EQ(read(file).error->code, make_error_code(Errc::Unsupported));

    std::ifstream real("tests/unit/agent/catalog/snapshot/testdata/consul-1.8.7.snap",
                       std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(real)), {});
    ASSERT_FALSE(bytes.empty());
    EXPECT_THAT(read(bytes).message(), HasSubstr("was made by Consul"));
}

TEST(SnapshotReader, OtherArchivesAreNone) {
    EXPECT_THAT(read(pack({{"notes.txt", "x"}})).message(), HasSubstr("is no snapshot"));
    EXPECT_THAT(read(pack({})).message(), HasSubstr("is no snapshot"));
    EXPECT_THAT(read(pack({{"meta.json", "{}"}})).message(), HasSubstr("no state.bin"));
}

TEST(SnapshotReader, WrongSumsAreFound) {
    auto members = unpack(small());
    members[2].second[3] ^= 1;
    EXPECT_THAT(read(pack(members)).message(), HasSubstr("SHA256SUMS is wrong"));
    members.pop_back();
    EXPECT_THAT(read(pack(members)).message(), HasSubstr("has no SHA256SUMS"));
}

TEST(SnapshotReader, ReadsWhatALaterVersionWrote) {
    // Fields, frames, tables and files that are not known here.
    SnapshotHeader header{.format = 2, .index = Index{9}, .program = "10.0"};
    StateMaker maker;
    maker.frame(200, "what comes first there").header(header).frame(77, std::string(5000, 'f'));
    maker.row(key_row("a", "1"));
    StoredRecord extended = key_row("b", "2");
    std::string& value = extended.value;  // [version, {..}]
    ASSERT_EQ(static_cast<unsigned char>(value[2]) & 0xf0, 0x80);
    ++value[2];
    value +=
        "\xa6"
        "colour"
        "\x93\x01\x02\xc0";
    maker.row(extended).row(
        {"\x99"
         "later" +
             std::string("\0\1", 2) + "x",
         "row"});
    auto members = unpack(maker.end());
    members.insert(members.begin() + 1, {"later.bin", "something"});
    members.emplace_back("last.bin", "something else");

    const auto result = read(pack(members));
    ASSERT_FALSE(result.error) << result.message();
    EXPECT_EQ(result.header.program, "10.0");
    EXPECT_EQ(result.skipped, 1U);
    ASSERT_EQ(result.rows.size(), 2U);
    Catalog catalog;
    ASSERT_TRUE(catalog.begin_import());
    for (const StoredRecord& row : result.rows) ASSERT_TRUE(catalog.import_record(row));
    ASSERT_TRUE(catalog.finish_import(Index{9}, std::nullopt));
    EXPECT_EQ(catalog.view().key("a")->value, "1");
    EXPECT_EQ(catalog.view().key("b")->value, "2");

    // Back in the later version: all that this one knows, and nothing else.
    const auto again = read(testing::save(catalog.view()));
    ASSERT_FALSE(again.error) << again.message();
    EXPECT_EQ(again.skipped, 0U);
    ASSERT_EQ(again.rows.size(), 2U);
    EXPECT_EQ(again.rows[0].value, key_row("a", "1").value);
    EXPECT_EQ(again.rows[1].value, key_row("b", "2").value);
}

TEST(SnapshotReader, RefusesWhatItMayNotSkip) {
    const std::string file =
        StateMaker().header({.format = 9, .reader = 9, .program = "10.0"}).end();
    EXPECT_EQ(read(file).error->code, make_error_code(Errc::Unsupported));
    EXPECT_THAT(read(file).message(), HasSubstr("made by weft 10.0"));
}

TEST(SnapshotReader, ClaimsOfSizeTakeNoMemory) {
    StateMaker maker;
    maker.header({});
    maker.bytes += std::string("\x02\xff\xff\xff\x03", 5);  // 64 MiB, nearly
    EXPECT_TRUE(read(maker.end()).error);
    StateMaker larger;
    larger.header({});
    larger.bytes += std::string("\x02\xff\xff\xff\xff", 5);
    EXPECT_EQ(read(larger.end()).error->code, make_error_code(Errc::Limit));
    StateMaker long_one;
    long_one.header({}).frame(77, std::string(9'000'000, 'x'));
    EXPECT_EQ(read(long_one.end(), 1000).error->code, make_error_code(Errc::Limit));
}

}  // namespace
}  // namespace weft::agent
