#include "agent/runtime/ring_joiner.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
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
        std::unique_ptr<gossip::Ring> ring;
        std::unique_ptr<RingJoiner> joiner;
    };

    std::unique_ptr<gossip::Ring> open(Agent& agent, std::string name, std::uint16_t port) {
        gossip::RingConfig config;
        config.node.name = std::move(name);
        config.bind = {IpAddress::v4({127, 0, 0, 1}), port};
        gossip::set_local(config.node);
        auto opened = gossip::Ring::open(
            context_.get_executor(), std::move(config), {},
            [&agent](const gossip::Event& event) {
                const auto* finished = std::get_if<gossip::event::JoinFinished>(&event);
                if (finished && agent.joiner) agent.joiner->heard(*finished);
            },
            nullptr);
        EXPECT_TRUE(opened) << opened.error().message();
        return std::move(opened.value());
    }
    Agent& start(std::string name, std::uint16_t port = 0) {
        Agent& agent = *agents_.emplace_back(std::make_unique<Agent>());
        agent.ring = open(agent, std::move(name), port);
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
    std::shared_ptr<spdlog::logger> log_ =
        std::make_shared<spdlog::logger>("gossip", std::make_shared<spdlog::sinks::null_sink_st>());
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
    EXPECT_TRUE(until([&] { return ended_ == 1; }));
    EXPECT_TRUE(b.ring->node().find("a"));
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

}  // namespace
}  // namespace weft::agent
