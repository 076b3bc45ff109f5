#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gossip/core/node.hpp"

namespace weft::gossip::test {

// A few nodes in one process on a network that delivers everything after a millisecond, for tests
// of what nodes do together; faults of all kinds are the simulator's.
class SmallRing {
public:
    explicit SmallRing(std::uint64_t seed) : rng_(seed) {}

    // Names "n1", "n2", ... at 127.0.0.1, .2, ...; configure may change anything.
    std::string add(const std::function<void(NodeConfig&)>& configure = {}, Keyring keyring = {});
    void join(const std::string& name, const std::string& seed);
    // Gone in an instant. answers_refusals: its host goes on without the process.
    void kill(const std::string& name, bool answers_refusals);
    // Its host completes handshakes for it, and keeps the datagrams until it goes on.
    void stop(const std::string& name) { agents_.at(name).is_stopped = true; }
    void go_on(const std::string& name);
    // Nothing of what others send arrives, be it the answer to a handshake.
    void deafen(const std::string& name) { agents_.at(name).is_deaf = true; }
    // That share of the datagrams; streams do not suffer.
    void lose(double share) { loss_ = share; }
    // Runs until is_done() or for that long; true when it is done.
    bool run(
        Duration at_most, const std::function<bool()>& is_done = [] { return false; });

    Node& operator[](const std::string& name) { return *agents_.at(name).node; }
    Instant now() const { return now_; }
    // An input of the application: carries out what follows.
    void act(const std::string& name, const std::function<void(Node&, Instant, Output&)>& input);
    // How that name stands with all others that live, e.g. "alive"; "mixed" when they disagree.
    std::string status(const std::string& name) const;
    const std::vector<Event>& events(const std::string& name) { return agents_.at(name).events; }
    template <class E>
    std::size_t count(const std::string& name) {
        std::size_t found = 0;
        for (const Event& event : events(name)) found += std::holds_alternative<E>(event) ? 1 : 0;
        return found;
    }

    static Endpoint endpoint_of(const std::string& name);

private:
    struct Agent {
        std::unique_ptr<Node> node;
        std::vector<Event> events;
        bool is_there = true;
        bool answers_refusals = true;
        bool is_stopped = false;
        bool is_deaf = false;
        std::vector<std::function<void()>> kept;
    };

    void carry_out(const std::string& from, Output out);
    void dial(const std::string& from, Dial dial);
    void later(Duration delay, std::function<void()> what);
    Agent* at(const Endpoint& endpoint);

    Rng rng_;
    Rng loss_rng_{1};
    double loss_ = 0;
    DescriptionPool pool_;
    Instant now_{std::chrono::hours(1)};
    std::map<std::string, Agent> agents_;
    std::multimap<Instant, std::function<void()>> queue_;
};

}  // namespace weft::gossip::test
