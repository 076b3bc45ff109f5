#include "tests/sim/gossip/scenario.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "tests/sim/gossip/violation.hpp"

namespace weft::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// Streams of randomness; those of faults follow.
constexpr std::uint64_t kStarts = 1;
constexpr std::uint64_t kUse = 2;
constexpr std::uint64_t kJoins = 3;
constexpr std::uint64_t kHeal = 4;
constexpr std::uint64_t kAnswers = 5;
constexpr std::uint64_t kFaultStreams = 100;

constexpr std::size_t kAgentsOfASmallWorld = 200;
constexpr Duration kJoinAgain = seconds(5);
constexpr Duration kMoment = seconds(1);
constexpr Duration kLeavePropagates = seconds(1);

Duration log_uniform(Rng& rng, Duration least, Duration most) {
    const double ratio = static_cast<double>(most.count()) / static_cast<double>(least.count());
    return Duration(static_cast<std::int64_t>(static_cast<double>(least.count()) *
                                              std::pow(ratio, rng.unit())));
}

}  // namespace

Scenario::Scenario(World& world, Oracle& oracle, const FaultMix& mix, std::uint64_t seed,
                   Instant until)
    : world_(world),
      oracle_(oracle),
      mix_(mix),
      seed_(seed),
      until_(until),
      join_rng_(rng_of(kJoins)),
      answer_rng_(rng_of(kAnswers)) {
    schedule_starts();
    schedule_network_faults();
    schedule_process_faults();
    schedule_use();
}

Rng Scenario::rng_of(std::uint64_t stream) const {
    return Rng(seed_ * 0x9e3779b97f4a7c15ULL + stream);
}

void Scenario::repeat(double per_minute, Rng rng, std::function<void(Rng&)> action) {
    if (per_minute <= 0) return;
    auto shared =
        std::make_shared<std::pair<Rng, std::function<void(Rng&)>>>(rng, std::move(action));
    Instant at = world_.now();
    while (true) {
        at += Duration(
            static_cast<std::int64_t>(-std::log(1 - shared->first.unit()) * 60e9 / per_minute));
        if (at >= until_) break;
        world_.call_at(at, [shared] { shared->second(shared->first); });
    }
}

// Most within five seconds, some later, one perhaps never. In a large world those of the first five
// seconds know each other from the start.
void Scenario::schedule_starts() {
    Rng rng = rng_of(kStarts);
    std::vector<AgentIndex> acquainted;
    // Some rings are ours alone, in others some or all agents do only what stock agents do.
    const double strangers = rng.below(2) == 0 ? 0 : rng.unit() * 1.2;
    for (AgentIndex index = 0; index < world_.size(); ++index) {
        const Duration late = index == 0           ? Duration::zero()
                              : rng.below(10) == 0 ? log_uniform(rng, seconds(5), seconds(80))
                                                   : log_uniform(rng, milliseconds(1), seconds(5));
        world_.agent(index).is_weft = rng.unit() >= strangers;
        world_.agent(index).meta = meta_of(world_.agent(index).is_weft, "0");
        if (world_.now() + late >= until_) continue;
        if (world_.size() > kAgentsOfASmallWorld && late < seconds(5)) {
            world_.start(index);
            oracle_.started(index, false);
            world_.agent(index).is_joined = true;
            acquainted.push_back(index);
            continue;
        }
        world_.call_at(world_.now() + late, [this, index] { start(index, false); });
    }
    world_.acquaint(acquainted);
    oracle_.acquainted_all(acquainted);
}

void Scenario::start(AgentIndex index, bool forgets) {
    if (world_.agent(index).is_up()) return;
    world_.start(index, forgets);
    oracle_.started(index, forgets);
    keep_joining(index, world_.agent(index).generation);
}

// As the agent around a node does: until one of those it was told of answers.
void Scenario::keep_joining(AgentIndex index, std::uint32_t generation) {
    const Agent& agent = world_.agent(index);
    if (!agent.is_up() || agent.generation != generation || agent.is_joined || agent.is_leaving)
        return;
    std::vector<AgentIndex> seeds;
    for (int tries = 0; tries < 3; ++tries) {
        const AgentIndex seed = one_up(join_rng_);
        if (seed < world_.size() && seed != index) seeds.push_back(seed);
    }
    if (!seeds.empty()) world_.join(index, seeds);
    world_.call_at(world_.now() + kJoinAgain,
                   [this, index, generation] { keep_joining(index, generation); });
}

void Scenario::on_event(AgentIndex at, const gossip::Event& event) {
    Agent& agent = world_.agent(at);
    if (const auto* joined = std::get_if<gossip::event::JoinFinished>(&event)) {
        agent.is_joined |= joined->joined;
    }
    if (std::holds_alternative<gossip::event::LeaveFinished>(event)) {
        const std::uint32_t generation = agent.generation;
        world_.call_at(world_.now() + kLeavePropagates, [this, at, generation] {
            Agent& leaver = world_.agent(at);
            if (!leaver.is_up() || leaver.generation != generation) return;
            world_.end(at, Process::State::Dead);
            leaver.has_left = true;
        });
    }
    if (const auto* query = std::get_if<gossip::event::QueryReceived>(&event)) answer(at, *query);
}

