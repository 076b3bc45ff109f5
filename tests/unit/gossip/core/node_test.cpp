#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "gossip/core/coordinate_model.hpp"
#include "gossip/core/encoded.hpp"
#include "gossip/core/lamport_clock.hpp"
#include "gossip/core/snapshot.hpp"
#include "tests/unit/gossip/core/small_ring.hpp"

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;
using test::SmallRing;

// n1 ... n<count>, all knowing each other.
void grow(SmallRing& ring, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string name = ring.add();
        if (i > 0) ring.join(name, "n1");
    }
    const bool converged = ring.run(10s, [&] {
        for (int i = 1; i <= count; ++i) {
            if (ring.status("n" + std::to_string(i)) != "alive") return false;
        }
        return true;
    });
    ASSERT_TRUE(converged);
}

TEST(Node, WhoJoinsIsKnownToAll) {
    SmallRing ring(1);
    grow(ring, 10);
    for (int i = 2; i <= 10; ++i) {
        EXPECT_EQ(ring.count<event::JoinFinished>("n" + std::to_string(i)), 1u);
    }
}

// Seed 1 of the simulator with 10,000 agents: who came back was still passing on the whole ring to
// the ring when all had been quiet for minutes.
TEST(Node, ANewcomerDoesNotTellTheRingOfItself) {
    SmallRing ring(12);
    grow(ring, 40);
    ring.run(60s);
    const std::string newcomer = ring.add();
    ring.join(newcomer, "n1");
    ring.run(30s);
    EXPECT_EQ(ring[newcomer].members().size(), 41u);
    // That it is there, in both layers, and what else happened meanwhile.
    EXPECT_LT(ring[newcomer].counters().broadcasts_sent, 40u);
}

TEST(Node, WhoIsKnownByThenIsToldOfAnotherRing) {
    SmallRing ring(13);
    grow(ring, 5);
    for (int i = 6; i <= 10; ++i) {
        const std::string name = ring.add();
        if (i > 6) ring.join(name, "n6");
    }
    ring.run(10s);
    ring.join("n6", "n1");
    EXPECT_TRUE(ring.run(2s, [&] {
        for (int i = 1; i <= 10; ++i) {
            if (ring["n" + std::to_string(i)].members().size() != 10) return false;
        }
        return true;
    }));
}

TEST(Node, NobodyFailsInAQuietRing) {
    SmallRing ring(2);
    grow(ring, 10);
    ring.run(120s);
    for (int i = 1; i <= 10; ++i) {
        EXPECT_EQ(ring.count<event::MemberFailed>("n" + std::to_string(i)), 0u);
        EXPECT_EQ(ring["n" + std::to_string(i)].health_score(), 0);
    }
}

TEST(Node, NewsAfterASilenceIsNoLateness) {
    SmallRing ring(10);
    grow(ring, 5);
    ring.run(60s);
    ring.act("n3", [](Node& node, Instant now, Output& out) {
        EXPECT_TRUE(node.fire_event("deploy", "v2", false, now, out));
    });
    ring.run(60s);
    for (const char* name : {"n1", "n2", "n3", "n4", "n5"}) {
        EXPECT_EQ(ring[name].counters().late_ticks, 0u) << name;
    }
}

TEST(Node, WhoIsPreloadedCountsAsWhatItIs) {
    SmallRing ring(11);
    ring.add();
    ring.add([](NodeConfig& config) { config.meta.clear(); });
    const Node::Known stranger{ring["n2"].self(), ring["n2"].incarnation()};
    ring.act("n1", [&](Node& node, Instant now, Output&) { node.preload({{stranger}}, now); });
    ring["n1"].check_invariants();
}

TEST(Node, ACrashedProcessIsKnownWithinSeconds) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SmallRing ring(seed);
        grow(ring, 20);
        ring.run(std::chrono::milliseconds(700 * seed));
        ring.kill("n4", true);
        EXPECT_TRUE(ring.run(3s, [&] { return ring.status("n4") == "failed"; })) << "seed " << seed;
    }
}

