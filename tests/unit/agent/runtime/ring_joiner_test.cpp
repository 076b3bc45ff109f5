#include "agent/runtime/ring_joiner.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "agent/io/task_scope.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft::agent {
namespace {

namespace asio = boost::asio;

// Agents on loopback, all on one thread.
class RingJoinerTest : public ::testing::Test {
protected:
    struct Agent {
        std::vector<std::string> events;  // names of user events
        std::unique_ptr<gossip::Ring> ring;
        std::unique_ptr<RingJoiner> joiner;
    };

    std::unique_ptr<gossip::Ring> open(Agent& agent, std::string name, std::uint16_t port,
                                       IpAddress bind = IpAddress::v4({127, 0, 0, 1})) {
        gossip::RingConfig config;
        config.node.name = std::move(name);
        config.bind = {bind, port};
        if (bind.is_unspecified()) config.node.advertise.address = IpAddress::v4({127, 0, 0, 1});
        gossip::set_local(config.node);
        auto opened = gossip::Ring::open(
            context_.get_executor(), std::move(config), {},
            [&agent](const gossip::Event& event) {
                const auto* finished = std::get_if<gossip::event::JoinFinished>(&event);
                if (finished && agent.joiner) agent.joiner->heard(*finished);
                if (const auto* user = std::get_if<gossip::event::UserEvent>(&event))
                    agent.events.push_back(user->name);
            },
            nullptr);
        EXPECT_TRUE(opened) << opened.error().message();
        return std::move(opened.value());
    }
    Agent& start(std::string name, std::uint16_t port = 0,
                 IpAddress bind = IpAddress::v4({127, 0, 0, 1})) {
        Agent& agent = *agents_.emplace_back(std::make_unique<Agent>());
        agent.ring = open(agent, std::move(name), port, bind);
        rings_.spawn(agent.ring->run());
        return agent;
    }
    // It comes up and knew these.
    void rejoin(Agent& agent, std::vector<gossip::Endpoint> known) {
        agent.joiner = std::make_unique<RingJoiner>(*agent.ring, config_, std::move(known), log_);
        joiners_.spawn(joined(*agent.joiner));
    }
    asio::awaitable<void> joined(RingJoiner& joiner) {
        const auto ended = co_await joiner.run();
        EXPECT_TRUE(ended);
        ++ended_;
    }
    asio::awaitable<void> ask(Agent& agent, std::vector<std::string> addresses,
                              std::optional<api::JoinOutcome>& outcome) {
        outcome = co_await agent.joiner->join(std::move(addresses));
    }
    asio::awaitable<void> leave(Agent& agent, bool& has_left) {
        co_await agent.ring->leave();
        has_left = true;
    }
    std::string lines() const { return text_.str(); }
    // A place where nobody is.
    gossip::Endpoint nobody() {
        Agent none;
        return open(none, "none", 0)->local();
    }
    template <class Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            context_.restart();
            if (context_.run_one_until(deadline) == 0) return condition();
        }
        return true;
    }
    void TearDown() override {
        context_.restart();
        EXPECT_TRUE(run(context_, close()));
    }
    asio::awaitable<Result<int>> close() {
        co_await joiners_.close();
        co_await rings_.close();
        co_return 0;
    }

    asio::io_context context_{1};
    GossipConfig config_;
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> log_ = std::make_shared<spdlog::logger>(
        "gossip", std::make_shared<spdlog::sinks::ostream_sink_st>(text_));
    std::vector<std::unique_ptr<Agent>> agents_;
    TaskScope rings_{context_.get_executor()};
    TaskScope joiners_{context_.get_executor()};
    int ended_ = 0;
};

TEST_F(RingJoinerTest, WhoComesUpBeforeTheNetworkTriesAgainUntilSomebodyIsThere) {
    const gossip::Endpoint known = nobody();
    Agent& a = start("a");
    rejoin(a, {known});
    ASSERT_TRUE(until([&] { return a.ring->counters().dials >= 3; }));
    EXPECT_EQ(ended_, 0);
    start("b", known.port);
    EXPECT_TRUE(until([&] { return ended_ == 1; }));
    EXPECT_TRUE(a.ring->node().find("b"));
}

TEST_F(RingJoinerTest, WhoIsFoundByTheOthersStopsAsking) {
    Agent& a = start("a");
    rejoin(a, {nobody()});
    Agent& b = start("b");
    rejoin(b, {a.ring->local()});
    EXPECT_TRUE(until([&] { return ended_ == 2; }));
}

TEST_F(RingJoinerTest, ThoseOfTheLastLifeAndRetryJoinAreAskedTogether) {
    Agent& a = start("a");
    config_.retry_join = {a.ring->local().str()};
    Agent& b = start("b");
    rejoin(b, {nobody()});
    EXPECT_TRUE(until([&] { return b.ring->node().find("a").has_value(); }));
}

// The same list is given to all agents, and the others come up later.
TEST_F(RingJoinerTest, WhoIsOnItsOwnListGoesOnUntilAnotherIsThere) {
    const gossip::Endpoint other = nobody();
    Agent& a = start("a");
    config_.retry_join = {a.ring->local().str(), other.str()};
    config_.retry_max = 1;  // satisfied by itself
    rejoin(a, {});
    ASSERT_TRUE(until([&] { return a.ring->counters().dials >= 3; }));
    EXPECT_EQ(lines().find("joined members="), std::string::npos) << lines();
    start("b", other.port);
    EXPECT_TRUE(until([&] { return a.ring->node().find("b").has_value(); }));
    EXPECT_TRUE(until([&] { return lines().find("joined members=1") != std::string::npos; }));
    EXPECT_EQ(ended_, 0);
}

