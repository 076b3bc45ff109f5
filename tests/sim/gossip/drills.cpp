#include "tests/sim/gossip/drills.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "gossip/core/encoded.hpp"
#include "gossip/core/internal_queries.hpp"
#include "gossip/wire/messages.hpp"
#include "tests/sim/gossip/await.hpp"

namespace weft::sim {

using std::chrono::seconds;

namespace {

// An event that gossip missed comes with a push/pull, of which each agent of a ring of 64 has one
// in 30 to 60 s, and is gossip from there on.
constexpr Duration kSpreads = seconds(100);
constexpr Duration kQuery = seconds(30);
// Then nobody repeats an event any more, in rings of any size.
constexpr Duration kGossiped = seconds(10);
constexpr int kEvents = 3;
constexpr int kTries = 3;
constexpr std::size_t kSeeds = 3;
// The suspicion of a lone accuser in a ring of 64, and some: who did not refute is failed by then.
constexpr Duration kSuspicion = seconds(45);
constexpr int kAccusersMost = 4;

// Large rings exchange views more seldom: with each doubling beyond 32 a base interval more.
Duration spreads_among(std::size_t agents) {
    const double doublings = std::ceil(std::log2(static_cast<double>(agents)) - 5);
    return kSpreads * std::max(static_cast<int>(doublings) + 1, 2) / 2;
}

// Of whom a name was taken.
class NameWatch : public World::Observer {
public:
    NameWatch(World& world, AgentIndex owner, AgentIndex taker)
        : world_(world), owner_(owner), taker_(taker) {}

    bool is_over() const { return is_over_; }

