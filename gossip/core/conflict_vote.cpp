#include "gossip/core/conflict_vote.hpp"

#include <utility>
#include <variant>

namespace weft::gossip {

void ConflictVote::begin(QueryOutbox& outbox, QueryInbox& inbox, Instant now, SerfOutput& out) {
    if (query_ || !config_.resolves_conflicts) return;
    QueryParams params;
    params.name = kConflictQuery;
    params.payload = members_.self().name;
    const auto asked = outbox.ask(params, inbox, now, out);
    if (!asked) return;  // the next conflict tries again
    query_ = asked.value();
    answers_ = 0;
    for_us_ = 0;
}

void ConflictVote::count(const event::QueryAnswered& answer) {
    const auto message = decode_serf(answer.payload);
    const auto* known = message ? std::get_if<ConflictAnswer>(&message.value()) : nullptr;
    if (!known) return;
    ++answers_;
    const Endpoint& own = members_.self().endpoint;
    const bool is_us = known->member && known->member->address == bytes_of(own.address) &&
                       known->member->port == own.port;
    for_us_ += is_us ? 1 : 0;
}

void ConflictVote::filter(std::vector<Event>& events) {
    if (!query_) return;
    std::vector<Event> rest;
    for (Event& event : events) {
        const auto* acked = std::get_if<event::QueryAcknowledged>(&event);
        const auto* answered = std::get_if<event::QueryAnswered>(&event);
        const auto* finished = std::get_if<event::QueryFinished>(&event);
        if (acked && acked->id == query_) continue;
        if (answered && answered->id == query_) {
            count(*answered);
        } else if (finished && finished->id == query_) {
            query_.reset();
            if (for_us_ < answers_ / 2 + 1) rest.push_back(event::NameLost{answers_, for_us_});
        } else {
            rest.push_back(std::move(event));
        }
    }
    events = std::move(rest);
}

}  // namespace weft::gossip