// As an application does: some time later, if its process still runs.
void Scenario::answer(AgentIndex at, const gossip::event::QueryReceived& query) {
    const Duration thinks = log_uniform(answer_rng_, milliseconds(1), seconds(1));
    const std::uint32_t generation = world_.agent(at).generation;
    world_.call_at(world_.now() + thinks, [this, at, generation, time = query.time, id = query.id] {
        const Agent& agent = world_.agent(at);
        if (!agent.is_up() || agent.generation != generation ||
            agent.process.state() != Process::State::Running)
            return;
        world_.with_node(at, [&](gossip::Node& node, gossip::Output& out) {
            // May be too late.
            (void)node.answer(time, id, Oracle::answer_of(agent.name, id), world_.now(), out);
        });
    });
}

void Scenario::heal() {
    is_healed_ = true;
    Rng rng = rng_of(kHeal);
    world_.network().heal();
    for (AgentIndex index = 0; index < world_.size(); ++index) {
        world_.set_share(index, {}, {});
        world_.resume(index);
        const bool returns = rng.below(2) == 0;
        if (!world_.agent(index).is_up() && (returns || index == 0)) start(index, false);
    }
    // Who knows nothing of the others, and they nothing of it, can only be told.
    const auto groups = oracle_.acquainted();
    for (std::size_t i = 1; i < groups.size(); ++i) {
        if (!world_.agent(groups[i].front()).is_leaving) {
            world_.join(groups[i].front(), std::array{groups[0].front()});
        }
    }
}

// ---- use

void Scenario::schedule_use() {
    Rng rng = rng_of(kUse);
    const auto rate = [&](double most) { return rng.below(2) == 0 ? 0 : most * rng.unit(); };
    const double events = rate(60);
    const double queries = rate(20);
    const double tags = rate(20);
    const double force_leaves = rate(15);
    repeat(events, rng_of(kUse + 10), [this](Rng& each) { fire_event(each); });
    repeat(queries, rng_of(kUse + 11), [this](Rng& each) { ask(each); });
    repeat(tags, rng_of(kUse + 12), [this](Rng& each) { set_tags(each); });
    repeat(force_leaves, rng_of(kUse + 13), [this](Rng& each) { force_leave(each); });
}

std::string Scenario::fire_event(Rng& rng) {
    return fire_event_at(one_up(rng), rng);
}

std::string Scenario::fire_latest_event(Rng& rng) {
    return fire_event_at(latest(&gossip::Node::Clocks::event), rng);
}

AgentIndex Scenario::latest(gossip::LamportTime gossip::Node::Clocks::*of) const {
    auto latest = static_cast<AgentIndex>(world_.size());
    gossip::LamportTime time = 0;
    for (AgentIndex i = 0; i < world_.size(); ++i) {
        const Agent& agent = world_.agent(i);
        if (!agent.is_up() || agent.node().clocks().*of < time) continue;
        if (latest < world_.size() && agent.node().clocks().*of == time) continue;
        latest = i;
        time = agent.node().clocks().*of;
    }
    return latest;
}

std::string Scenario::fire_event_at(AgentIndex index, Rng& rng) {
    if (index == world_.size()) return {};
    const std::string name = fmt::format("event-{}", fired_++);
    std::string payload(rng.below(200), '\0');
    for (char& byte : payload) byte = static_cast<char>(rng.below(256));
    oracle_.fired(name, payload);
    world_.with_node(index, [&](gossip::Node& node, gossip::Output& out) {
        if (!node.fire_event(name, payload, rng.below(2) == 0, world_.now(), out)) {
            throw Violation("an event of legal size is refused");
        }
    });
    return name;
}

void Scenario::ask(Rng& rng) {
    const AgentIndex index = one_up(rng);
    if (index == world_.size()) return;
    gossip::QueryParams query;
    query.name = "question";
    query.payload = "?";
    query.wants_ack = rng.below(2) == 0;
    query.relay_factor = static_cast<std::uint8_t>(rng.below(4));
    if (rng.below(4) == 0) {
        for (int names = 0; names < 2; ++names) {
            query.filter_nodes.push_back(
                world_.agent(static_cast<AgentIndex>(rng.below(world_.size()))).name);
        }
    }
    world_.with_node(index, [&](gossip::Node& node, gossip::Output& out) {
        const auto id = node.ask(query, world_.now(), out);  // may have too many under way
        if (id) oracle_.asked(index, id.value(), query);
    });
}

