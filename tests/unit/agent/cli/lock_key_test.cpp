#include "agent/cli/lock_key.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using ::testing::ElementsAre;

KvPair lock(std::string session, std::uint64_t flags = kLockFlags) {
    KvPair pair;
    pair.key = "l/.lock";
    pair.session = std::move(session);
    pair.flags = flags;
    return pair;
}

// A list of holders and a contender for each of the sessions.
std::vector<KvPair> semaphore(std::string list, std::vector<std::string> sessions) {
    std::vector<KvPair> pairs;
    KvPair holders;
    holders.key = "s/.lock";
    holders.value = std::move(list);
    holders.flags = kSemaphoreFlags;
    holders.modify_index = 12;
    pairs.push_back(holders);
    for (const std::string& session : sessions) {
        KvPair contender;
        contender.key = "s/" + session;
        contender.session = session;
        contender.flags = kSemaphoreFlags;
        pairs.push_back(contender);
    }
    return pairs;
}

TEST(LockKey, StandsBelowThePrefix) {
    EXPECT_EQ(lock_key("jobs/a"), "jobs/a/.lock");
    EXPECT_EQ(lock_key("jobs/a/"), "jobs/a/.lock");
    EXPECT_EQ(lock_key(""), ".lock");
}

// As Consul joins its paths.
TEST(LockKey, APrefixIsCleaned) {
    for (const char* word : {"a/b", "a/b/", "/a/b", "a//b", "./a/b", "a/x/../b", "//a/b//"})
        EXPECT_EQ(lock_prefix(word), "a/b") << word;
    for (const char* word : {"", "/", ".", "./"}) EXPECT_EQ(lock_prefix(word), "") << word;
}

TEST(LockKey, ALockIsFreeMineOrTaken) {
    EXPECT_EQ(use_of_lock({}, "me"), LockUse::Free);
    EXPECT_EQ(use_of_lock({lock("")}, "me"), LockUse::Free);
    EXPECT_EQ(use_of_lock({lock("me")}, "me"), LockUse::Mine);
    EXPECT_EQ(use_of_lock({lock("other")}, "me"), LockUse::Taken);
    EXPECT_EQ(use_of_lock({lock("", 0)}, "me"), LockUse::Foreign);
    EXPECT_EQ(use_of_lock({lock("other", kSemaphoreFlags)}, "me"), LockUse::Foreign);
}

TEST(LockKey, ASemaphoreCountsHoldersWhoseSessionsLive) {
    const std::string list = R"({"Limit":2,"Holders":{"a":true,"gone":true}})";
    const Semaphore room = read_semaphore(semaphore(list, {"a", "me"}), "s", "me", 2);
    EXPECT_EQ(room.use, LockUse::Free);
    EXPECT_EQ(room.modify_index, 12u);
    EXPECT_THAT(room.holders, ElementsAre("a"));

    const Semaphore full = read_semaphore(semaphore(list, {"a", "gone", "me"}), "s", "me", 2);
    EXPECT_EQ(full.use, LockUse::Taken);
    EXPECT_EQ(read_semaphore(semaphore(list, {"a"}), "s", "a", 2).use, LockUse::Mine);
    // Listed, but the session has ended: no holder.
    EXPECT_EQ(read_semaphore(semaphore(list, {"a"}), "s", "gone", 2).use, LockUse::Free);
}

TEST(LockKey, ASemaphoreWithoutListHasRoom) {
    const Semaphore none = read_semaphore({}, "s", "me", 3);
    EXPECT_EQ(none.use, LockUse::Free);
    EXPECT_EQ(none.modify_index, 0u);
    EXPECT_EQ(none.limit, 3u);
}

TEST(LockKey, ASemaphoreOfAnotherLimitOrKindIsRefused) {
    const Semaphore other = read_semaphore(semaphore(R"({"Limit":2})", {}), "s", "me", 3);
    EXPECT_EQ(other.use, LockUse::OtherLimit);
    EXPECT_EQ(other.limit, 2u);
    for (const char* text : {"", "x", "[]", R"({"Limit":0})", R"({"Holders":{}})"})
        EXPECT_EQ(read_semaphore(semaphore(text, {}), "s", "me", 3).use, LockUse::Foreign) << text;
    auto pairs = semaphore(R"({"Limit":3})", {});
    pairs[0].flags = kLockFlags;
    EXPECT_EQ(read_semaphore(pairs, "s", "me", 3).use, LockUse::Foreign);
}

TEST(LockKey, TheListIsWrittenAsConsulsClientWritesIt) {
    EXPECT_EQ(holders_text(3, {"b", "a"}), R"({"Limit":3,"Holders":{"a":true,"b":true}})");
    EXPECT_EQ(holders_text(3, {}), R"({"Limit":3,"Holders":{}})");
}

}  // namespace
}  // namespace weft::agent