    void on_event(AgentIndex at, const gossip::Event& event) override {
        if (std::holds_alternative<gossip::event::NameLost>(event)) {
            if (at != taker_)
                throw Violation(world_.agent(at).name + ": loses its name to another");
            is_over_ = true;
        }
        const auto* failed = std::get_if<gossip::event::MemberFailed>(&event);
        if (failed != nullptr && failed->member->name == world_.agent(owner_).name) {
            throw Violation(fmt::format("{}: holds who keeps the name failed", at));
        }
    }
    void on_message(AgentIndex, std::string_view) override {}
    void on_heard(AgentIndex, std::string_view) override {}
    void on_step(AgentIndex) override {}

private:
    World& world_;
    AgentIndex owner_;
    AgentIndex taker_;
    bool is_over_ = false;
};

}  // namespace

void Drills::events() {
    for (int i = 0; i < kEvents; ++i) {
        const std::string event =
            i == 0 ? scenario_.fire_latest_event(rng_) : scenario_.fire_event(rng_);
        run_until_empty(world_, spreads_among(world_.size()),
                        [&] { return oracle_.not_heard_by_all(event); });
    }
}

void Drills::missed_event() {
    const AgentIndex index = scenario_.one_up(rng_);
    if (index == world_.size()) return;
    world_.agent(index).was_disturbed = true;
    // It holds others failed by then, and is believed until they refute.
    for (AgentIndex at = 0; at < world_.size(); ++at) oracle_.excuse(at);
    world_.network().set_deaf(index, true);
    world_.network().set_mute(index, true);
    const std::string event = scenario_.fire_event(rng_);
    world_.run_until(world_.now() + kGossiped);
    world_.network().heal(index);
    run_until_empty(world_, spreads_among(world_.size()),
                    [&] { return oracle_.not_heard_by_all(event); });
    run_until_empty(world_, patience_, [&] { return oracle_.unconverged(); });
}

// By the agent that is furthest in the time of queries: those of others may be too old for some.
void Drills::ask_all(const gossip::QueryParams& params, bool by_acks) {
    for (int tries = 1;; ++tries) {
        const AgentIndex asker = scenario_.latest(&gossip::Node::Clocks::query);
        std::uint32_t id = 0;
        world_.with_node(asker, [&](gossip::Node& node, gossip::Output& out) {
            const auto asked = node.ask(params, world_.now(), out);
            if (!asked) throw Violation("a query is refused: " + asked.error().message());
            id = asked.value();
            oracle_.asked(asker, id, params);
        });
        run_until_empty(world_, kQuery, [&] { return oracle_.not_finished(asker, id); });
        const std::string missing = oracle_.not_answered_by_all(asker, id, by_acks);
        if (missing.empty()) return;
        if (tries == kTries) throw Violation(missing);
    }
}

void Drills::query() {
    gossip::QueryParams params;
    params.name = "drill";
    params.payload = std::string(rng_.below(200), '?');
    params.wants_ack = true;
    params.relay_factor = static_cast<std::uint8_t>(rng_.below(3));
    ask_all(params, true);
    if (const auto what = oracle_.queries_without_end(); !what.empty()) throw Violation(what);
}

// Agents of a sound network accuse nobody who is well, so it is put into their mouths: a word of
// each accuser comes to one agent or a few.
void Drills::false_accusation() {
    const AgentIndex accused = scenario_.one_up(rng_);
    if (accused == world_.size()) return;
    const Agent& victim = world_.agent(accused);
    const std::uint64_t accusers = 1 + rng_.below(kAccusersMost);
    const std::uint64_t hearers = 1 + rng_.below(3);
    for (std::uint64_t i = 0; i < accusers; ++i) {
        const AgentIndex accuser = scenario_.one_up(rng_);
        const std::string accusation = gossip::encoded(
            gossip::Suspect{victim.node().incarnation(), victim.name, world_.agent(accuser).name});
        for (std::uint64_t j = 0; j < hearers; ++j) {
            const AgentIndex hearer = scenario_.one_up(rng_);
            if (accuser == accused || hearer == accused) continue;
            world_.with_node(hearer, [&](gossip::Node& node, gossip::Output& out) {
                const std::string_view message = accusation;
                node.receive(world_.agent(accuser).endpoint, std::span(&message, 1), world_.now(),
                             out);
            });
        }
    }
    world_.run_until(world_.now() + kSuspicion);
}

void Drills::change_keys(std::string_view operation, const std::string& key,
                         const std::function<bool(const gossip::Keyring&)>& is_done) {
    gossip::QueryParams params;
    params.name = operation;
    params.payload = gossip::key_query_payload(key);
    ask_all(params, false);
    for (AgentIndex at = 0; at < world_.size(); ++at) {
        if (!world_.agent(at).is_up() || is_done(world_.agent(at).node().keyring())) continue;
        throw Violation(
            fmt::format("{}: answered {}, but has not done it", world_.agent(at).name, operation));
    }
}

void Drills::rotate_key() {
    const AgentIndex any = scenario_.one_up(rng_);
    if (any == world_.size() || world_.agent(any).node().keyring().is_empty()) return;
    const std::string before = world_.agent(any).node().keyring().keys().front();
    std::string after(before.size(), '\0');
    for (char& byte : after) byte = static_cast<char>(rng_.below(256));
    change_keys(gossip::kInstallKeyQuery, after, [&](const gossip::Keyring& ring) {
        return ring.keys() == std::vector{before, after};
    });
    change_keys(gossip::kUseKeyQuery, after, [&](const gossip::Keyring& ring) {
        return ring.keys() == std::vector{after, before};
    });
    change_keys(gossip::kRemoveKeyQuery, before,
                [&](const gossip::Keyring& ring) { return ring.keys() == std::vector{after}; });
}

void Drills::return_from_snapshot() {
    const AgentIndex index = scenario_.one_up(rng_);
    if (index == world_.size() || oracle_.acquainted().front().size() < 2) return;
    world_.agent(index).was_disturbed = true;
    world_.end(index, Process::State::Dead);
    world_.run_until(world_.now() + Duration(rng_.below(20'000'000'000)));
    world_.start(index);
    oracle_.started(index, false);
    std::vector<AgentIndex> seeds = world_.known_before(index);
    while (seeds.size() > kSeeds) {
        seeds.erase(seeds.begin() + static_cast<std::ptrdiff_t>(rng_.below(seeds.size())));
    }
    world_.join(index, seeds);
    // The others would find it, too, but later.
    run_until_empty(world_, kQuery, [&] {
        return world_.agent(index).is_joined ? std::string() : "nobody of a snapshot answers";
    });
    run_until_empty(world_, patience_, [&] { return oracle_.unconverged(); });
}

void Drills::take_name() {
    std::vector<AgentIndex> up;
    for (AgentIndex i = 0; i < world_.size(); ++i) {
        if (world_.agent(i).is_up()) up.push_back(i);
    }
    if (up.size() < 3) return;  // two have no majority
    std::swap(up[0], up[rng_.below(up.size())]);
    std::swap(up[1], up[1 + rng_.below(up.size() - 1)]);
    const AgentIndex owner = up[0];
    const AgentIndex taker = up[1];
    NameWatch watch(world_, owner, taker);
    world_.set_observer(nullptr);
    world_.end(taker, Process::State::Dead);
    // Who is asked must hold it failed by then: its address is somebody else's else.
    world_.run_until(world_.now() + seconds(10));
    world_.set_observer(&watch);
    world_.agent(taker).name = world_.agent(owner).name;
    // With a snapshot its incarnation may be above the owner's.
    world_.start(taker, rng_.below(2) == 0);
    const AgentIndex seed = rng_.below(2) == 0 ? owner : up[2 + rng_.below(up.size() - 2)];
    world_.join(taker, std::vector{seed});
    run_until_empty(world_, patience_, [&] {
        return watch.is_over() ? std::string() : "nobody lost the name that two have";
    });
    world_.end(taker, Process::State::Dead);
    run_until_empty(world_, patience_, [&]() -> std::string {
        for (const AgentIndex at : up) {
            if (at == taker) continue;
            const auto view = world_.agent(at).node().find(world_.agent(owner).name);
            const bool is_right = view && view->status == gossip::MemberStatus::Alive &&
                                  view->member->endpoint == world_.agent(owner).endpoint;
            if (!is_right) {
                return fmt::format("{} holds {} {}", world_.agent(at).name,
                                   world_.agent(owner).name,
                                   view ? view->member->endpoint.str() : "unknown");
            }
        }
        return {};
    });
    world_.set_observer(nullptr);
}

}  // namespace weft::sim