void Scenario::set_tags(Rng& rng) {
    const AgentIndex index = one_up(rng);
    if (index == world_.size()) return;
    const std::string value = fmt::format("{}", rng.below(1000));
    std::vector<std::pair<std::string_view, std::string_view>> tags{{"version", value}};
    if (world_.agent(index).is_weft) tags.emplace_back("weft", "1");
    world_.with_node(index, [&](gossip::Node& node, gossip::Output& out) {
        if (!node.set_tags(tags, world_.now(), out)) throw Violation("small tags are refused");
    });
}

// Also of who takes its time to leave.
void Scenario::force_leave(Rng& rng) {
    const AgentIndex index = one_up(rng);
    const AgentIndex gone = one_of(rng, [](const Agent& agent) {
        return (!agent.is_up() && agent.generation > 0) || agent.is_leaving;
    });
    if (index == world_.size() || gone == world_.size()) return;
    oracle_.force_left(gone);
    const bool prune = rng.below(2) == 0;
    world_.with_node(index, [&](gossip::Node& node, gossip::Output& out) {
        (void)node.force_leave(world_.agent(gone).name, prune, world_.now(), out);
    });
}

// ---- whom

AgentIndex Scenario::one_of(Rng& rng, const std::function<bool(const Agent&)>& accept) const {
    std::vector<AgentIndex> candidates;
    for (AgentIndex i = 0; i < world_.size(); ++i) {
        if (accept(world_.agent(i))) candidates.push_back(i);
    }
    const std::uint64_t pick = rng.next();
    if (candidates.empty()) return static_cast<AgentIndex>(world_.size());
    return candidates[pick % candidates.size()];
}

AgentIndex Scenario::one_up(Rng& rng) const {
    return one_of(rng, [](const Agent& agent) {
        return agent.is_up() && !agent.is_leaving &&
               agent.process.state() == Process::State::Running;
    });
}

void Scenario::disturb(AgentIndex index) {
    world_.agent(index).was_disturbed = true;
    ++faults_;
}

// ---- faults

void Scenario::schedule_process_faults() {
    const auto on = [&](Fault fault, void (Scenario::*strike)(Rng&)) {
        repeat(mix_.rate(fault), rng_of(kFaultStreams + static_cast<std::uint64_t>(fault)),
               [this, strike](Rng& rng) { (this->*strike)(rng); });
    };
    const auto rng = [&](Fault fault) {
        return rng_of(kFaultStreams + static_cast<std::uint64_t>(fault));
    };
    repeat(mix_.rate(Fault::Crash), rng(Fault::Crash),
           [this](Rng& each) { crash(each, Process::State::Dead); });
    repeat(mix_.rate(Fault::HostGone), rng(Fault::HostGone),
           [this](Rng& each) { crash(each, Process::State::HostGone); });
    repeat(mix_.rate(Fault::Restart), rng(Fault::Restart),
           [this](Rng& each) { restart(each, false); });
    repeat(mix_.rate(Fault::Forget), rng(Fault::Forget),
           [this](Rng& each) { restart(each, true); });
    on(Fault::Leave, &Scenario::leave);
    on(Fault::Pause, &Scenario::pause);
    on(Fault::Slow, &Scenario::slow);
}

void Scenario::crash(Rng& rng, Process::State state) {
    const AgentIndex index = one_of(rng, [](const Agent& agent) { return agent.is_up(); });
    if (index == world_.size()) return;
    disturb(index);
    world_.end(index, state);
}

void Scenario::restart(Rng& rng, bool forgets) {
    const AgentIndex index =
        one_of(rng, [](const Agent& agent) { return !agent.is_up() && agent.generation > 0; });
    if (index == world_.size()) return;
    disturb(index);
    start(index, forgets);
}

void Scenario::leave(Rng& rng) {
    const AgentIndex index = one_up(rng);
    if (index == world_.size()) return;
    disturb(index);
    world_.agent(index).is_leaving = true;
    world_.with_node(
        index, [&](gossip::Node& node, gossip::Output& out) { node.leave(world_.now(), out); });
}

void Scenario::pause(Rng& rng) {
    const AgentIndex index = one_up(rng);
    const Duration time = log_uniform(rng, milliseconds(1), seconds(60));
    if (index == world_.size()) return;
    // Nobody may be held failed for a moment's silence.
    if (time >= kMoment) disturb(index);
    world_.pause(index);
    world_.call_at(world_.now() + time, [this, index] { world_.resume(index); });
}

void Scenario::slow(Rng& rng) {
    const AgentIndex index = one_up(rng);
    const Duration period = log_uniform(rng, milliseconds(50), seconds(3));
    const Duration run = log_uniform(rng, milliseconds(1), period / 2);
    const Duration time = log_uniform(rng, seconds(1), seconds(60));
    if (index == world_.size()) return;
    disturb(index);
    world_.set_share(index, run, period);
    world_.call_at(world_.now() + time, [this, index] { world_.set_share(index, {}, {}); });
}

}  // namespace weft::sim
