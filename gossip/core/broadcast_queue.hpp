#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weft::gossip {

// How often a broadcast is sent in a ring of that many members: multiplier x ceil(log10(n + 1)).
std::size_t transmit_limit(int multiplier, std::size_t members);

// Broadcasts on their way into packets (protocols: broadcast queue). What was sent least comes
// first, so that news spreads before repetition; of those the largest that fits, then the newest.
class BroadcastQueue {
public:
    using Bytes = std::shared_ptr<const std::string>;
    using Ticket = std::uint64_t;

    // overhead: bytes that each broadcast takes in a packet besides its own.
    explicit BroadcastQueue(std::size_t overhead) : overhead_(overhead) {}

    // key: a queued broadcast with the same one is replaced, since this one says more; empty:
    // replaces none.
    Ticket add(std::string_view key, std::string bytes);

    // Adds to packet, of 255 messages at most, what fits into space, which it makes smaller; what
    // was sent limit times leaves the queue.
    void take(std::vector<Bytes>& packet, std::size_t& space, std::size_t limit);

    // Drops down to count: what was sent most, then what is smallest. Returns how many.
    std::size_t prune(std::size_t count);

    // The one with this key, if there is one.
    void remove(std::string_view key);

    bool is_queued(Ticket ticket) const { return by_ticket_.contains(ticket); }
    bool is_queued(std::string_view key) const { return by_key_.contains(key); }
    std::size_t size() const { return by_ticket_.size(); }
    bool has_unsent() const { return !ranks_.empty() && ranks_.begin()->transmits == 0; }

private:
    struct Rank {
        std::size_t transmits = 0;
        std::size_t size = 0;
        Ticket ticket = 0;

        // The order in which they are tried.
        friend bool operator<(const Rank& a, const Rank& b) {
            if (a.transmits != b.transmits) return a.transmits < b.transmits;
            if (a.size != b.size) return a.size > b.size;
            return a.ticket > b.ticket;
        }
    };
    struct Entry {
        std::string key;
        Bytes bytes;
        std::size_t transmits = 0;
    };

    Rank rank_of(Ticket ticket, const Entry& entry) const {
        return {entry.transmits, entry.bytes->size(), ticket};
    }
    void remove(Ticket ticket);

    std::size_t overhead_;
    Ticket next_ticket_ = 1;
    std::map<Ticket, Entry> by_ticket_;
    std::map<std::string, Ticket, std::less<>> by_key_;
    std::set<Rank> ranks_;
};

}  // namespace weft::gossip
