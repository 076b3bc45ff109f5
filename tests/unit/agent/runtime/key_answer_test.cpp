#include "agent/runtime/key_answer.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gossip/core/encoded.hpp"

namespace weft::agent {
namespace {

using api::KeyOperation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::string kKey = "AAAAAAAAAAAAAAAAAAAAAA==";
const std::string kOther = "AQEBAQEBAQEBAQEBAQEBAQ==";

std::string did_it() {
    return gossip::encoded_blob(gossip::KeyAnswer{true, {}, {}, {}});
}

std::string failed(std::string_view why) {
    return gossip::encoded_blob(gossip::KeyAnswer{false, why, {}, {}});
}

// The first is the primary one.
std::string has(const std::vector<std::string_view>& keys) {
    gossip::KeyAnswer answer;
    answer.result = true;
    answer.keys = keys;
    answer.primary_key = keys.front();
    return gossip::encoded_blob(answer);
}

class KeyAnswerTest : public ::testing::Test {
protected:
    KeyAnswerTest() {
        identity_.node_name = "a";
        identity_.datacenter = "dc1";
    }
    static RingQuestion ask(std::set<std::string> expected) {
        return {RingQuestion::Wants::Answers, std::move(expected)};
    }
    api::KeyAnswer answer(const RingQuestion& question, KeyOperation operation,
                          const Result<void>& kept = success()) const {
        return key_answer_of(question, operation, identity_, kept);
    }

    AgentIdentity identity_;
};

TEST_F(KeyAnswerTest, AListCountsWhoHasWhichKey) {
    RingQuestion question = ask({"a", "b"});
    question.answered("a", has({kKey, kOther}));
    question.answered("b", has({kKey}));
    const api::KeyAnswer list = answer(question, KeyOperation::List);
    EXPECT_EQ(list.datacenter, "dc1");
    EXPECT_EQ(list.nodes, 2u);
    EXPECT_EQ(list.error, "");
    EXPECT_THAT(list.messages, IsEmpty());
    EXPECT_THAT(list.keys, ElementsAre(Pair(kKey, 2u), Pair(kOther, 1u)));
    EXPECT_THAT(list.primary_keys, ElementsAre(Pair(kKey, 2u)));
}

TEST_F(KeyAnswerTest, WhoGivesNoAnswerIsNamed) {
    RingQuestion question = ask({"a", "b", "c"});
    question.answered("b", did_it());
    const api::KeyAnswer installed = answer(question, KeyOperation::Install);
    EXPECT_EQ(installed.error, "1/3 nodes reported success");
    EXPECT_THAT(installed.messages, ElementsAre(Pair("a", "no answer"), Pair("c", "no answer")));
}

TEST_F(KeyAnswerTest, WhoFailsSaysWhy) {
    RingQuestion question = ask({"a", "b", "c"});
    question.answered("a", did_it());
    question.answered("c", failed("no room"));
    const api::KeyAnswer installed = answer(question, KeyOperation::Install);
    EXPECT_EQ(installed.error, "1/3 nodes reported failure");
    EXPECT_THAT(installed.messages, ElementsAre(Pair("b", "no answer"), Pair("c", "no room")));
}

TEST_F(KeyAnswerTest, WhatAPeerWritesIsCut) {
    RingQuestion question = ask({"a"});
    question.answered("a", failed(std::string(1000, 'x')));
    const api::KeyAnswer installed = answer(question, KeyOperation::Install);
    EXPECT_THAT(installed.messages, ElementsAre(Pair("a", std::string(300, 'x') + "...")));
}

TEST_F(KeyAnswerTest, AnAnswerThatCannotBeReadIsAFailure) {
    RingQuestion question = ask({"a"});
    question.answered("a", "");
    const api::KeyAnswer used = answer(question, KeyOperation::Use);
    EXPECT_EQ(used.error, "1/1 nodes reported failure");
    EXPECT_THAT(used.messages, ElementsAre(Pair("a", "its answer cannot be read")));
}

// It left before it was asked, or came after.
TEST_F(KeyAnswerTest, WhoWasNotExpectedMakesNoSuccess) {
    RingQuestion question = ask({"a", "b"});
    question.answered("a", has({kKey}));
    question.answered("left", has({kKey}));
    const api::KeyAnswer list = answer(question, KeyOperation::List);
    EXPECT_EQ(list.nodes, 2u);
    EXPECT_EQ(list.error, "1/2 nodes reported success");
    EXPECT_THAT(list.messages, ElementsAre(Pair("b", "no answer")));
    EXPECT_THAT(list.keys, ElementsAre(Pair(kKey, 1u)));
}

TEST_F(KeyAnswerTest, AFailureOfOneWhoWasNotExpectedIsSaid) {
    RingQuestion question = ask({"a"});
    question.answered("a", did_it());
    question.answered("new", failed("no room"));
    const api::KeyAnswer installed = answer(question, KeyOperation::Install);
    EXPECT_EQ(installed.error, "1/1 nodes reported failure");
    EXPECT_THAT(installed.messages, ElementsAre(Pair("new", "no room")));
}

// The answer of this agent was given before it knew.
TEST_F(KeyAnswerTest, OwnKeysThatAreNotKeptAreAFailureOfThisAgent) {
    RingQuestion question = ask({"a", "b"});
    question.answered("a", did_it());
    question.answered("b", did_it());
    const Result<void> kept = make_error(Errc::Io, "the file");
    const api::KeyAnswer installed = answer(question, KeyOperation::Install, kept);
    EXPECT_EQ(installed.error, "1/2 nodes reported failure");
    EXPECT_THAT(installed.messages, ElementsAre(Pair("a", "the file")));
    EXPECT_EQ(answer(question, KeyOperation::List, kept).error, "");
}

// Why its keys did not change at all says more.
TEST_F(KeyAnswerTest, OwnFailureIsSaidOnce) {
    RingQuestion question = ask({"a"});
    question.answered("a", failed("no room"));
    const Result<void> kept = make_error(Errc::Io, "the file");
    const api::KeyAnswer installed = answer(question, KeyOperation::Install, kept);
    EXPECT_THAT(installed.messages, ElementsAre(Pair("a", "no room")));
}

}  // namespace
}  // namespace weft::agent
