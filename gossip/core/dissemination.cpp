#include "gossip/core/dissemination.hpp"

#include <algorithm>

#include "gossip/core/encoded.hpp"
#include "gossip/wire/keyring.hpp"
#include "gossip/wire/packet.hpp"

namespace weft::gossip {

namespace {

constexpr std::size_t kCompoundHead = 2;
constexpr std::size_t kLabelHead = 2;
// What a packet may take besides its messages.
constexpr std::size_t kFrameMax = kCompoundHead + kLabelHead + Keyring::kOverhead;
// Of none: tickets count from 1.
constexpr BroadcastQueue::Ticket kNoTicket = 0;

}  // namespace

void Dissemination::add_about(std::string_view node, std::string message) {
    if (!fits_packet(message.size())) {
        ++dropped_;
        return;
    }
    members_.add(node, std::move(message));
}

bool Dissemination::fits_packet(std::size_t message_bytes) const {
    return message_bytes + kPartOverhead + kFrameMax + config_.label_bytes <= config_.packet_bytes;
}

BroadcastQueue& Dissemination::queue(Kind kind) {
    return kind == Kind::Intents ? intents_ : kind == Kind::Queries ? queries_ : events_;
}

const BroadcastQueue& Dissemination::queue(Kind kind) const {
    return kind == Kind::Intents ? intents_ : kind == Kind::Queries ? queries_ : events_;
}

BroadcastQueue::Ticket Dissemination::add(Kind kind, std::string_view blob) {
    std::string message = encoded_user(blob);
    BroadcastQueue& waiting = queue(kind);
    // Would wait for ever: push/pull carries it.
    if (!fits_packet(message.size())) {
        ++dropped_;
        return kNoTicket;
    }
    const auto ticket = waiting.add({}, std::move(message));
    // Not each time, since what has been sent often enough goes by itself.
    if (waiting.size() > 2 * config_.queue_max) dropped_ += waiting.prune(config_.queue_max);
    return ticket;
}

bool Dissemination::is_queued(Kind kind, BroadcastQueue::Ticket ticket) const {
    return queue(kind).is_queued(ticket);
}

// In small rings at least once for each member: peers' four times leave somebody out too often. In
// large ones fewer than peers' twenty, where everybody's predecessor on the ring makes up for what
// chance leaves out.
std::size_t Dissemination::limit_for(std::size_t members, bool all_weft) const {
    // Eight, unless it is configured otherwise.
    const auto for_all = static_cast<std::size_t>(2 * config_.retransmit_multiplier);
    const std::size_t limit = std::max(transmit_limit(config_.retransmit_multiplier, members),
                                       std::min(members, for_all));
    return all_weft ? std::min(limit, for_all) : limit;
}

std::size_t Dissemination::fill(std::vector<SharedBytes>& messages, const Sizes& sizes,
                                bool is_encrypted) {
    if (is_empty()) return 0;
    std::size_t used = kCompoundHead;
    if (config_.label_bytes > 0) used += kLabelHead + config_.label_bytes;
    if (is_encrypted) used += Keyring::kOverhead;
    for (const SharedBytes& message : messages) used += message->size() + kPartOverhead;
    if (used >= config_.packet_bytes) return 0;

    std::size_t space = config_.packet_bytes - used;
    const std::size_t before = messages.size();
    members_.take(messages, space, limit_for(sizes.members, sizes.all_weft));
    const std::size_t limit = limit_for(sizes.serf_members, sizes.all_weft);
    for (BroadcastQueue* queue : {&intents_, &queries_, &events_}) {
        queue->take(messages, space, limit);
    }
    return messages.size() - before;
}

bool Dissemination::has_unsent() const {
    return members_.has_unsent() || intents_.has_unsent() || queries_.has_unsent() ||
           events_.has_unsent();
}

bool Dissemination::is_empty() const {
    return size() == 0;
}

std::size_t Dissemination::size() const {
    return members_.size() + intents_.size() + queries_.size() + events_.size();
}

void Dissemination::prune() {
    for (BroadcastQueue* queue : {&intents_, &queries_, &events_}) {
        dropped_ += queue->prune(config_.queue_max);
    }
}

}  // namespace weft::gossip
