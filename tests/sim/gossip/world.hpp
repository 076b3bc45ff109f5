#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/node.hpp"
#include "tests/sim/engine/event_queue.hpp"
#include "tests/sim/engine/network.hpp"
#include "tests/sim/engine/trace.hpp"
#include "tests/sim/gossip/agent.hpp"

namespace weft::sim {

struct WorldConfig {
    std::size_t agents = 0;
    NetworkConfig network;
    FaultMix mix;
    WireStyle wire;
    gossip::NodeConfig node;  // of all, but for what is each one's own
    bool checks_invariants = true;
};

struct TrafficCounters {
    std::uint64_t datagrams = 0;
    std::uint64_t datagram_bytes = 0;  // with IP and UDP headers
    std::uint64_t streams = 0;
    std::uint64_t stream_bytes = 0;  // both directions, messages only
    std::uint64_t unreadable = 0;    // datagrams and streams that the layers refused
};

// Agents that run the production core, on virtual time and a simulated network: carries out what
// their nodes put out, as gossip/net does for real. What happens to them comes from the scenario.
class World {
public:
    // Told of what agents do. Either may throw a Violation.
    class Observer {
    public:
        virtual ~Observer() = default;
        virtual void on_event(AgentIndex at, const gossip::Event& event) = 0;
        virtual void on_message(AgentIndex from, std::string_view message) = 0;  // that it sends
        // One of a datagram that it has taken in.
        virtual void on_heard(AgentIndex at, std::string_view message) = 0;
        virtual void on_step(AgentIndex at) = 0;
    };

    World(const WorldConfig& config, std::uint64_t seed);

    void set_observer(Observer* observer) { observer_ = observer; }  // outlives the world; or null
    // Called with a line for each thing that happens to a process.
    void set_printer(std::function<void(const std::string&)> print) { print_ = std::move(print); }

    Instant now() const { return queue_.now(); }
    void run_until(Instant until);
    // Calls it then, once.
    void call_at(Instant at, std::function<void()> call);

    std::size_t size() const { return agents_.size(); }
    Agent& agent(AgentIndex index) { return agents_[index]; }
    const Agent& agent(AgentIndex index) const { return agents_[index]; }
    Network& network() { return network_; }
    Trace& trace() { return trace_; }
    const TrafficCounters& traffic() const { return traffic_; }
    std::uint64_t steps() const { return steps_; }
    // Streams under way longer than their deadline: a process that runs has none.
    std::size_t overdue_dials() const;

    // ---- processes
    void start(AgentIndex index, bool forgets = false);
    void end(AgentIndex index, Process::State state);  // Dead or HostGone
    void pause(AgentIndex index);
    void resume(AgentIndex index);
    void set_share(AgentIndex index, Duration run, Duration period);
    // Whom its last process knew when it ended.
    std::vector<AgentIndex> known_before(AgentIndex index) const;
    // From now on each of them knows all others as alive, without a word: ten thousand that tell
    // each other of ten thousand take longer than what is to be seen. They must be up.
    void acquaint(std::span<const AgentIndex> indices);

    // ---- the application of an agent, which must be up. Its output is carried out at once.
    void join(AgentIndex index, std::span<const AgentIndex> seeds, bool ignore_old_events = true);
    void with_node(AgentIndex index,
                   const std::function<void(gossip::Node&, gossip::Output&)>& use);

    static gossip::Endpoint endpoint_of(AgentIndex index);

private:
    using Kind = Happening::Kind;

    void deliver(Happening& happening);
    void deliver_to_host(const Happening& connect);
    void lost_on_the_dead(const Happening& happening);
    void defer(Agent& agent, Happening& happening);
    void drain(AgentIndex index);
    bool runs_now(const Agent& agent) const;

    void handle(AgentIndex index, Happening& happening);
    void handle_datagram(Agent& agent, const Happening& happening, gossip::Output& out);
    void handle_connected(Agent& agent, const Happening& happening, gossip::Output& out);
    void handle_request(Agent& agent, const Happening& happening, gossip::Output& out);
    void handle_answer(Agent& agent, const Happening& happening, gossip::Output& out);
    void fail_dial(Agent& agent, std::uint64_t dial, gossip::DialFailure failure,
                   gossip::Output& out);
    void tick(Agent& agent, gossip::Output& out);

    void carry_out(AgentIndex index, gossip::Output& out);
    void send(AgentIndex from, gossip::Datagram& datagram);
    void dial(AgentIndex from, gossip::Dial& dial);
    void send_on_stream(AgentIndex from, AgentIndex to, Happening happening);
    void arm(AgentIndex index);
    void record(const Happening& happening);
    std::string describe(const Happening& happening) const;
    AgentIndex index_of(const gossip::Endpoint& endpoint) const;  // size(): nobody's

    WorldConfig config_;
    Rng rng_;
    gossip::DescriptionPool pool_;
    Network network_;
    EventQueue<Happening> queue_;
    std::vector<Agent> agents_;
    std::map<std::uint64_t, std::function<void()>> calls_;
    std::uint64_t next_call_ = 0;
    Observer* observer_ = nullptr;
    std::function<void(const std::string&)> print_;
    Trace trace_;
    TrafficCounters traffic_;
    std::uint64_t steps_ = 0;
    gossip::Output output_;  // kept for its memory
    std::vector<std::string_view> views_;
};

}  // namespace weft::sim
