#include "api/http/known_reads.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace weft::api {
namespace {

std::shared_ptr<const KnownRead> read_of(const std::string& key) {
    KnownRead read;
    read.read.query.cache_key = key;
    return std::make_shared<const KnownRead>(std::move(read));
}

TEST(KnownReads, FindsByTargetAndCompression) {
    KnownReads reads;
    EXPECT_EQ(reads.find("/a", false), nullptr);
    reads.put("/a", false, read_of("plain"));
    reads.put("/a", true, read_of("gzip"));
    EXPECT_EQ(reads.find("/a", false)->read.query.cache_key, "plain");
    EXPECT_EQ(reads.find("/a", true)->read.query.cache_key, "gzip");
    reads.clear();
    EXPECT_EQ(reads.find("/a", false), nullptr);
}

TEST(KnownReads, HoldsABoundedNumberOfBoundedTargets) {
    KnownReads reads;
    const std::string long_target(KnownReads::kLongest + 1, 'x');
    reads.put(long_target, false, read_of("long"));
    EXPECT_EQ(reads.find(long_target, false), nullptr);
    for (std::size_t i = 0; i < KnownReads::kMost; ++i) {
        reads.put("/" + std::to_string(i), i % 2 == 0, read_of("x"));
    }
    EXPECT_NE(reads.find("/0", true), nullptr);
    reads.put("/one more", false, read_of("last"));
    EXPECT_EQ(reads.find("/0", true), nullptr);
    EXPECT_NE(reads.find("/one more", false), nullptr);
}

}  // namespace
}  // namespace weft::api
