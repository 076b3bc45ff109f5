#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/core/broadcast_queue.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/output.hpp"

namespace weft::gossip {

// What waits to be passed on, of both layers, and how it is packed (protocols: dissemination, size
// budget). News of members comes first, then Serf's intents, queries and events.
class Dissemination {
public:
    // config outlives it.
    explicit Dissemination(const NodeConfig& config) : config_(config) {}

    // A message of memberlist about a node: replaces what is queued about it. One that no packet
    // holds is not queued.
    void add_about(std::string_view node, std::string message);
    // Nobody knows that node any more. So there is never more than one message for each member.
    void forget_about(std::string_view node) { members_.remove(node); }

    // Serf's blobs. The ticket is for is_queued(). One that no packet holds is not queued.
    enum class Kind : std::uint8_t { Intents, Queries, UserEvents };
    BroadcastQueue::Ticket add(Kind kind, std::string_view blob);
    bool is_queued(Kind kind, BroadcastQueue::Ticket ticket) const;
    bool is_about_queued(std::string_view node) const { return members_.is_queued(node); }

    // How many agents there are, which says how often each message is sent.
    struct Sizes {
        std::size_t members = 0;       // in memberlist's table
        std::size_t serf_members = 0;  // of any status
        bool all_weft = false;         // all of them hand news on to their successors
    };
    // Adds to messages what fits into a datagram beside them. Returns how many it added.
    std::size_t fill(std::vector<SharedBytes>& messages, const Sizes& sizes, bool is_encrypted);

    bool is_empty() const;
    // Something has not gone to anybody yet.
    bool has_unsent() const;
    std::size_t size() const;

    // Down to config.queue_max each.
    void prune();
    // Messages that went unsent since the start: too many, or too large for a packet.
    std::uint64_t dropped() const { return dropped_; }

private:
    bool fits_packet(std::size_t message_bytes) const;
    std::size_t limit_for(std::size_t members, bool all_weft) const;
    BroadcastQueue& queue(Kind kind);
    const BroadcastQueue& queue(Kind kind) const;

    const NodeConfig& config_;
    // Each message costs its length in a compound, two bytes.
    static constexpr std::size_t kPartOverhead = 2;
    BroadcastQueue members_{kPartOverhead};
    BroadcastQueue intents_{kPartOverhead};
    BroadcastQueue queries_{kPartOverhead};
    BroadcastQueue events_{kPartOverhead};
    std::uint64_t dropped_ = 0;
};

}  // namespace weft::gossip
