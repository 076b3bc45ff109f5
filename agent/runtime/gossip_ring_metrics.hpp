#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

namespace weft::agent {

// What the agent counts of its ring beside what the ring itself does (gossip::RingMetrics). The
// registry outlives it.
struct GossipRingMetrics {
    explicit GossipRingMetrics(prometheus::Registry& registry)
        : events_dropped(prometheus::BuildCounter()
                             .Name("weft_gossip_user_events_dropped_total")
                             .Help("User events lost: they came faster than the agent takes them")
                             .Register(registry)
                             .Add({})) {}

    prometheus::Counter& events_dropped;
};

}  // namespace weft::agent
