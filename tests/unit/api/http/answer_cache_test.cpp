#include "api/http/answer_cache.hpp"

#include <gtest/gtest.h>

namespace weft::api {
namespace {

Rendered body(std::size_t size) {
    auto made = std::make_shared<RenderedBody>();
    made->bytes.assign(size, 'x');
    return made;
}

TEST(AnswerCache, HoldsOneVersion) {
    AnswerCache cache(100'000);
    Rendered kept = body(10);
    cache.put("a", 1, kept);
    EXPECT_EQ(cache.find("a", 1), kept);
    EXPECT_EQ(cache.find("a", 2), nullptr);
    EXPECT_EQ(cache.find("a", 1), nullptr) << "an outdated answer is dropped when seen";
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(AnswerCache, LeastRecentlyUsedGoesFirst) {
    AnswerCache cache(4 * 1300);
    for (auto key : {"a", "b", "c", "d"}) cache.put(key, 1, body(1000));
    ASSERT_NE(cache.find("a", 1), nullptr);
    cache.put("e", 1, body(1000));
    EXPECT_NE(cache.find("a", 1), nullptr);
    EXPECT_EQ(cache.find("b", 1), nullptr);
    EXPECT_LE(cache.bytes(), 4u * 1300);
}

TEST(AnswerCache, WhatNobodyAsksForGoes) {
    AnswerCache cache(10'000);
    cache.put("asked", 1, body(10));
    cache.put("forgotten", 1, body(10));
    cache.put("large", 1, body(5'000));
    for (int i = 0; i < 5; ++i) {
        cache.age();
        EXPECT_NE(cache.find("asked", 1), nullptr);
    }
    EXPECT_EQ(cache.find("forgotten", 1), nullptr);
    EXPECT_EQ(cache.find("large", 1), nullptr);
    EXPECT_FALSE(cache.is_empty());
    cache.age();
    cache.age();
    EXPECT_TRUE(cache.is_empty());
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(AnswerCache, ALargeAnswerIsKeptApart) {
    AnswerCache cache(10'000);
    cache.put("small", 1, body(10));
    cache.put("large", 1, body(5'000));
    EXPECT_NE(cache.find("large", 1), nullptr);
    EXPECT_NE(cache.find("small", 1), nullptr);
    EXPECT_GE(cache.bytes(), 5'010u);
    cache.put("larger", 1, body(9'000));
    EXPECT_LE(cache.bytes(), 10'000u) << "of the large ones only the last is kept";
    EXPECT_EQ(cache.find("large", 1), nullptr);
    EXPECT_NE(cache.find("larger", 1), nullptr);
    EXPECT_EQ(cache.find("larger", 2), nullptr);
    EXPECT_EQ(cache.find("larger", 1), nullptr) << "an outdated answer is dropped when seen";
}

TEST(AnswerCache, WhatIsAboveTheBoundIsSharedWhileItIsSent) {
    AnswerCache cache(10'000);
    Rendered sent = body(20'000);
    cache.put("huge", 1, sent);
    EXPECT_EQ(cache.find("huge", 1), sent);
    sent.reset();
    EXPECT_EQ(cache.find("huge", 1), nullptr);
}

TEST(AnswerCache, ForgetsAll) {
    AnswerCache cache(10'000);
    cache.put("small", 1, body(10));
    cache.put("large", 1, body(5'000));
    cache.clear();
    EXPECT_EQ(cache.find("small", 1), nullptr);
    EXPECT_EQ(cache.find("large", 1), nullptr);
    EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace weft::api
