#include "tests/sim/gossip/run.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "tests/sim/gossip/await.hpp"
#include "tests/sim/gossip/drills.hpp"
#include "tests/sim/gossip/oracle.hpp"
#include "tests/sim/gossip/scenario.hpp"
#include "tests/sim/gossip/violation.hpp"
#include "tests/sim/gossip/world.hpp"

namespace weft::sim {

using std::chrono::seconds;

namespace {

// After the last fault. Detection takes at most the longest suspicion (45 s of 64 agents, stretched
// by doubt in oneself), finding those again that were held failed a few reconnects of 30 s.
constexpr Duration kConverges = seconds(240);
constexpr Duration kAftermath = seconds(60);
constexpr Duration kLeast = seconds(120);  // of a whole run
constexpr Duration kSilent = seconds(120);
constexpr Duration kRest = seconds(100);
// What those who left said last may be witnessed late, one later each.
constexpr gossip::LamportTime kClockSettles = 2;
constexpr std::size_t kAgentsOfASmallWorld = 200;

// Suspicions, and what waits for them, take longer in large rings.
Duration for_the_size(Duration duration, std::size_t agents) {
    if (agents <= kAgentsOfASmallWorld) return duration;
    const double scale = std::log10(static_cast<double>(agents)) / std::log10(64.0);
    return std::chrono::duration_cast<Duration>(duration * scale);
}

// What a seed says; all of it is drawn whatever the options, so that they change nothing else.
struct Drawn {
    explicit Drawn(std::uint64_t seed) : rng(seed) {
        agents = static_cast<std::size_t>(3 * std::pow(64.0 / 3 + 0.3, rng.unit()));
        safety = seconds(60 + rng.below(60));
        mix = FaultMix::draw(rng);
        // All classes of the network off is too rare by chance, and there most can be demanded.
        if (rng.below(6) == 0) mix.clean();
        wire = WireStyle::draw(rng);
        wire.has_bytes = rng.below(4) != 0;
        pushes_often = rng.below(3) == 0;
        network_seed = rng.next();
        world_seed = rng.next();
        scenario_seed = rng.next();
        end_seed = rng.next();
    }

    Rng rng;
    std::size_t agents = 0;
    Duration safety{};
    FaultMix mix;
    WireStyle wire;
    bool pushes_often = false;
    std::uint64_t network_seed = 0;
    std::uint64_t world_seed = 0;
    std::uint64_t scenario_seed = 0;
    std::uint64_t end_seed = 0;
};

class Watch : public World::Observer {
public:
    Watch(World& world, Oracle& oracle, Scenario& scenario, const RunOptions& options)
        : world_(world), oracle_(oracle), scenario_(scenario), options_(options) {}

    void on_event(AgentIndex at, const gossip::Event& event) override {
        if (options_.print) print(at, event);
        scenario_.on_event(at, event);
        oracle_.on_event(at, event);
    }
    void on_message(AgentIndex from, std::string_view message) override {
        oracle_.on_message(from, message);
    }
    void on_heard(AgentIndex at, std::string_view message) override {
        oracle_.on_heard(at, message);
    }
    void on_step(AgentIndex at) override { oracle_.on_step(at); }

private:
    template <class E>
    static std::string words(const E& event) {
        if constexpr (requires { event.member->name; }) return event.member->name;
        if constexpr (requires {
                          event.payload;
                          event.name;
                      })
            return event.name;
        if constexpr (requires {
                          event.joined;
                          event.error;
                      })
            return event.error;
        return {};
    }

    void print(AgentIndex at, const gossip::Event& event) const {
        static constexpr std::string_view kNames[] = {
            "MemberJoined",      "MemberUpdated", "MemberLeaving", "MemberLeft",
            "MemberFailed",      "MemberReaped",  "NameConflict",  "MemberRefused",
            "NameLost",          "UserEvent",     "QueryReceived", "QueryAcknowledged",
            "QueryAnswered",     "QueryFinished", "JoinFinished",  "LeaveFinished",
            "MergeRefused",      "UdpBlocked",    "KeysChanged",   "ClockLeap",
            "AccuserDiscredited"};
        options_.print(
            fmt::format("{:11.6f} {} tells {} {}",
                        std::chrono::duration<double>(world_.now().time_since_epoch()).count(),
                        world_.agent(at).name, kNames[event.index()],
                        std::visit([](const auto& each) { return words(each); }, event)));
    }