// Also in a young ring, where nobody knows yet how quick the others are.
TEST(Node, ASilentHostIsKnownWithinSeconds) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        SmallRing ring(seed);
        grow(ring, 10);
        ring.run(std::chrono::milliseconds(500 * seed));
        ring.kill("n4", false);
        EXPECT_TRUE(ring.run(5s, [&] { return ring.status("n4") == "failed"; })) << "seed " << seed;
    }
}

// Its host is there, so nobody is in more of a hurry than stock agents are.
TEST(Node, AProcessThatStopsForSomeSecondsIsNoFailure) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        SmallRing ring(seed);
        grow(ring, 20);
        ring.run(std::chrono::milliseconds(10'000 + 300 * seed));
        ring.stop("n4");
        ring.run(6s);
        ring.go_on("n4");
        ring.run(20s);
        for (int i = 1; i <= 20; ++i) {
            const std::string name = "n" + std::to_string(i);
            EXPECT_EQ(ring.count<event::MemberFailed>(name), 0u) << name << ", seed " << seed;
        }
    }
}

TEST(Node, LostDatagramsAccuseNobodyWhoseHostIsSeen) {
    SmallRing ring(5);
    grow(ring, 20);
    ring.run(10s);
    ring.lose(0.1);
    ring.run(40s);
    std::uint64_t suspicions = 0;
    for (int i = 1; i <= 20; ++i) {
        suspicions += ring["n" + std::to_string(i)].counters().suspicions;
    }
    EXPECT_LE(suspicions, 2u);
}

// Who hears nobody is cut off rather than alone.
TEST(Node, ADeafAgentHoldsNobodyForFailed) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        SmallRing ring(seed);
        grow(ring, 20);
        ring.run(std::chrono::milliseconds(10'000 + 300 * seed));
        ring.deafen("n4");
        ring.run(45s);
        EXPECT_EQ(ring.count<event::MemberFailed>("n4"), 0u) << "seed " << seed;
        EXPECT_EQ(ring.status("n4"), "failed");
    }
}

TEST(Node, TheLastOneIsToldThatItIsAloneInTheEnd) {
    SmallRing ring(8);
    grow(ring, 4);
    ring.run(10s);
    for (const char* name : {"n2", "n3", "n4"}) ring.kill(name, false);
    EXPECT_TRUE(ring.run(90s, [&] { return ring.count<event::MemberFailed>("n1") == 3; }));
    SmallRing pair(8);
    grow(pair, 2);
    pair.run(10s);
    pair.kill("n2", false);
    EXPECT_TRUE(pair.run(10s, [&] { return pair.status("n2") == "failed"; }));
}

TEST(Node, AFarewellIsNoFailure) {
    SmallRing ring(5);
    grow(ring, 5);
    ring.act("n2", [](Node& node, Instant now, Output& out) { node.leave(now, out); });
    EXPECT_TRUE(ring.run(12s, [&] { return ring.count<event::LeaveFinished>("n2") == 1; }));
    EXPECT_TRUE(ring.run(2s, [&] { return ring.status("n2") == "left"; }));
    ring.kill("n2", true);
    ring.run(30s);
    for (const char* name : {"n1", "n3", "n4", "n5"}) {
        EXPECT_EQ(ring.count<event::MemberFailed>(name), 0u) << name;
    }
}

TEST(Node, AUserEventReachesEachOnce) {
    SmallRing ring(6);
    grow(ring, 10);
    ring.act("n3", [](Node& node, Instant now, Output& out) {
        EXPECT_TRUE(node.fire_event("deploy", "v2", false, now, out));
    });
    ring.run(5s);
    for (int i = 1; i <= 10; ++i) {
        EXPECT_EQ(ring.count<event::UserEvent>("n" + std::to_string(i)), 1u) << i;
    }
}

