#include "agent/runtime/ring_question.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RingQuestion, IsCompleteWhenAllWhoWereThereAcknowledged) {
    RingQuestion question(RingQuestion::Wants::Acks, {"a", "b"});
    EXPECT_FALSE(question.is_complete());
    question.acknowledged("b");
    question.answered("a", "x");  // is not what it wants
    EXPECT_FALSE(question.is_complete());
    EXPECT_THAT(question.missing(), ElementsAre("a"));
    question.acknowledged("a");
    EXPECT_TRUE(question.is_complete());
    EXPECT_THAT(question.missing(), IsEmpty());
}

TEST(RingQuestion, IsCompleteWhenAllWhoWereThereAnswered) {
    RingQuestion question(RingQuestion::Wants::Answers, {"a", "b"});
    question.acknowledged("a");
    question.answered("a", "1");
    EXPECT_FALSE(question.is_complete());
    question.answered("b", "2");
    EXPECT_TRUE(question.is_complete());
}

// As an agent that is leaving, which is not alive any more and answers itself first.
TEST(RingQuestion, WhoWasNotExpectedIsShownAndDoesNotCount) {
    RingQuestion acks(RingQuestion::Wants::Acks, {"other"});
    acks.acknowledged("me");
    EXPECT_FALSE(acks.is_complete());
    EXPECT_THAT(acks.acks(), ElementsAre("me"));
    EXPECT_THAT(acks.missing(), ElementsAre("other"));
    acks.acknowledged("other");
    EXPECT_TRUE(acks.is_complete());

    RingQuestion answers(RingQuestion::Wants::Answers, {"other"});
    answers.answered("me", "x");
    EXPECT_FALSE(answers.is_complete());
    EXPECT_EQ(answers.answers().at("me"), "x");
}

}  // namespace
}  // namespace weft::agent