    World& world_;
    Oracle& oracle_;
    Scenario& scenario_;
    const RunOptions& options_;
};

void keep_telling(World& world, const RunOptions& options) {
    options.progress(world.now(), world.steps());
    world.call_at(world.now() + kProgressEvery, [&] { keep_telling(world, options); });
}

void run_world(const Drawn& drawn, const FaultMix& mix, World& world, Oracle& oracle,
               const RunOptions& options, Duration safety, Outcome& outcome) {
    const Instant until = Instant{} + safety;
    Scenario scenario(world, oracle, mix, drawn.scenario_seed, until);
    Watch watch(world, oracle, scenario, options);
    world.set_observer(&watch);
    while (world.now() < until) {
        const auto pause = seconds(world.size() > kAgentsOfASmallWorld ? 30 : 5);
        world.run_until(std::min(world.now() + pause, until));
        oracle.check_views();
    }
    scenario.heal();
    const Duration patience = for_the_size(kConverges, world.size());
    const auto converge = [&] {
        run_until_empty(world, patience, [&] { return oracle.unconverged(); });
    };
    converge();
    // Suspicions from before the heal may still come true; after them everybody is well for good.
    world.run_until(std::max(world.now(), until + for_the_size(kAftermath, world.size())));
    oracle.all_are_well();
    converge();
    outcome.healed_after = std::chrono::duration<double>(world.now() - until).count();

    Drills drills(world, oracle, scenario, drawn.end_seed, patience);
    drills.events();
    drills.query();
    drills.false_accusation();
    drills.rotate_key();
    drills.return_from_snapshot();
    drills.missed_event();
    std::vector<std::uint64_t> before(world.size());
    run_until_empty(world, kSilent, [&] {
        std::string noise = oracle.not_quiet_since(before);
        before = oracle.broadcasts();
        return noise;
    });
    // Views go on being exchanged, a few times for each agent.
    const auto clock = oracle.member_clock();
    world.run_until(std::max(world.now() + kRest, Instant{} + kLeast));
    if (oracle.member_clock() > clock + kClockSettles) {
        throw Violation("the clock of members moves, though nothing happens");
    }
    oracle.check_views();
    if (const auto what = oracle.unconverged(); !what.empty())
        throw Violation("in the end: " + what);
    if (world.overdue_dials() > 0) throw Violation("a dial is left without an end");
    drills.take_name();
}

}  // namespace

std::string Outcome::str() const {
    return fmt::format(
        "agents={} faults={} wire={} seconds={:.0f} healed={:.0f} failures={} false={} "
        "trace={}{}{}",
        agents, faults, wire, seconds, healed_after, failures, false_failures, trace,
        is_good ? "" : ": ", reason);
}

std::vector<Fault> faults_of(std::uint64_t seed) {
    const Drawn drawn(seed);
    std::vector<Fault> faults;
    for (std::size_t i = 0; i < kFaults; ++i) {
        if (drawn.mix.has(static_cast<Fault>(i))) faults.push_back(static_cast<Fault>(i));
    }
    return faults;
}

Outcome run_seed(const RunOptions& options) {
    Drawn drawn(options.seed);
    if (options.faults) {
        for (std::size_t i = 0; i < kFaults; ++i) drawn.mix.turn_off(static_cast<Fault>(i));
        for (const Fault fault : *options.faults) drawn.mix.turn_on(fault);
    }
    WorldConfig config;
    config.agents = options.agents.value_or(drawn.agents);
    Rng network_rng(drawn.network_seed);
    config.network = NetworkConfig::draw(config.agents, network_rng);
    config.mix = drawn.mix;
    config.wire = drawn.wire;
    if (drawn.pushes_often) config.node.push_pull_interval = seconds(10);

    Outcome outcome;
    outcome.agents = config.agents;
    outcome.faults = drawn.mix.str();
    outcome.wire = drawn.wire.str();
    World world(config, drawn.world_seed);
    world.set_printer(options.print);
    if (options.progress) keep_telling(world, options);
    Oracle oracle(world, drawn.mix.is_clean());
    try {
        run_world(drawn, drawn.mix, world, oracle, options,
                  options.seconds ? Duration(seconds(*options.seconds)) : drawn.safety, outcome);
        outcome.is_good = true;
    } catch (const Violation& violation) {
        outcome.reason = violation.what();
    }
    outcome.trace = world.trace().str();
    outcome.seconds = std::chrono::duration<double>(world.now().time_since_epoch()).count();
    outcome.failures = oracle.failures();
    outcome.false_failures = oracle.false_failures();
    return outcome;
}

}  // namespace weft::sim
