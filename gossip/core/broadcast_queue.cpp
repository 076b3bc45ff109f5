#include "gossip/core/broadcast_queue.hpp"

#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace weft::gossip {

namespace {

// What a compound can count.
constexpr std::size_t kPacketMessagesMax = 255;

}  // namespace

std::size_t transmit_limit(int multiplier, std::size_t members) {
    const double scale = std::ceil(std::log10(static_cast<double>(members) + 1));
    return static_cast<std::size_t>(multiplier) * static_cast<std::size_t>(scale);
}

BroadcastQueue::Ticket BroadcastQueue::add(std::string_view key, std::string bytes) {
    remove(key);
    const Ticket ticket = next_ticket_++;
    const auto [at, added] = by_ticket_.try_emplace(ticket);
    at->second = {std::string(key), std::make_shared<const std::string>(std::move(bytes)), 0};
    if (!key.empty()) by_key_.emplace(key, ticket);
    ranks_.insert(rank_of(ticket, at->second));
    return ticket;
}

void BroadcastQueue::take(std::vector<Bytes>& packet, std::size_t& space, std::size_t limit) {
    std::vector<Ticket> taken;
    auto next = ranks_.begin();
    while (next != ranks_.end() && space > overhead_ && packet.size() < kPacketMessagesMax) {
        // The largest of this tier that fits; without one the largest of the next tier.
        const Rank fitting{next->transmits, space - overhead_, std::numeric_limits<Ticket>::max()};
        if (*next < fitting) next = ranks_.lower_bound(fitting);
        if (next == ranks_.end()) break;
        if (next->size + overhead_ > space) continue;
        packet.push_back(by_ticket_.at(next->ticket).bytes);
        space -= next->size + overhead_;
        taken.push_back(next->ticket);
        ++next;
    }
    for (const Ticket ticket : taken) {
        Entry& entry = by_ticket_.at(ticket);
        if (entry.transmits + 1 >= limit) {
            remove(ticket);
            continue;
        }
        ranks_.erase(rank_of(ticket, entry));
        ++entry.transmits;
        ranks_.insert(rank_of(ticket, entry));
    }
}

std::size_t BroadcastQueue::prune(std::size_t count) {
    std::size_t dropped = 0;
    for (; size() > count; ++dropped) remove(std::prev(ranks_.end())->ticket);
    return dropped;
}

void BroadcastQueue::remove(std::string_view key) {
    if (const auto at = by_key_.find(key); at != by_key_.end()) remove(at->second);
}

void BroadcastQueue::remove(Ticket ticket) {
    const auto at = by_ticket_.find(ticket);
    ranks_.erase(rank_of(ticket, at->second));
    if (!at->second.key.empty()) by_key_.erase(at->second.key);
    by_ticket_.erase(at);
}

}  // namespace weft::gossip
