#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "agent/base/rng.hpp"
#include "gossip/core/failure_detector.hpp"
#include "gossip/core/membership.hpp"

namespace weft::gossip {
namespace {

constexpr std::array<std::string_view, 6> kNames{"me", "a", "b", "c", "d", "e"};
constexpr std::string_view kVersions = "\x01\x05\x02\x02\x05\x05";

NodeConfig config() {
    NodeConfig made;
    made.name = "me";
    made.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
    return made;
}

class Noise {
public:
    explicit Noise(std::uint64_t seed) : rng_(seed) {}

    // Anything from anybody, some time later.
    void disturb(Membership& membership, MembershipOutput& out) {
        now += std::chrono::milliseconds(rng_.below(800));
        const std::string_view node = name();
        const auto incarnation = static_cast<std::uint32_t>(rng_.below(6));
        switch (rng_.below(8)) {
            case 0:
            case 1:
            case 2:
                return membership.handle(
                    Alive{incarnation, node, address_, 7946, std::string_view("tags"), kVersions},
                    now, out);
            case 3:
            case 4:
                return membership.handle(Suspect{incarnation, node, name()}, now, out);
            case 5:
                return membership.handle(Dead{incarnation, node, name()}, now, out);
            case 6:
                return membership.tick(now, out);
            default:
                membership.forget(now);
        }
    }

    Instant now{std::chrono::hours(1)};

private:
    std::string_view name() { return kNames[rng_.below(kNames.size())]; }

    Rng rng_;
    std::string address_ = std::string("\x7f\x00\x00\x01", 4);
};

TEST(MembershipProperty, WhateverIsHeardTheTableHoldsTogetherAndIKeepLiving) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Noise noise(seed);
        const NodeConfig own = config();
        DescriptionPool pool;
        Membership membership(own, pool, noise.now);
        std::uint32_t incarnation = membership.self().incarnation;
        for (int i = 0; i < 400; ++i) {
            MembershipOutput out;
            noise.disturb(membership, out);
            membership.check_invariants();
            EXPECT_GE(membership.self().incarnation, incarnation) << "seed " << seed;
            EXPECT_EQ(out.refutations > 0, membership.self().incarnation > incarnation);
            incarnation = membership.self().incarnation;
        }
    }
}

// Each member by what was said of it last: joined and not yet failed or left.
TEST(MembershipProperty, EventsTellWhoIsThere) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Noise noise(seed);
        const NodeConfig own = config();
        DescriptionPool pool;
        Membership membership(own, pool, noise.now);
        std::map<std::string, bool> there{{"me", true}};
        for (int i = 0; i < 400; ++i) {
            MembershipOutput out;
            noise.disturb(membership, out);
            for (const MemberEvent& event : out.events) {
                const bool joined = event.kind == MemberEvent::Kind::Joined;
                const bool gone = event.kind == MemberEvent::Kind::Failed ||
                                  event.kind == MemberEvent::Kind::Left;
                if (!joined && !gone) continue;
                EXPECT_EQ(there[event.name], gone) << event.name << " seed " << seed;
                there[event.name] = joined;
            }
            membership.table().for_each([&](MemberId, const Member& member) {
                EXPECT_EQ(there[member.name()], !is_gone(member.state))
                    << member.name() << " seed " << seed;
            });
        }
    }
}

// It keeps the one it found while nobody between the two changes.
TEST(MembershipProperty, TheSuccessorIsAlwaysTheNextOnTheRing) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Noise noise(seed);
        const NodeConfig own = config();
        DescriptionPool pool;
        Membership membership(own, pool, noise.now);
        PeerTimes times(std::chrono::milliseconds(50), std::chrono::milliseconds(500));
        Ids ids;
        Rng rng(seed);
        Counters counters;
        FailureDetector detector(own, membership, times, ids, rng, counters, noise.now);
        const ProbeSchedule fresh(membership.table(), membership.self_id(), rng);
        for (int i = 0; i < 400; ++i) {
            MembershipOutput out;
            noise.disturb(membership, out);
            const auto expected = fresh.successors();
            EXPECT_EQ(detector.successor(),
                      expected.empty() ? std::nullopt : std::optional(expected.back()))
                << "seed " << seed;
        }
    }
}

TEST(MembershipProperty, WhoDiedLatelyIsFoundAndNobodyElse) {
    constexpr Duration kLately = std::chrono::seconds(2);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Noise noise(seed);
        const NodeConfig own = config();
        DescriptionPool pool;
        Membership membership(own, pool, noise.now);
        Rng rng(seed);
        for (int i = 0; i < 400; ++i) {
            MembershipOutput out;
            noise.disturb(membership, out);
            const Instant then = noise.now - kLately;
            const auto is_wanted = [&](const Member& member) {
                return member.state == MemberState::Dead && member.since >= then;
            };
            bool is_any = false;
            membership.table().for_each(
                [&](MemberId, const Member& member) { is_any = is_any || is_wanted(member); });
            const auto found = membership.one_dead_since(then, rng);
            EXPECT_EQ(found.has_value(), is_any) << "seed " << seed;
            EXPECT_TRUE(!found || is_wanted(membership.table()[*found])) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace weft::gossip
