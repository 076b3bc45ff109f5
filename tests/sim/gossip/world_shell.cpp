#include <fmt/format.h>

#include <utility>

#include "tests/sim/gossip/violation.hpp"
#include "tests/sim/gossip/world.hpp"

// What a shell does: hands its node what arrives and carries out what follows.
namespace weft::sim {

namespace {

constexpr std::uint64_t kIpAndUdpBytes = 42;
// Of one node at one instant: beyond it it does not move on.
constexpr int kTicksMost = 1000;
// The cost of a check is by the members; in each step up to so many agents.
constexpr std::size_t kAgentsChecked = 65;
constexpr std::size_t kAgentsOfASample = 16;
constexpr std::uint16_t kEphemeralPort = 50'000;

}  // namespace

void World::handle(AgentIndex index, Happening& happening) {
    Agent& agent = agents_[index];
    // A datagram reaches whatever process is there; what belongs to a dial only the one that
    // dialled.
    const bool is_of_process = happening.kind == Kind::Connected ||
                               happening.kind == Kind::Refused || happening.kind == Kind::Answer ||
                               happening.kind == Kind::Closed ||
                               happening.kind == Kind::DialDeadline;
    if (is_of_process &&
        (happening.generation != agent.generation || !agent.life->dials.contains(happening.dial))) {
        return;
    }
    ++steps_;
    record(happening);
    gossip::Output& out = output_;
    out.clear();
    switch (happening.kind) {
        case Kind::Wake:
            tick(agent, out);
            break;
        case Kind::Datagram:
            handle_datagram(agent, happening, out);
            break;
        case Kind::PortUnreachable:
            agent.node().port_unreachable(agents_[happening.from].endpoint, now(), out);
            break;
        case Kind::Connected:
            handle_connected(agent, happening, out);
            break;
        case Kind::Refused:
            fail_dial(agent, happening.dial, gossip::DialFailure::Refused, out);
            break;
        case Kind::Answer:
            handle_answer(agent, happening, out);
            break;
        case Kind::Closed:
            fail_dial(agent, happening.dial, gossip::DialFailure::Unanswered, out);
            break;
        case Kind::DialDeadline: {
            const bool was_open = agent.life->dials.at(happening.dial).is_open;
            fail_dial(agent, happening.dial,
                      was_open ? gossip::DialFailure::Unanswered : gossip::DialFailure::Silent,
                      out);
            break;
        }
        case Kind::Request:
            handle_request(agent, happening, out);
            break;
        case Kind::Connect:
        case Kind::Slice:
        case Kind::Call:
            break;
    }
    carry_out(index, out);
}

void World::tick(Agent& agent, gossip::Output& out) {
    for (int i = 0; agent.node().next_deadline() <= now(); ++i) {
        if (i == kTicksMost) throw Violation(agent.name + ": ticks do not move its deadline");
        agent.node().tick(now(), out);
    }
}

void World::handle_datagram(Agent& agent, const Happening& happening, gossip::Output& out) {
    const gossip::Endpoint& from = agents_[happening.from].endpoint;
    const auto receive = [&](std::span<const std::string_view> messages) {
        agent.node().receive(from, messages, now(), out);
        if (observer_ == nullptr) return;
        for (const auto message : messages) observer_->on_heard(happening.at, message);
    };
    if (!config_.wire.has_bytes) {
        views_.clear();
        for (const auto& message : happening.messages) views_.emplace_back(*message);
        return receive(views_);
    }
    const auto packet = agent.life->codec.read_datagram(happening.bytes);
    if (!packet) {
        ++traffic_.unreadable;
        return;
    }
    receive(packet.value().messages);
}

void World::handle_connected(Agent& agent, const Happening& happening, gossip::Output& out) {
    Agent::Dial& dial = agent.life->dials.at(happening.dial);
    dial.is_open = true;
    const gossip::DialId id{happening.dial};
    agent.node().dial_opened(id, now(), out);
    if (!dial.message.empty()) {
        std::string bytes =
            agent.life->codec.write_stream(dial.message, gossip::StreamSide::Initiator);
        traffic_.stream_bytes += bytes.size();
        send_on_stream(happening.at, dial.to,
                       {.kind = Kind::Request,
                        .generation = agent.generation,
                        .dial = happening.dial,
                        .bytes = std::move(bytes)});
    }
    // Without an answer to wait for this is all there is to it.
    if (dial.message.empty() || !dial.wants_answer) {
        fail_dial(agent, happening.dial, gossip::DialFailure::Unanswered, out);
    }
}

void World::handle_request(Agent& agent, const Happening& happening, gossip::Output& out) {
    auto reader = agent.life->codec.stream_reader(gossip::StreamSide::Listener);
    const auto message = reader.add(happening.bytes);
    Happening reply{
        .kind = Kind::Closed, .generation = happening.generation, .dial = happening.dial};
    if (!message || !message.value()) {
        ++traffic_.unreadable;
    } else {
        gossip::Endpoint from = agents_[happening.from].endpoint;
        from.port = kEphemeralPort;
        const std::string answer = agent.node().accept(from, *message.value(), now(), out);
        if (!answer.empty()) {
            reply.kind = Kind::Answer;
            reply.bytes = agent.life->codec.write_stream(answer, gossip::StreamSide::Listener);
            traffic_.stream_bytes += reply.bytes.size();
        }
    }
    send_on_stream(happening.at, happening.from, std::move(reply));
}

void World::handle_answer(Agent& agent, const Happening& happening, gossip::Output& out) {
    auto reader = agent.life->codec.stream_reader(gossip::StreamSide::Initiator);
    const auto message = reader.add(happening.bytes);
    if (!message || !message.value()) {
        ++traffic_.unreadable;
        return fail_dial(agent, happening.dial, gossip::DialFailure::Garbled, out);
    }
    agent.life->dials.erase(happening.dial);
    agent.node().dial_answered(gossip::DialId{happening.dial}, *message.value(), now(), out);
}

void World::fail_dial(Agent& agent, std::uint64_t dial, gossip::DialFailure failure,
                      gossip::Output& out) {
    agent.life->dials.erase(dial);
    agent.node().dial_failed(gossip::DialId{dial}, failure, gossip::to_string(failure), now(), out);
}

// ---- what follows

void World::carry_out(AgentIndex index, gossip::Output& out) {
    Agent& agent = agents_[index];
    for (auto& datagram : out.datagrams) send(index, datagram);
    for (auto& each : out.dials) dial(index, each);
    if (observer_ != nullptr) {
        for (const auto& event : out.events) observer_->on_event(index, event);
    }
    // They look at all members, so in large worlds only some of the steps are checked.
    const std::size_t gap =
        agents_.size() <= kAgentsChecked ? 1 : agents_.size() / kAgentsOfASample;
    if (config_.checks_invariants && steps_ % gap == 0) {
        agent.node().check_invariants();
    }
    if (observer_ != nullptr) observer_->on_step(index);
    arm(index);
}

void World::send(AgentIndex from, gossip::Datagram& datagram) {
    if (observer_ != nullptr) {
        for (const auto& message : datagram.messages) observer_->on_message(from, *message);
    }
    const AgentIndex to = index_of(datagram.to);
    std::size_t size = 0;
    for (const auto& message : datagram.messages) size += message->size() + 2;
    std::string bytes;
    if (config_.wire.has_bytes) {
        bytes = agents_[from].life->codec.write_datagram(datagram);
        size = bytes.size();
    }
    ++traffic_.datagrams;
    traffic_.datagram_bytes += size + kIpAndUdpBytes;
    if (to == agents_.size()) return;
    const auto flight = network_.datagram(from, to, now());
    for (std::size_t i = 0; i < flight.count; ++i) {
        Happening arrival{.kind = Kind::Datagram, .at = to, .from = from};
        arrival.generation = agents_[from].generation;
        if (config_.wire.has_bytes) {
            arrival.bytes = bytes;
            if (flight.is_corrupt) corrupt(arrival.bytes, !config_.wire.key.empty(), rng_);
        } else {
            if (flight.is_corrupt) continue;
            arrival.messages = datagram.messages;
        }
        queue_.add(flight.arrivals[i], std::move(arrival));
    }
}

void World::dial(AgentIndex from, gossip::Dial& dial) {
    Agent& agent = agents_[from];
    const std::uint64_t id = dial.id.get();
    const AgentIndex to = index_of(dial.to);
    const auto [entry, is_new] =
        agent.life->dials.try_emplace(id, Agent::Dial{.to = to,
                                                      .wants_answer = dial.wants_answer,
                                                      .deadline = dial.deadline,
                                                      .message = std::move(dial.message)});
    if (!is_new) throw Violation(fmt::format("{}: dial {} twice", agent.name, id));
    ++traffic_.streams;
    queue_.add(
        dial.deadline,
        {.kind = Kind::DialDeadline, .at = from, .generation = agent.generation, .dial = id});
    if (to == agents_.size()) return;
    send_on_stream(from, to, {.kind = Kind::Connect, .generation = agent.generation, .dial = id});
}

void World::send_on_stream(AgentIndex from, AgentIndex to, Happening happening) {
    const auto arrival = network_.stream(from, to, now());
    if (!arrival) return;
    happening.at = to;
    happening.from = from;
    queue_.add(*arrival, std::move(happening));
}

void World::arm(AgentIndex index) {
    Agent& agent = agents_[index];
    const Instant deadline = agent.node().next_deadline();
    if (deadline == Instant::max() || deadline >= agent.wake_at) return;
    agent.wake_at = std::max(deadline, now());
    queue_.add(agent.wake_at, {.kind = Kind::Wake, .at = index});
}

void World::record(const Happening& happening) {
    trace_.add(static_cast<std::uint64_t>(now().time_since_epoch().count()));
    trace_.add(static_cast<std::uint64_t>(happening.kind) << 48 ^
               static_cast<std::uint64_t>(happening.at) << 24 ^ happening.from);
    for (const auto& message : happening.messages) trace_.add(*message);
    if (!happening.bytes.empty()) trace_.add(happening.bytes);
    if (print_) print_(describe(happening));
}

}  // namespace weft::sim
