#include "agent/runtime/gossip_ring.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "agent/io/file.hpp"
#include "gossip/wire/messages.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent {
namespace {

namespace asio = boost::asio;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kKey = "AAAAAAAAAAAAAAAAAAAAAA==";
const std::string kOther = "AQEBAQEBAQEBAQEBAQEBAQ==";

// An agent alone on loopback. What it posts to control runs within until().
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
        auto opened = GossipRing::open(config_, identity_, std::move(files), std::move(facts),
                                       context_.get_executor(), log_, registry_);
        ASSERT_TRUE(opened) << opened.error().message();
        ring_ = std::move(opened.value());
        ASSERT_TRUE(ring_->start_thread(make_thread));
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
    api::KeyAnswer ask_for_key(api::KeyOperation operation, const std::string& key) {
        api::KeyRequest request;
        request.operation = operation;
        request.key = key;
        std::optional<api::KeyAnswer> answer;
        ring_->keys(request, [&](const Result<std::vector<api::KeyAnswer>>& answers) {
            ASSERT_TRUE(answers) << answers.error().message();
            answer = answers.value().at(0);
        });
        EXPECT_TRUE(until([&] { return answer.has_value(); }));
        return answer.value_or(api::KeyAnswer());
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

// A peer answers a join with as long a reason as it likes.
TEST_F(GossipRingTest, WhyAPeerRefusedAJoinIsCut) {
    const std::string reason(5'000, 'x');
    std::string refusal;
    gossip::encode_message(refusal, gossip::ErrorAnswer{reason});
    asio::ip::tcp::acceptor peer(context_, {asio::ip::make_address("127.0.0.1"), 0});
    asio::ip::tcp::socket joiner(context_);
    peer.async_accept(joiner, [&](const boost::system::error_code& error) {
        if (!error) asio::write(joiner, asio::buffer(refusal));
    });
    start();
    ASSERT_TRUE(ring_);
    std::optional<api::JoinOutcome> outcome;
    ring_->join({fmt::format("127.0.0.1:{}", peer.local_endpoint().port())},
                [&](const Result<api::JoinOutcome>& joined) {
                    ASSERT_TRUE(joined) << joined.error().message();
                    outcome = joined.value();
                });
    ASSERT_TRUE(until([&] { return outcome.has_value(); }));
    ASSERT_EQ(outcome->failures.size(), 1u);
    EXPECT_THAT(outcome->failures.front().why, EndsWith("xxx..."));
    EXPECT_LE(outcome->failures.front().why.size(), 303u);
}

TEST_F(GossipRingTest, AnInstalledKeyIsInTheFileWhenItIsSaid) {
    const testing::TemporaryFolder folder;
    const std::string path = folder / "local.keyring";
    config_.gossip.encrypt = kKey;
    start({"", path});
    ASSERT_TRUE(ring_);
    const api::KeyAnswer installed = ask_for_key(api::KeyOperation::Install, kOther);
    EXPECT_EQ(installed.error, "");
    const auto kept = read_file(path, 1024);
    ASSERT_TRUE(kept) << kept.error().message();
    EXPECT_THAT(kept.value(), HasSubstr(kOther));
}

// As behind a NAT that does not turn round what comes from within.
TEST_F(GossipRingTest, ItsOwnAnswersNeedNotReachItsAdvertisedAddress) {
    identity_.address = "127.0.0.99";
    config_.gossip.encrypt = kKey;
    start();
    EXPECT_EQ(ask_for_key(api::KeyOperation::Install, kOther).error, "");
}

// Their clients would be waited for at the end of the agent.
TEST_F(GossipRingTest, QuestionsAreAnsweredAtTheEnd) {
    start();
    int answered = 0;
    const auto answer = [&](const auto&) { ++answered; };
    ring_->reachability(answer);
    bool is_closed = false;
    ring_->close(false, [&] { is_closed = true; });
    EXPECT_TRUE(until([&] { return is_closed && answered == 1; }));
    ring_->reachability(answer);
    ring_->keys({}, answer);
    std::optional<Result<api::JoinOutcome>> outcome;
    ring_->join({"127.0.0.1:1"}, [&](auto joined) { outcome = std::move(joined); });
    EXPECT_TRUE(until([&] { return answered == 3 && outcome; }));
    EXPECT_EQ(outcome->value().failures.at(0).why, "the agent is stopping");
    ring_.reset();
}

TEST_F(GossipRingTest, FiguresAreThereFromTheStart) {
    config_.gossip.encrypt = kKey;
    start();
    ASSERT_TRUE(ring_);
    EXPECT_TRUE(ring_->figures().is_encrypted);
    EXPECT_EQ(ring_->figures().members, 1u);
}

TEST_F(GossipRingTest, AKeyThatIsNotKeptForARestartIsAFailureOfThisAgent) {
    const testing::TemporaryFolder folder;
    const std::string path = folder / "serf/local.keyring";  // in no folder
    config_.gossip.encrypt = kKey;
    start({"", path});
    ASSERT_TRUE(ring_);
    for (const auto operation : {api::KeyOperation::Install, api::KeyOperation::Use}) {
        const api::KeyAnswer answer = ask_for_key(operation, kOther);
        EXPECT_EQ(answer.error, "1/1 nodes reported failure");
        ASSERT_EQ(answer.messages.size(), 1u);
        EXPECT_EQ(answer.messages.front().first, "a");
        EXPECT_THAT(answer.messages.front().second, HasSubstr(path + " cannot be written"));
    }
    EXPECT_EQ(counted("weft_gossip_keyring_write_failures_total"), 2);

    // It is in force all the same, and kept once that is mended.
    std::filesystem::create_directory(folder / "serf");
    EXPECT_EQ(ask_for_key(api::KeyOperation::Use, kOther).error, "");
    const auto kept = read_file(path, 1024);
    ASSERT_TRUE(kept) << kept.error().message();
    EXPECT_EQ(kept.value().find(kOther), 2u);  // the first of the list
}

}  // namespace
}  // namespace weft::agent
