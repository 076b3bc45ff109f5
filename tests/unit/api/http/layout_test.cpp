#include "api/http/layout.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace weft::api {
namespace {

std::string gunzip(std::string_view packed) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_SYNC_FLUSH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

TEST(Layout, PrettyIndentsAndEndsTheLine) {
    EXPECT_EQ(pretty_json(R"(["dc1"])"), "[\n    \"dc1\"\n]\n");
    EXPECT_EQ(pretty_json("{}"), "{}\n");
}

TEST(Layout, GzipGivesBackWhatWasPacked) {
    std::string plain(300'000, 'x');
    EXPECT_EQ(gunzip(gzip(plain)), plain);
    EXPECT_EQ(gunzip(gzip("{}")), "{}");
}

TEST(Layout, GzipStreamCanBeReadAfterEachPart) {
    GzipStream stream;
    std::string sent = stream.add("one\n");
    EXPECT_EQ(gunzip(sent), "one\n");
    sent += stream.add("two\n");
    EXPECT_EQ(gunzip(sent), "one\ntwo\n");
}

TEST(Layout, AcceptEncodingMustNameGzip) {
    EXPECT_TRUE(accepts_gzip("gzip"));
    EXPECT_TRUE(accepts_gzip("deflate, gzip;q=0.5"));
    EXPECT_FALSE(accepts_gzip("identity"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0"));
    EXPECT_FALSE(accepts_gzip("gzip; q=0.0"));
    EXPECT_FALSE(accepts_gzip(""));
    EXPECT_FALSE(accepts_gzip("xgzip"));
}

TEST(Layout, HeaderNamesAreCanonical) {
    EXPECT_EQ(canonical_header_name("X-Consul-ContentHash"), "X-Consul-Contenthash");
    EXPECT_EQ(canonical_header_name("access-control-allow-origin"), "Access-Control-Allow-Origin");
}

}  // namespace
}  // namespace weft::api
