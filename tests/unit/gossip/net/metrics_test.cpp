#include "gossip/net/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace weft::gossip {

using testing::HasSubstr;

TEST(RingMetrics, CopiesCountsEachOnce) {
    prometheus::Registry registry;
    RingMetrics metrics(registry);
    Counters node;
    NetCounters net;
    const auto text = [&] { return prometheus::TextSerializer().Serialize(registry.Collect()); };
    EXPECT_THAT(text(),
                HasSubstr("weft_gossip_net_datagrams_refused_total{reason=\"encrypted\"} 0"));

    node.probes_failed = 3;
    net.datagrams_refused.add(WireErrc::Undecryptable);
    net.streams_refused.add(WireErrc::Truncated);
    net.dials_failed[static_cast<std::size_t>(DialFailure::Garbled)] = 2;
    net.late_total = std::chrono::milliseconds(1500);
    metrics.update(node, net, {4, 0, 0});
    node.probes_failed = 5;
    node.leaps_refused = 6;
    node.accusers_discredited = 9;
    node.conflicts = 7;
    node.late_ticks = 10;
    node.events_dropped_early = 8;
    node.messages_unreadable.add(make_error_code(WireErrc::TooDeep));
    node.messages_refused.add(Refusal::Digest);
    metrics.update(node, net, {4, 2, 3});

    EXPECT_THAT(text(), HasSubstr("weft_gossip_probes_total{result=\"failed\"} 5"));
    EXPECT_THAT(text(),
                HasSubstr("weft_gossip_net_datagrams_refused_total{reason=\"undecryptable\"} 1"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_net_streams_refused_total{reason=\"truncated\"} 1"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_net_dials_failed_total{failure=\"garbled\"} 2"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_net_late_seconds_total 1.5"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_health_score 4"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_suspects 2"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_broadcasts_waiting 3"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_messages_dropped_total{reason=\"too_deep\"} 1"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_messages_dropped_total{reason=\"digest\"} 1"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_clock_leaps_total 6"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_name_conflicts_total 7"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_late_ticks_total 10"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_accusers_discredited_total 9"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_events_dropped_early_total 8"));
}

TEST(RingMetrics, ShowsHowManyMembersThereAre) {
    prometheus::Registry registry;
    RingMetrics metrics(registry);
    const auto text = [&] { return prometheus::TextSerializer().Serialize(registry.Collect()); };
    EXPECT_THAT(text(), HasSubstr("weft_gossip_members{status=\"alive\"} 0"));
    std::vector<MemberView> members(3);
    members[0].status = members[2].status = MemberStatus::Alive;
    members[1].status = MemberStatus::Failed;
    metrics.update(members);
    EXPECT_THAT(text(), HasSubstr("weft_gossip_members{status=\"alive\"} 2"));
    EXPECT_THAT(text(), HasSubstr("weft_gossip_members{status=\"failed\"} 1"));
    members.pop_back();
    metrics.update(members);
    EXPECT_THAT(text(), HasSubstr("weft_gossip_members{status=\"alive\"} 1"));
}

}  // namespace weft::gossip