TEST(Node, GossipLeavesNobodyOutInASmallRing) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SmallRing ring(seed);
        grow(ring, 7);
        for (const char* name : {"n4", "n5"}) ring.kill(name, true);
        ASSERT_TRUE(ring.run(10s, [&] { return ring.status("n5") == "failed"; }));
        ring.act("n1", [](Node& node, Instant now, Output& out) {
            EXPECT_TRUE(node.fire_event("deploy", "v2", false, now, out));
        });
        EXPECT_TRUE(ring.run(2s,
                             [&] {
                                 return ring.count<event::UserEvent>("n2") +
                                            ring.count<event::UserEvent>("n3") +
                                            ring.count<event::UserEvent>("n6") +
                                            ring.count<event::UserEvent>("n7") ==
                                        4;
                             }))
            << "seed " << seed;
    }
}

TEST(Node, AQueryIsAnsweredByThoseThatItIsFor) {
    SmallRing ring(7);
    grow(ring, 5);
    ring.act("n1", [](Node& node, Instant now, Output& out) {
        QueryParams params;
        params.name = "uptime";
        params.filter_nodes = {"n2", "n3"};
        params.wants_ack = true;
        params.relay_factor = 1;
        EXPECT_TRUE(node.ask(params, now, out));
    });
    ring.run(1s);
    for (const char* name : {"n2", "n3"}) {
        ASSERT_EQ(ring.count<event::QueryReceived>(name), 1u);
        for (const Event& event : ring.events(name)) {
            const auto* query = std::get_if<event::QueryReceived>(&event);
            if (!query) continue;
            ring.act(name, [&](Node& node, Instant now, Output& out) {
                EXPECT_TRUE(node.answer(query->time, query->id, "1h", now, out));
                EXPECT_FALSE(node.answer(query->time, query->id, "again", now, out));
            });
            break;
        }
    }
    EXPECT_TRUE(ring.run(10s, [&] { return ring.count<event::QueryFinished>("n1") == 1; }));
    EXPECT_EQ(ring.count<event::QueryAcknowledged>("n1"), 2u);
    EXPECT_EQ(ring.count<event::QueryAnswered>("n1"), 2u);
    EXPECT_EQ(ring.count<event::QueryReceived>("n4"), 0u);
}

TEST(Node, WhoFailedCanBeHadLeaveAndBePruned) {
    SmallRing ring(8);
    grow(ring, 5);
    ring.kill("n5", true);
    ASSERT_TRUE(ring.run(5s, [&] { return ring.status("n5") == "failed"; }));
    ring.act("n1", [](Node& node, Instant now, Output& out) {
        EXPECT_TRUE(node.force_leave("n5", false, now, out));
        EXPECT_EQ(node.force_leave("nobody", false, now, out).error().code, Errc::NotFound);
    });
    ASSERT_TRUE(ring.run(5s, [&] { return ring.status("n5") == "left"; }));
    ring.act("n2", [](Node& node, Instant now, Output& out) {
        EXPECT_TRUE(node.force_leave("n5", true, now, out));
    });
    EXPECT_TRUE(ring.run(5s, [&] { return ring.status("n5") == "unknown"; }));
}

TEST(Node, OfTwoWithOneNameTheOneThatTheRingDoesNotKnowMustStop) {
    SmallRing ring(9);
    grow(ring, 5);
    const std::string other = ring.add([](NodeConfig& config) { config.name = "n2"; });
    ring.join(other, "n1");
    EXPECT_TRUE(ring.run(20s, [&] { return ring.count<event::NameLost>(other) == 1; }));
    EXPECT_EQ(ring.count<event::NameLost>("n2"), 0u);
    EXPECT_GE(ring.count<event::NameConflict>("n1"), 1u);
}

