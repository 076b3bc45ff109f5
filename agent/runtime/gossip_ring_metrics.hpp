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
                             .Add({})),
          keyring_write_failures(
              prometheus::BuildCounter()
                  .Name("weft_gossip_keyring_write_failures_total")
                  .Help("Changes of encryption keys that a restart would undo: their file could "
                        "not be written")
                  .Register(registry)
                  .Add({})) {}

    prometheus::Counter& events_dropped;
    prometheus::Counter& keyring_write_failures;
};

}  // namespace weft::agent
