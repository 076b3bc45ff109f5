#include "tests/sim/gossip/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/core/snapshot.hpp"
#include "tests/sim/gossip/violation.hpp"

namespace weft::sim {

namespace {

// Datagrams that a host keeps for a process that does not read them.
constexpr std::size_t kReceiveBuffer = 256;
// What a process with a share of the CPU takes for one of its inputs.
constexpr Duration kInputCost = std::chrono::microseconds(100);

}  // namespace

World::World(const WorldConfig& config, std::uint64_t seed)
    : config_(config),
      rng_(seed),
      network_(config.network, config.mix, rng_.next()),
      agents_(config.agents) {
    for (AgentIndex i = 0; i < agents_.size(); ++i) {
        agents_[i].name = fmt::format("agent-{}", i);
        agents_[i].endpoint = endpoint_of(i);
        agents_[i].process.set_state(Process::State::Dead);
    }
}

gossip::Endpoint World::endpoint_of(AgentIndex index) {
    return {
        IpAddress::v4({10, static_cast<std::uint8_t>(index >> 16),
                       static_cast<std::uint8_t>(index >> 8), static_cast<std::uint8_t>(index)}),
        7946};
}

AgentIndex World::index_of(const gossip::Endpoint& endpoint) const {
    const auto bytes = endpoint.address.bytes();
    if (bytes.size() != 4 || bytes[0] != 10) return static_cast<AgentIndex>(agents_.size());
    const AgentIndex index =
        static_cast<AgentIndex>(bytes[1]) << 16 | static_cast<AgentIndex>(bytes[2]) << 8 | bytes[3];
    return std::min(index, static_cast<AgentIndex>(agents_.size()));
}

void World::run_until(Instant until) {
    while (!queue_.is_empty() && queue_.next_at() <= until) {
        Happening happening = queue_.take();
        deliver(happening);
    }
    queue_.advance(until);
}

std::string World::describe(const Happening& happening) const {
    static constexpr std::array<std::string_view, 12> kNames{
        "wake",   "datagram", "port unreachable", "connect", "connected", "refused",
        "answer", "closed",   "dial deadline",    "request", "slice",     "call"};
    std::string text = fmt::format(
        "{:11.6f} {} {}", std::chrono::duration<double>(now().time_since_epoch()).count(),
        agents_[happening.at].name, kNames[static_cast<std::size_t>(happening.kind)]);
    if (happening.kind != Kind::Wake) text += " from " + agents_[happening.from].name;
    if (happening.dial != 0) text += fmt::format(" dial {}", happening.dial);
    for (const auto& message : happening.messages) {
        text += fmt::format(" [{} {} B]", static_cast<unsigned>(message->front()), message->size());
    }
    if (!happening.bytes.empty()) text += fmt::format(" {} B", happening.bytes.size());
    return text;
}

void World::call_at(Instant at, std::function<void()> call) {
    calls_[next_call_] = std::move(call);
    queue_.add(at, {.kind = Kind::Call, .dial = next_call_++});
}

std::size_t World::overdue_dials() const {
    return static_cast<std::size_t>(
        std::count_if(agents_.begin(), agents_.end(), [&](const Agent& agent) {
            return agent.is_up() &&
                   std::any_of(agent.life->dials.begin(), agent.life->dials.end(),
                               [&](const auto& dial) { return dial.second.deadline < now(); });
        }));
}

// ---- what happens to whom

void World::deliver(Happening& happening) {
    if (happening.kind == Kind::Call) {
        const auto call = calls_.extract(happening.dial);
        return call.mapped()();
    }
    if (happening.kind == Kind::Connect) return deliver_to_host(happening);
    Agent& agent = agents_[happening.at];
    if (happening.kind == Kind::Slice) {
        agent.slice_scheduled = false;
        return drain(happening.at);
    }
    if (happening.kind == Kind::Wake) {
        if (agent.wake_at != now()) return;  // moved since
        agent.wake_at = Instant::max();
    }
    if (!agent.is_up()) return lost_on_the_dead(happening);
    if (!runs_now(agent) || !agent.backlog.empty()) return defer(agent, happening);
    handle(happening.at, happening);
}

// The first packet of a connection. The process need not run for it to be answered.
void World::deliver_to_host(const Happening& connect) {
    const Agent& agent = agents_[connect.at];
    if (agent.process.state() == Process::State::HostGone) return;
    send_on_stream(connect.at, connect.from,
                   {.kind = agent.is_up() ? Kind::Connected : Kind::Refused,
                    .generation = connect.generation,
                    .dial = connect.dial});
}

void World::lost_on_the_dead(const Happening& happening) {
    if (agents_[happening.at].process.state() != Process::State::Dead) return;
    if (happening.kind == Kind::Datagram && network_.refuses_datagrams()) {
        const auto flight = network_.datagram(happening.at, happening.from, now());
        if (flight.count == 0 || flight.is_corrupt) return;
        queue_.add(flight.arrivals[0], {.kind = Kind::PortUnreachable,
                                        .at = happening.from,
                                        .from = happening.at,
                                        .generation = happening.generation});
    }
    if (happening.kind == Kind::Request) {  // a reset
        send_on_stream(
            happening.at, happening.from,
            {.kind = Kind::Closed, .generation = happening.generation, .dial = happening.dial});
    }
}

bool World::runs_now(const Agent& agent) const {
    return agent.process.state() == Process::State::Running &&
           agent.process.next_run(now()) == now();
}

void World::defer(Agent& agent, Happening& happening) {
    const bool is_datagram = happening.kind == Kind::Datagram;
    if (is_datagram && agent.backlog.size() >= kReceiveBuffer) return;
    const AgentIndex index = happening.at;
    agent.backlog.push_back(std::move(happening));
    if (agent.process.state() != Process::State::Running || agent.slice_scheduled) return;
    agent.slice_scheduled = true;
    queue_.add(agent.process.next_run(now()), {.kind = Kind::Slice, .at = index});
}

void World::drain(AgentIndex index) {
    Agent& agent = agents_[index];
    const std::size_t most =
        agent.process.is_slow() ? agent.process.inputs_of_slice(kInputCost) : SIZE_MAX;
    for (std::size_t i = 0; i < most && !agent.backlog.empty() && runs_now(agent); ++i) {
        Happening happening = std::move(agent.backlog.front());
        agent.backlog.pop_front();
        handle(index, happening);
        if (!agent.is_up()) return;
    }
    if (agent.backlog.empty() || agent.slice_scheduled) return;
    if (agent.process.state() != Process::State::Running) return;
    agent.slice_scheduled = true;
    queue_.add(agent.process.next_slice(now()), {.kind = Kind::Slice, .at = index});
}

// ---- processes

void World::start(AgentIndex index, bool forgets) {
    Agent& agent = agents_[index];
    if (agent.is_up()) return;
    gossip::NodeConfig node = config_.node;
    node.name = agent.name;
    node.advertise = agent.endpoint;
    node.meta = agent.meta;
    if (!forgets && !agent.snapshot.empty()) {
        gossip::resume(node, gossip::Snapshot::parse(agent.snapshot), 0);
    }
    if (const auto valid = node.validate(); !valid) throw Violation("the configuration is refused");
    ++agent.generation;
    gossip::Keyring keyring;
    if (agent.keys.empty()) keyring = config_.wire.keyring();
    for (const auto& key : agent.keys) WEFT_ASSERT(keyring.add(key).has_value());
    agent.life = std::make_unique<Agent::Life>(node, config_.wire, std::move(keyring), rng_.next(),
                                               pool_, now());
    agent.process.set_state(Process::State::Running);
    agent.backlog.clear();
    agent.wake_at = Instant::max();
    agent.is_leaving = false;
    agent.has_left = false;
    agent.is_joined = false;
    arm(index);
}

void World::end(AgentIndex index, Process::State state) {
    Agent& agent = agents_[index];
    if (agent.is_up()) {
        agent.snapshot = gossip::snapshot_of(agent.node()).text();
        agent.keys = agent.node().keyring().keys();
        agent.life.reset();
    }
    agent.process.set_state(state);
    agent.process.set_share({}, {});
    agent.backlog.clear();
    agent.wake_at = Instant::max();
}

void World::pause(AgentIndex index) {
    agents_[index].process.set_state(Process::State::Paused);
}

void World::resume(AgentIndex index) {
    Agent& agent = agents_[index];
    if (agent.process.state() != Process::State::Paused) return;
    agent.process.set_state(Process::State::Running);
    // Whether a process that wakes sees first that it is late or what has arrived is chance.
    const auto wake = std::find_if(agent.backlog.begin(), agent.backlog.end(),
                                   [](const auto& each) { return each.kind == Kind::Wake; });
    if (wake != agent.backlog.end()) {
        Happening late = std::move(*wake);
        agent.backlog.erase(wake);
        if (rng_.below(2) == 0) {
            agent.backlog.push_front(std::move(late));
        } else {
            agent.backlog.push_back(std::move(late));
        }
    }
    drain(index);
}

void World::set_share(AgentIndex index, Duration run, Duration period) {
    agents_[index].process.set_share(run, period);
    drain(index);
}

std::vector<AgentIndex> World::known_before(AgentIndex index) const {
    std::vector<AgentIndex> known;
    for (const auto& [name, endpoint] : gossip::Snapshot::parse(agents_[index].snapshot).alive) {
        known.push_back(index_of(endpoint));
    }
    return known;
}

void World::acquaint(std::span<const AgentIndex> indices) {
    std::vector<gossip::Node::Known> known;
    known.reserve(indices.size());
    for (const AgentIndex index : indices) {
        const gossip::Node& node = agents_[index].node();
        known.push_back({node.self(), node.incarnation()});
    }
    for (const AgentIndex index : indices) {
        with_node(index, [&](gossip::Node& node, gossip::Output&) { node.preload(known, now()); });
    }
}

// ---- the application

void World::join(AgentIndex index, std::span<const AgentIndex> seeds, bool ignore_old_events) {
    std::vector<gossip::Endpoint> endpoints;
    for (const AgentIndex seed : seeds) endpoints.push_back(agents_[seed].endpoint);
    with_node(index, [&](gossip::Node& node, gossip::Output& out) {
        node.join(endpoints, ignore_old_events, now(), out);
    });
}

void World::with_node(AgentIndex index,
                      const std::function<void(gossip::Node&, gossip::Output&)>& use) {
    gossip::Output out;
    use(agents_[index].node(), out);
    carry_out(index, out);
}

}  // namespace weft::sim
