#include "tests/sim/gossip/oracle.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "gossip/core/encoded.hpp"
#include "tests/sim/gossip/violation.hpp"

namespace weft::sim {
namespace {

namespace e = gossip::event;

// Two agents that know each other, of whom the oracle is told things.
class OracleTest : public ::testing::Test {
protected:
    OracleTest() : world_(config(), 1), oracle_(world_, true) {
        for (AgentIndex i = 0; i < 2; ++i) {
            world_.agent(i).meta = meta_of(true, "1");
            world_.start(i);
            oracle_.started(i, false);
        }
        const std::array both{AgentIndex{0}, AgentIndex{1}};
        world_.acquaint(both);
        oracle_.acquainted_all(both);
        oracle_.on_step(0);
        oracle_.on_step(1);
    }

    static WorldConfig config() {
        WorldConfig config;
        config.agents = 2;
        config.network.hosts = 2;
        return config;
    }

    World world_;
    Oracle oracle_;
};

TEST_F(OracleTest, WhoIsAcquaintedHasConverged) {
    EXPECT_EQ(oracle_.unconverged(), "");
    EXPECT_NO_THROW(oracle_.check_views());
}

TEST_F(OracleTest, OldTagsAreNoConvergence) {
    const std::array tags{std::pair<std::string_view, std::string_view>{"version", "2"}};
    world_.with_node(1, [&](gossip::Node& node, gossip::Output& out) {
        ASSERT_TRUE(node.set_tags(tags, world_.now(), out));
        out.clear();  // nobody is told
    });
    EXPECT_EQ(oracle_.unconverged(), "agent-0 holds old tags of agent-1");
}

TEST_F(OracleTest, AnEventHasThePayloadThatItWasFiredWith) {
    oracle_.fired("deploy", "v2");
    EXPECT_NO_THROW(oracle_.on_event(0, e::UserEvent{1, "deploy", "v2", false}));
    EXPECT_THROW(oracle_.on_event(1, e::UserEvent{1, "deploy", "", false}), Violation);
    EXPECT_THROW(oracle_.on_event(1, e::UserEvent{1, "another", "", false}), Violation);
}

TEST_F(OracleTest, AQueryIsHeardOnceAndOnlyByWhoIsMeant) {
    gossip::QueryParams params;
    params.filter_nodes = {"agent-1"};
    oracle_.asked(0, 7, params);
    const e::QueryReceived query{1, 7, "", "", "agent-0", {}};
    EXPECT_NO_THROW(oracle_.on_event(1, query));
    EXPECT_THROW(oracle_.on_event(1, query), Violation);
    EXPECT_THROW(oracle_.on_event(0, query), Violation);
}

TEST_F(OracleTest, AnAnswerComesOnceAndWhole) {
    oracle_.asked(0, 7, {});
    const e::QueryAnswered answer{7, "agent-1", Oracle::answer_of("agent-1", 7)};
    EXPECT_NE(oracle_.not_answered_by_all(0, 7, false), "");
    EXPECT_NO_THROW(oracle_.on_event(0, answer));
    EXPECT_THROW(oracle_.on_event(0, answer), Violation);
    EXPECT_THROW(oracle_.on_event(0, e::QueryAnswered{7, "agent-0", "yes"}), Violation);
    EXPECT_THROW(oracle_.on_event(0, e::QueryAnswered{8, "agent-1", ""}), Violation);
}

TEST_F(OracleTest, WhoIsAccusedRaisesItsIncarnation) {
    const std::uint32_t own = world_.agent(0).node().incarnation();
    const auto accusation = gossip::encoded(gossip::Suspect{own, "agent-0", "agent-1"});
    EXPECT_THROW(oracle_.on_heard(0, accusation), Violation);
    EXPECT_NO_THROW(oracle_.on_heard(1, accusation));
}

}  // namespace
}  // namespace weft::sim