TEST(Node, WhoIsCutOffDoesNotForgetItsRing) {
    SmallRing ring(12);
    grow(ring, 3);
    ring.kill("n2", true);
    ASSERT_TRUE(ring.run(10s, [&] { return ring.status("n2") == "failed"; }));
    EXPECT_EQ(snapshot_of(ring["n1"]).alive.size(), 1u);
    ring.kill("n3", true);
    ASSERT_TRUE(ring.run(10s, [&] { return ring.status("n3") == "failed"; }));
    EXPECT_EQ(snapshot_of(ring["n1"]).alive.size(), 2u);
}

// By three messages that were each believed; then somebody new comes, whose clocks are at 1.
TEST(Node, ANewcomerHearsARingWhoseClocksLeapt) {
    SmallRing ring(11);
    grow(ring, 3);
    for (LamportTime leap = 1; leap <= 3; ++leap) {
        const LamportTime time = leap * (LamportClock::kLeapMax - 10);
        const std::string event = encoded_user(encoded_blob(UserEvent{time, "leap", {}, false}));
        const std::string join = encoded_user(encoded_blob(JoinIntent{time, "n1"}));
        ring.act("n2", [&](Node& node, Instant now, Output& out) {
            node.receive(SmallRing::endpoint_of("n9"), std::vector<std::string_view>{event, join},
                         now, out);
        });
        ring.run(2s);
    }
    const std::string newcomer = ring.add();
    ring.join(newcomer, "n1");
    ASSERT_TRUE(ring.run(10s, [&] { return ring.status(newcomer) == "alive"; }));
    EXPECT_GT(ring[newcomer].clocks().event, 2 * LamportClock::kLeapMax);
    const auto heard = [&] { return ring.count<event::UserEvent>(newcomer); };
    ring.run(2s);
    const std::size_t before = heard();
    ring.act("n3", [](Node& node, Instant now, Output& out) {
        EXPECT_TRUE(node.fire_event("deploy", "v2", false, now, out));
    });
    EXPECT_TRUE(ring.run(5s, [&] { return heard() == before + 1; }));
    EXPECT_EQ(ring.count<event::ClockLeap>(newcomer), 0u);
}

// It leaves, has itself forgotten, and only then answers, all in one datagram.
TEST(Node, AnAckOfOneThatIsForgottenMeanwhileIsNobodys) {
    Rng rng(1);
    DescriptionPool pool;
    Instant now{std::chrono::hours(1)};
    NodeConfig config;
    config.name = "me";
    config.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
    Node node(config, Keyring(), rng, pool, now);
    const Endpoint other{IpAddress::v4({127, 0, 0, 2}), 7946};
    const std::string versions("\1\5\2\2\5\5", 6);
    const auto hear = [&](const std::vector<std::string>& messages) {
        std::vector<std::string_view> views(messages.begin(), messages.end());
        Output out;
        node.receive(other, views, now, out);
        node.check_invariants();
    };
    hear({encoded(Alive{1, "e", bytes_of(other.address), 7946, std::string_view("\xff\x80"),
                        std::string_view(versions)})});
    std::uint32_t sequence = 0;
    for (int i = 0; i < 100 && sequence == 0; ++i) {
        now = std::max(now, node.next_deadline());
        Output out;
        node.tick(now, out);
        for (const Datagram& datagram : out.datagrams) {
            const auto message = decode_message(*datagram.messages.front());
            if (!message) continue;
            if (const auto* ping = std::get_if<Ping>(&message.value())) sequence = ping->sequence;
        }
    }
    ASSERT_NE(sequence, 0u);
    std::string coordinate;
    encode_coordinate(coordinate, origin());
    hear({encoded(Dead{1, "e", "e"}), encoded_user(encoded_blob(LeaveIntent{9, "e", true})),
          encoded(Ack{sequence, std::string_view(coordinate)})});
    EXPECT_FALSE(node.find("e"));
    EXPECT_FALSE(node.coordinate("e"));
}

}  // namespace
}  // namespace weft::gossip
