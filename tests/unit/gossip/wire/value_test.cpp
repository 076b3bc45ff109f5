#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "gossip/wire/value_reader.hpp"
#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {
namespace {

using namespace std::string_literals;

constexpr auto kMax64 = std::numeric_limits<std::uint64_t>::max();

std::string written(void (*write)(ValueWriter&), IntDialect dialect = IntDialect::Unsigned) {
    std::string out;
    ValueWriter writer(out, dialect);
    write(writer);
    return out;
}

std::string written_signed(std::int64_t value, IntDialect dialect) {
    std::string out;
    ValueWriter(out, dialect).write_signed(value);
    return out;
}

TEST(ValueWriter, WritesTheShortestForm) {
    EXPECT_EQ(written([](ValueWriter& w) { w.write_unsigned(127); }), "\x7f");
    EXPECT_EQ(written([](ValueWriter& w) { w.write_unsigned(128); }), "\xcc\x80");
    EXPECT_EQ(written([](ValueWriter& w) { w.write_unsigned(256); }), "\xcd\x01\x00"s);
    EXPECT_EQ(written([](ValueWriter& w) { w.write_unsigned(65536); }), "\xce\x00\x01\x00\x00"s);
    EXPECT_EQ(written([](ValueWriter& w) { w.write_unsigned(kMax64); }),
              "\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
    EXPECT_EQ(written([](ValueWriter& w) { w.write_array(16); }), "\xdc\x00\x10"s);
    EXPECT_EQ(written([](ValueWriter& w) { w.write_map(15); }), "\x8f");
    EXPECT_EQ(written([](ValueWriter& w) { w.write_map(70000); }), "\xdf\x00\x01\x11\x70"s);
}

TEST(ValueWriter, NeverWritesTheNewerTextTypes) {
    EXPECT_EQ(written([](ValueWriter& w) { w.write_text(std::string(31, 'x')); }),
              "\xbf" + std::string(31, 'x'));
    EXPECT_EQ(written([](ValueWriter& w) { w.write_text(std::string(32, 'x')); }),
              "\xda\x00\x20"s + std::string(32, 'x'));
    EXPECT_EQ(written([](ValueWriter& w) { w.write_bytes(std::string_view()); }), "\xa0");
    EXPECT_EQ(written([](ValueWriter& w) { w.write_bytes(std::nullopt); }), "\xc0");
}

TEST(ValueWriter, SignedFieldsHaveTwoDialects) {
    EXPECT_EQ(written_signed(200, IntDialect::Unsigned), "\xcc\xc8");
    EXPECT_EQ(written_signed(200, IntDialect::Signed), "\xd1\x00\xc8"s);
    EXPECT_EQ(written_signed(127, IntDialect::Signed), "\x7f");
    EXPECT_EQ(written_signed(-1, IntDialect::Unsigned), "\xff");
    EXPECT_EQ(written_signed(-33, IntDialect::Unsigned), "\xd0\xdf");
    EXPECT_EQ(written_signed(std::numeric_limits<std::int64_t>::min(), IntDialect::Signed),
              "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s);
    EXPECT_EQ(written_signed(16'000'000'000, IntDialect::Signed),
              "\xd3\x00\x00\x00\x03\xb9\xac\xa0\x00"s);
}

TEST(ValueReader, TakesAnyIntegerThatFits) {
    const auto read = [](std::string_view bytes, std::uint64_t max) {
        ValueReader reader(bytes);
        const std::uint64_t value = reader.read_unsigned(max);
        return reader.failed() ? kMax64 : value;
    };
    EXPECT_EQ(read("\xcf\x00\x00\x00\x00\x00\x00\x00\x05"s, 255), 5u) << "wider than needed";
    EXPECT_EQ(read("\xd0\x05", 255), 5u) << "signed marker";
    EXPECT_EQ(read("\xc0", 255), 0u) << "nil";
    EXPECT_EQ(read("\xff", 255), kMax64) << "negative";
    EXPECT_EQ(read("\xcd\x01\x00"s, 255), kMax64) << "too large";
    EXPECT_EQ(read("\xa1x", 255), kMax64) << "text";
    EXPECT_EQ(read("\xcd\x01", 255), kMax64) << "cut off";
    const std::string signed16 = "\xd1\xff\x00"s;
    ValueReader negative(signed16);
    EXPECT_EQ(negative.read_signed(-1000, 1000), -256);
    ValueReader above("\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
    above.read_signed(std::numeric_limits<std::int64_t>::min(),
                      std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(above.failure(), WireErrc::OutOfRange);
}

TEST(ValueReader, TakesTextOfEveryType) {
    for (const std::string& bytes :
         {"\xa2hi"s, "\xd9\x02hi"s, "\xda\x00\x02hi"s, "\xdb\x00\x00\x00\x02hi"s, "\xc4\x02hi"s,
          "\xc5\x00\x02hi"s, "\xc6\x00\x00\x00\x02hi"s}) {
        ValueReader reader(bytes);
        EXPECT_EQ(reader.read_text(), "hi");
        EXPECT_FALSE(reader.failed());
        EXPECT_TRUE(reader.rest().empty());
    }
    ValueReader lies("\xdb\xff\xff\xff\xffhi");
    EXPECT_EQ(lies.read_text(), "");
    EXPECT_EQ(lies.failure(), WireErrc::Truncated);
}

TEST(ValueReader, TellsNoBytesFromEmptyOnes) {
    EXPECT_EQ(ValueReader("\xc0").read_bytes(), std::nullopt);
    EXPECT_EQ(ValueReader("\xa0").read_bytes(), Bytes(""));
}

TEST(ValueReader, TakesRealsAndBools) {
    EXPECT_EQ(ValueReader("\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"s).read_real(), 1.5);
    EXPECT_EQ(ValueReader("\xca\x3f\xc0\x00\x00"s).read_real(), 1.5);
    EXPECT_EQ(ValueReader("\xff").read_real(), -1.0);
    EXPECT_TRUE(ValueReader("\xc3").read_bool());
    EXPECT_TRUE(ValueReader("\x01").read_bool());
    EXPECT_FALSE(ValueReader("\xc2").read_bool());
    ValueReader two("\x02");
    two.read_bool();
    EXPECT_EQ(two.failure(), WireErrc::WrongType);
}

TEST(ValueReader, BelievesNoCount) {
    ValueReader array("\xdd\xff\xff\xff\xff\x01");
    EXPECT_EQ(array.read_array(), std::nullopt);
    EXPECT_EQ(array.failure(), WireErrc::Truncated);
    ValueReader map("\x82\x01\x02\x03");
    EXPECT_EQ(map.read_map(), std::nullopt);
    EXPECT_EQ(map.failure(), WireErrc::Truncated);
}

TEST(ValueReader, SkipsAnyValueToALimitOfDepth) {
    const std::string value = "\x82\xa1k\x92\x01\xcb\x00\x00\x00\x00\x00\x00\x00\x00\xa1l\x80"s;
    const std::string more = value + "x";
    ValueReader reader(more);
    EXPECT_EQ(reader.skip(), value);
    EXPECT_EQ(reader.rest(), "x");
    const std::string nested = std::string(33, '\x91') + "\x01";
    ValueReader deep(nested);
    EXPECT_EQ(deep.skip(), "");
    EXPECT_EQ(deep.failure(), WireErrc::TooDeep);
    EXPECT_EQ(ValueReader(std::string_view(nested).substr(1)).skip().size(), 33u);
    ValueReader unknown("\xc1");
    unknown.skip();
    EXPECT_EQ(unknown.failure(), WireErrc::WrongType);
}

TEST(ValueReader, CountsWhatReadingCosts) {
    ValueReader reader("\x93\xc0\x01\xa1x");
    reader.skip();
    EXPECT_EQ(reader.steps(), 5u);
    const std::string text = "\xda\x03\xe8"s + std::string(1000, 'x');
    ValueReader of_text(text);
    of_text.read_text();
    EXPECT_LE(of_text.steps(), 3u);
}

TEST(ValueReader, StaysFailed) {
    ValueReader reader("\xa1x\x05");
    reader.read_unsigned(9);
    EXPECT_EQ(reader.read_unsigned(9), 0u);
    EXPECT_EQ(reader.failure(), WireErrc::WrongType);
}

}  // namespace
}  // namespace weft::gossip
