#include "agent/runtime/gossip_ring.hpp"

#include <gmock/gmock.h>
#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weft::agent {
namespace {

namespace asio = boost::asio;

// An agent alone on loopback. What it posts to control and to the background runs within until().
class GossipRingTest : public ::testing::Test {
protected:
    GossipRingTest() {
        identity_.node_name = "a";
        identity_.node_id = "id-a";
        identity_.datacenter = "dc1";
        identity_.address = "127.0.0.1";
        identity_.weft_version = "1.2.3";
        config_.gossip.bind_addr = "127.0.0.1";
        config_.gossip.port = 0;
        gossip::set_local(config_.gossip.node);
    }
    void start(RingFiles files = {}) {
        GossipRing::Facts facts;
        facts.services = [] { return std::vector<api::LocalService>(); };
        facts.is_node = [](const std::string&) { return true; };
        facts.liveness = [](std::vector<NodeLiveness>) {};
        facts.lost = [](const Error&) {};
        const GossipRing::Threads threads{context_.get_executor(), context_.get_executor()};
        auto opened = GossipRing::open(config_, identity_, std::move(files), std::move(facts),
                                       threads, log_, registry_);
        ASSERT_TRUE(opened) << opened.error().message();
        ring_ = std::move(opened.value());
        ring_->start();
    }
    void TearDown() override {
        if (!ring_) return;
        bool is_closed = false;
        ring_->close(false, [&] { is_closed = true; });
        EXPECT_TRUE(until([&] { return is_closed; }));
    }
    template <class Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (context_.run_one_until(deadline) == 0) return condition();
        }
        return true;
    }
    // The same without control, which is busy.
    template <class Condition>
    static bool until_without_control(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        return condition();
    }
    void fire(std::string name) {
        api::UserEvent event;
        event.name = std::move(name);
        ring_->fire_event(event, [](const Result<std::string>& fired) { EXPECT_TRUE(fired); });
    }
    double counted(std::string_view name) {
        for (const auto& family : registry_.Collect()) {
            if (family.name == name) return family.metric.at(0).counter.value;
        }
        return -1;
    }

    AgentConfig config_;
    AgentIdentity identity_;
    prometheus::Registry registry_;
    std::shared_ptr<spdlog::logger> log_ =
        std::make_shared<spdlog::logger>("gossip");  // to nowhere
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    std::unique_ptr<GossipRing> ring_;
};

TEST_F(GossipRingTest, UserEventsDoNotPileUpBeforeABusyControl) {
    const char* dropped = "weft_gossip_user_events_dropped_total";
    start();
    ASSERT_TRUE(ring_);
    const std::size_t most = GossipRing::kEventsUnderWayMax;
    for (std::size_t i = 0; i < most + 3; ++i) fire("many");
    EXPECT_TRUE(until_without_control([&] { return counted(dropped) == 3; })) << counted(dropped);
    EXPECT_TRUE(ring_->events().empty());

    // Once it takes them there is room again.
    EXPECT_TRUE(until([&] { return ring_->events().size() == api::Ring::kEventsKept; }));
    fire("last");
    EXPECT_TRUE(until([&] {
        const auto& events = ring_->events();
        return !events.empty() && events.back().name == "last";
    })) << counted(dropped);
}

}  // namespace
}  // namespace weft::agent
