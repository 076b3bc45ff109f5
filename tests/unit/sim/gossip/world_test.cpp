#include "tests/sim/gossip/world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace weft::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// That one alone, at a rate of least at least.
FaultMix mix_of(Fault fault, double least) {
    Rng rng(4);
    FaultMix mix;
    do {
        mix = FaultMix::draw(rng);
        for (std::size_t i = 0; i < kFaults; ++i) mix.turn_off(static_cast<Fault>(i));
        mix.turn_on(fault);
    } while (mix.rate(fault) < least);
    return mix;
}

// Three agents that know each other, and what happened to them in words.
class WorldTest : public ::testing::Test {
protected:
    void start(const FaultMix& mix = {}, const std::string& key = {}) {
        WorldConfig config;
        config.agents = 3;
        config.network.hosts = 3;
        config.mix = mix;
        config.wire.key = key;
        world_.emplace(config, 1);
        world_->set_printer([this](const std::string& line) { lines_.push_back(line); });
        for (AgentIndex i = 0; i < 3; ++i) {
            world_->agent(i).meta = meta_of(true, "1");
            world_->start(i);
            if (i > 0) world_->join(i, std::array{AgentIndex{0}});
            run(milliseconds(500));
        }
        lines_.clear();
    }
    void run(Duration time) { world_->run_until(world_->now() + time); }

    std::size_t lines_with(const std::string& text) const {
        std::size_t count = 0;
        for (const auto& line : lines_) count += line.find(text) != std::string::npos ? 1 : 0;
        return count;
    }
    std::size_t seen_alive(AgentIndex at) const {
        std::size_t count = 0;
        for (const auto& view : world_->agent(at).node().members()) {
            count += view.status == gossip::MemberStatus::Alive ? 1 : 0;
        }
        return count;
    }

    std::vector<std::string> lines_;
    std::optional<World> world_;
};

TEST_F(WorldTest, AgentsFindEachOther) {
    start();
    for (AgentIndex i = 0; i < 3; ++i) EXPECT_EQ(seen_alive(i), 3U);
    EXPECT_EQ(world_->traffic().unreadable, 0U);
}

TEST_F(WorldTest, TheHostOfADeadProcessRefuses) {
    start();
    world_->end(2, Process::State::Dead);
    run(seconds(10));
    EXPECT_GT(lines_with("port unreachable from agent-2"), 0U);
    EXPECT_GT(lines_with("refused from agent-2"), 0U);
    EXPECT_EQ(lines_with("agent-2 "), lines_with("from agent-2 ")) << "nothing reaches it";
    EXPECT_EQ(seen_alive(0), 2U);
}

TEST_F(WorldTest, WithNoRefusalItsDatagramsVanish) {
    start();
    world_->end(2, Process::State::Dead);
    run(seconds(10));
    const std::size_t refusals = lines_with("port unreachable from agent-2");
    start(mix_of(Fault::NoRefusal, 0.9));
    world_->end(2, Process::State::Dead);
    run(seconds(10));
    EXPECT_LT(lines_with("port unreachable from agent-2"), refusals / 2);
    EXPECT_GT(lines_with("refused from agent-2"), 0U);
}

TEST_F(WorldTest, AHostThatIsGoneIsSilent) {
    start();
    world_->end(2, Process::State::HostGone);
    run(seconds(10));
    EXPECT_EQ(lines_with("from agent-2"), 0U);
    EXPECT_GT(lines_with("dial deadline"), 0U);
    EXPECT_EQ(seen_alive(0), 2U);
}

TEST_F(WorldTest, APausedProcessDoesNothingUntilItGoesOn) {
    start();
    world_->pause(2);
    run(seconds(1));
    EXPECT_EQ(lines_with(" agent-2 "), lines_with("from agent-2 "));
    EXPECT_EQ(lines_with("agent-2 wake"), 0U);
    const std::size_t waiting = world_->agent(2).backlog.size();
    EXPECT_GT(waiting, 0U);
    world_->resume(2);
    EXPECT_TRUE(world_->agent(2).backlog.empty());
    EXPECT_GT(lines_with("agent-2 wake"), 0U);
}

TEST_F(WorldTest, ASlowProcessRunsInItsSlicesOnly) {
    start();
    world_->set_share(2, milliseconds(10), milliseconds(500));
    run(seconds(5));
    std::size_t own = 0;
    for (const auto& line : lines_) {
        if (line.find(" agent-2 ") == std::string::npos || line.find("from agent-2") < 30) continue;
        if (line.find(" agent-2 ") > 12) continue;
        ++own;
        const double at = std::stod(line);
        const double into = at - 0.5 * static_cast<int>(at / 0.5);
        EXPECT_LT(into, 0.0101) << line;
    }
    EXPECT_GT(own, 5U);
}

TEST_F(WorldTest, CorruptDatagramsAreRefusedByTheLayers) {
    start(mix_of(Fault::Corrupt, 0.05), std::string(32, 'k'));
    run(seconds(60));
    EXPECT_GT(world_->traffic().unreadable, 0U);
    EXPECT_EQ(seen_alive(0), 3U);
}

TEST_F(WorldTest, ARestartIsLaterThanTheLifeBefore) {
    start();
    const std::uint32_t before = world_->agent(2).node().incarnation();
    world_->end(2, Process::State::Dead);
    run(seconds(10));
    world_->start(2);
    EXPECT_GT(world_->agent(2).node().incarnation(), before);
    world_->join(2, std::array{AgentIndex{1}});
    run(seconds(2));
    for (AgentIndex i = 0; i < 3; ++i) EXPECT_EQ(seen_alive(i), 3U);
}

TEST_F(WorldTest, WhatAProcessKnewSurvivesIt) {
    start();
    EXPECT_TRUE(world_->known_before(2).empty());
    world_->end(2, Process::State::Dead);
    EXPECT_EQ(world_->known_before(2), (std::vector<AgentIndex>{0, 1}));
}

TEST_F(WorldTest, KeysSurviveAProcess) {
    const std::string key(32, 'k');
    const std::string other(16, 'o');
    start({}, key);
    ASSERT_TRUE(world_->agent(2).node().keyring().add(other));
    ASSERT_TRUE(world_->agent(2).node().keyring().make_primary(other));
    world_->end(2, Process::State::Dead);
    world_->start(2);
    EXPECT_EQ(world_->agent(2).node().keyring().keys(), (std::vector{other, key}));
}

TEST_F(WorldTest, AcquaintedAgentsNeedNoJoin) {
    WorldConfig config;
    config.agents = 3;
    config.network.hosts = 3;
    world_.emplace(config, 1);
    for (AgentIndex i = 0; i < 3; ++i) {
        world_->agent(i).meta = meta_of(true, "1");
        world_->start(i);
    }
    world_->acquaint(std::array{AgentIndex{0}, AgentIndex{1}, AgentIndex{2}});
    for (AgentIndex i = 0; i < 3; ++i) EXPECT_EQ(seen_alive(i), 3U);
    run(seconds(5));
    for (AgentIndex i = 0; i < 3; ++i) EXPECT_EQ(seen_alive(i), 3U);
}

}  // namespace
}  // namespace weft::sim
