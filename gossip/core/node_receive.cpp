#include <utility>
#include <variant>

#include "gossip/core/encoded.hpp"
#include "gossip/core/node_parts.hpp"

namespace weft::gossip {

namespace {

constexpr Duration kCoordinateEvery = std::chrono::seconds(10);
constexpr std::size_t kAskersKept = 64;

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

}  // namespace

// It takes more than half of an ack, and hardly changes: whoever asks each second gets it now and
// then.
std::string Node::Parts::coordinate_for(const Endpoint& asker, Instant now) {
    const auto [sent, is_new] = coordinate_sent_.try_emplace(asker, now);
    if (!is_new && now - sent->second < kCoordinateEvery) return {};
    sent->second = now;
    if (coordinate_sent_.size() > kAskersKept) {
        std::erase_if(coordinate_sent_,
                      [&](const auto& entry) { return now - entry.second >= kCoordinateEvery; });
        if (coordinate_sent_.size() > kAskersKept) coordinate_sent_.clear();
    }
    std::string coordinate;
    encode_coordinate(coordinate, coordinates.own());
    return coordinate;
}

void Node::Parts::receive(const Endpoint& from, std::string_view message, Instant now,
                          Output& out) {
    ++counters.messages_received;
    if (!message.empty() && message.front() == static_cast<char>(MessageType::User)) {
        return receive_blob(from, message.substr(1), now, out);
    }
    const auto decoded = decode_message(message);
    if (!decoded) return counters.messages_unreadable.add(decoded.error().code);
    DetectorOutput found;
    std::visit(
        Overloaded{
            [&](const Ping& ping) {
                if (!ping.node.empty() && ping.node != membership.self().name()) return;
                const std::string coordinate = coordinate_for(from, now);
                Ack ack{ping.sequence, {}};
                if (!coordinate.empty()) ack.payload = coordinate;
                send_with_gossip(reply_to(ping.source_address, ping.source_port, from),
                                 {encoded(ack)}, false, out);
            },
            [&](const IndirectPing& request) { detector.handle(request, from, now, found); },
            [&](const Ack& ack) { detector.handle(ack, now, found); },
            [&](const Nack& nack) { detector.handle(nack, now, found); },
            [&](const Suspect& suspect) { membership.handle(suspect, now, found.membership); },
            [&](const Alive& alive) { membership.handle(alive, now, found.membership); },
            [&](const Dead& dead) { membership.handle(dead, now, found.membership); },
            [&](const ErrorAnswer&) { counters.messages_refused.add(Refusal::Misplaced); }},
        decoded.value());
    take(std::move(found), now, out);
}

void Node::Parts::receive_blob(const Endpoint& from, std::string_view blob, Instant now,
                               Output& out) {
    const auto decoded = decode_serf(blob);
    if (!decoded) return counters.messages_unreadable.add(decoded.error().code);
    SerfOutput serf;
    const auto misplaced = [&] { counters.messages_refused.add(Refusal::Misplaced); };
    std::visit(
        Overloaded{[&](const LeaveIntent& intent) { members.handle(intent, blob, now, serf); },
                   [&](const JoinIntent& intent) { members.handle(intent, blob, now, serf); },
                   [&](const UserEvent& event) { events.handle(event, blob, serf); },
                   [&](const Query& query) { inbox.handle(query, blob, now, serf); },
                   [&](const QueryAnswer& answer) { outbox.handle(answer, now, serf); },
                   [&](const Relay& relay) { handle(relay, out); },
                   // Only inside of streams, and of payloads.
                   [&](const SerfPushPull&) { misplaced(); },
                   [&](const ConflictAnswer&) { misplaced(); },
                   [&](const KeyRequest&) { misplaced(); }, [&](const KeyAnswer&) { misplaced(); }},
        decoded.value());
    note_leap(serf, from, now, out);
    take(std::move(serf), now, out);
}

// Only what it is for, lest others send through us to anybody what they like.
void Node::Parts::handle(const Relay& relay, Output& out) {
    const RelayAddress& to = relay.header.destination;
    const auto address = to.ip ? address_from_bytes(*to.ip) : std::nullopt;
    const bool is_port = to.port > 0 && to.port <= 65'535;
    const auto inner = decode_serf(relay.blob);
    if (!address || !is_port || !inner || !std::holds_alternative<QueryAnswer>(inner.value())) {
        return counters.messages_refused.add(Refusal::Relay);
    }
    send({*address, static_cast<std::uint16_t>(to.port)}, encoded_user(relay.blob), out);
}

}  // namespace weft::gossip
