#include "gossip/net/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <sstream>

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

class EventLogTest : public testing::Test {
protected:
    EventLogTest() {
        logger_->set_pattern("%l %v");
        log_.listening({*IpAddress::parse("192.0.2.1"), 7946});
        text_.str({});
    }
    // Since the last time.
    std::string lines() {
        std::string lines = text_.str();
        text_.str({});
        return lines;
    }

    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> logger_ = std::make_shared<spdlog::logger>(
        "gossip", std::make_shared<spdlog::sinks::ostream_sink_st>(text_));
    EventLog log_{logger_};
    Endpoint peer_{*IpAddress::parse("192.0.2.2"), 7946};
};

}  // namespace

TEST_F(EventLogTest, ChangesOfStateAreALineEach) {
    auto member = make_ref<Description>();
    member->name = "b";
    member->endpoint = peer_;
    log_.happened(event::MemberFailed{member}, Instant{});
    EXPECT_EQ(lines(), "warning member failed node=b address=192.0.2.2:7946\n");
    log_.happened(event::NameConflict{"b", peer_, {*IpAddress::parse("::1"), 1}, true}, Instant{});
    EXPECT_EQ(lines(),
              "warning two agents have one name, rename one of them, or, if it moved, wait a "
              "minute node=b kept=192.0.2.2:7946 refused=[::1]:1 is_ours=true\n");
}

TEST_F(EventLogTest, WhoCannotJoinNamesBothEnds) {
    log_.happened(event::JoinFinished{peer_, false, "connection refused"}, Instant{});
    EXPECT_EQ(lines(),
              "warning cannot join by way of peer=192.0.2.2:7946 local=192.0.2.1:7946 "
              "error=\"connection refused\"\n");
}

TEST_F(EventLogTest, AForeignKeyNamesBothAndTheRemedyNowAndThen) {
    const auto refuse = [&](Instant now) {
        log_.refused("datagram", peer_, make_error(WireErrc::Undecryptable), now);
    };
    refuse(Instant{});
    EXPECT_EQ(lines(),
              "warning datagram refused, its gossip key is another one, or it has none: set the "
              "same one on both peer=192.0.2.2:7946 local=192.0.2.1:7946 error=\"" +
                  make_error_code(WireErrc::Undecryptable).message() + "\" times=1\n");
    for (int second = 1; second < 30; ++second) refuse(Instant{} + second * 1s);
    EXPECT_EQ(lines(), "");
    refuse(Instant{} + 30s);
    EXPECT_THAT(lines(), testing::HasSubstr("times=30"));
}

TEST_F(EventLogTest, GarbageIsNotWorthALine) {
    log_.refused("datagram", peer_, make_error(WireErrc::UnknownType), Instant{});
    log_.refused("stream", peer_, make_error(Errc::Limit), Instant{});
    EXPECT_EQ(lines(), "");
}

TEST_F(EventLogTest, AStandstillIsALine) {
    log_.late(10ms, Instant{});
    EXPECT_EQ(lines(), "");
    log_.late(3s, Instant{});
    EXPECT_EQ(lines(),
              "warning this agent stood still, others may take it for dead: give it more CPU "
              "local=192.0.2.1:7946 took_ms=3000 times=1\n");
}

TEST_F(EventLogTest, AClockThatLeaptNamesBothAndTheRemedy) {
    log_.happened(event::ClockLeap{peer_, "event", 7, 1ull << 40}, Instant{});
    EXPECT_EQ(lines(),
              "warning the event clock of a peer is too far ahead and was not believed: when its "
              "ring is right, `weft join` it here to take its clock over, else restart it without "
              "its snapshot peer=192.0.2.2:7946 local=192.0.2.1:7946 time=1099511627776 own=7\n");
    log_.happened(event::MergeRefused{peer_, "why"}, Instant{});
    EXPECT_THAT(lines(), testing::HasSubstr("peer=192.0.2.2:7946 local=192.0.2.1:7946"));
}

TEST_F(EventLogTest, WhoAccusesTheLivingIsNamed) {
    auto member = make_ref<Description>();
    member->name = "b";
    member->endpoint = peer_;
    log_.happened(event::AccuserDiscredited{member, 4}, Instant{});
    EXPECT_EQ(lines(),
              "warning a member accused others that live and is believed less: it may be cut off "
              "from some of them, or short of CPU node=b address=192.0.2.2:7946 "
              "local=192.0.2.1:7946 accused=4\n");
}

TEST_F(EventLogTest, NamesThatStrangersChooseMakeNoLongLines) {
    logger_->set_level(spdlog::level::debug);
    event::QueryReceived query;
    query.name = query.source = std::string(10'000, 'x');
    log_.happened(query, Instant{});
    event::QueryAnswered answer;
    answer.from = std::string(10'000, 'x');
    log_.happened(answer, Instant{});
    log_.happened(event::UserEvent{7, std::string(10'000, 'x'), "payload", false}, Instant{});
    const std::string written = lines();
    EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 3);
    EXPECT_LT(written.size(), 4 * 300u + 300u);
}

TEST_F(EventLogTest, MembersThatAreMadeUpDoNotFillTheLog) {
    auto member = make_ref<Description>();
    member->name = "b";
    member->endpoint = peer_;
    const auto change = [&](Instant now) { log_.happened(event::MemberJoined{member}, now); };
    for (std::size_t i = 0; i < EventLog::kMemberLinesMax + 5; ++i) change(Instant{});
    const std::string written = lines();
    EXPECT_EQ(static_cast<std::size_t>(std::count(written.begin(), written.end(), '\n')),
              EventLog::kMemberLinesMax);
    change(Instant{} + 30s);
    EXPECT_THAT(lines(), testing::HasSubstr("too often to write each down times=6\n"));
}

}  // namespace weft::gossip