TEST_F(RingJoinerTest, BoundToAllAddressesItKnowsEachForItsOwn) {
    Agent& a = start("a", 0, IpAddress::v4({0, 0, 0, 0}));
    config_.start_join = {fmt::format("127.0.0.7:{}", a.ring->local().port)};
    rejoin(a, {});
    EXPECT_TRUE(until([&] { return ended_ == 1; }));
    EXPECT_EQ(a.ring->counters().dials, 0u);
}

TEST_F(RingJoinerTest, WhoIsLeftAloneJoinsAgain) {
    Agent& a = start("a");
    Agent& b = start("b");
    const gossip::Endpoint place = b.ring->local();
    config_.retry_join = {place.str()};
    rejoin(a, {});
    ASSERT_TRUE(until([&] { return lines().find("joined members=1") != std::string::npos; }));
    const auto dials = a.ring->counters().dials;
    bool has_left = false;
    rings_.spawn(leave(b, has_left));
    ASSERT_TRUE(until([&] { return lines().find("joining again") != std::string::npos; }));
    EXPECT_TRUE(until([&] { return a.ring->counters().dials > dials; }));
    EXPECT_TRUE(until([&] { return has_left; }));
}

// A network that was cut in two is one ring, and its events are for all.
TEST_F(RingJoinerTest, WhoWasAloneGetsTheEventsOfMeanwhile) {
    Agent& a = start("a");
    Agent& b = start("b");
    const gossip::Endpoint later = nobody();
    config_.retry_join = {b.ring->local().str(), later.str()};
    rejoin(a, {});
    ASSERT_TRUE(until([&] { return lines().find("joined members=1") != std::string::npos; }));
    bool has_left = false;
    rings_.spawn(leave(b, has_left));
    ASSERT_TRUE(until([&] { return lines().find("joining again") != std::string::npos; }));
    Agent& c = start("c", later.port);
    EXPECT_TRUE(c.ring->call([](gossip::Node& node, Instant now, gossip::Output& out) {
        return node.fire_event("deploy", "", false, now, out);
    }));
    EXPECT_TRUE(until([&] { return a.events == std::vector<std::string>{"deploy"}; }));
    EXPECT_TRUE(until([&] { return has_left; }));
}

TEST_F(RingJoinerTest, WhoLeavesDoesNotJoinAgain) {
    Agent& a = start("a");
    config_.retry_join = {nobody().str()};
    rejoin(a, {});
    bool has_left = false;
    rings_.spawn(leave(a, has_left));
    EXPECT_TRUE(until([&] { return ended_ == 1; }));
    EXPECT_TRUE(until([&] { return has_left; }));
}

TEST_F(RingJoinerTest, WhoKnowsNobodyHasNobodyToAsk) {
    rejoin(start("a"), {});
    EXPECT_TRUE(until([&] { return ended_ == 1; }));
}

TEST_F(RingJoinerTest, APortThatIsNoneIsSaidAndNotDialled) {
    Agent& a = start("a");
    rejoin(a, {});
    const std::vector<std::string> wrong = {"127.0.0.1:99999", "127.0.0.1:abc", "127.0.0.1:0",
                                            "127.0.0.1:-1",    "127.0.0.1:1x",  "127.0.0.1:"};
    std::optional<api::JoinOutcome> outcome;
    joiners_.spawn(ask(a, wrong, outcome));
    ASSERT_TRUE(until([&] { return outcome.has_value(); }));
    EXPECT_EQ(outcome->joined, 0u);
    ASSERT_EQ(outcome->failures.size(), wrong.size());
    for (const auto& failure : outcome->failures)
        EXPECT_NE(failure.why.find("from 1 to 65535"), std::string::npos) << failure.why;
    EXPECT_EQ(a.ring->counters().dials, 0u);
}

TEST_F(RingJoinerTest, WhoIsEndedWhileItWaitsEnds) {
    Agent& a = start("a");
    rejoin(a, {nobody()});
    ASSERT_TRUE(until([&] { return a.ring->counters().dials >= 2; }));
}

// The look is due, but has not come yet.
TEST_F(RingJoinerTest, WhoIsEndedWhenItIsAboutToLookEnds) {
    Agent& a = start("a");
    Agent& b = start("b");
    config_.retry_join = {b.ring->local().str()};
    a.joiner =
        std::make_unique<RingJoiner>(*a.ring, config_, std::vector<gossip::Endpoint>(), log_);
    TaskScope joiners(context_.get_executor());
    joiners.spawn(joined(*a.joiner));
    ASSERT_TRUE(until([&] { return lines().find("joined members=1") != std::string::npos; }));
    // A second between two looks passes here, in which the context does nothing.
    asio::io_context elsewhere;
    asio::steady_timer(elsewhere, std::chrono::milliseconds(1200)).wait();
    TaskScope closers(context_.get_executor());
    closers.spawn(joiners.close());
    ASSERT_TRUE(until([&] { return closers.running() == 0; }));
    EXPECT_EQ(ended_, 1);
}

}  // namespace
}  // namespace weft::agent
