#include "tests/sim/memberlist_model/rounds.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "tests/sim/memberlist_model/ring.hpp"

namespace weft::sim::model {

namespace {

constexpr Duration kStep = std::chrono::milliseconds(100);
constexpr Duration kPatience = std::chrono::seconds(600);

// Long enough for all timers to be anywhere between two beats.
Instant random_start(Rng& rng) {
    return Instant(std::chrono::seconds(2) +
                   Duration(static_cast<std::int64_t>(rng.below(2'000'000'000))));
}

// Runs until all have noted their time, or for ten minutes.
void run_until_all_know(Ring& ring, const std::vector<Duration>& known, std::size_t all) {
    const Instant end = ring.now() + kPatience;
    while (known.size() < all && ring.now() < end) ring.run_until(ring.now() + kStep);
}

void add_spread(SpreadTimes& times, const std::vector<Duration>& known, std::size_t all) {
    times.half_know.add(known.size() > all / 2 ? known[all / 2] : kPatience);
    times.all_know.add(known.size() >= all ? known.back() : kPatience);
}

}  // namespace

CrashTimes crash_rounds(const Config& config, std::uint64_t seed, int rounds) {
    CrashTimes times;
    Rng rng(seed);
    for (int round = 0; round < rounds; ++round) {
        Ring ring(config, rng.next());
        const auto victim = static_cast<NodeIndex>(rng.below(config.nodes));
        ring.run_until(random_start(rng));
        const Instant start = ring.now();
        std::optional<Duration> accused;
        std::vector<Duration> known;
        ring.on_news = [&](NodeIndex, const Fact& fact) {
            if (fact.subject != victim) return;
            if (fact.kind == Fact::Kind::Suspect && !accused) accused = ring.now() - start;
            if (fact.kind == Fact::Kind::Dead) known.push_back(ring.now() - start);
        };
        ring.crash(victim);
        run_until_all_know(ring, known, config.nodes - 1);
        times.first_accusation.add(accused.value_or(kPatience));
        times.first_dead.add(known.empty() ? kPatience : known.front());
        times.all_know.add(known.size() >= config.nodes - 1 ? known.back() : kPatience);
        times.facts_sent += ring.facts_sent();
    }
    return times;
}

SpreadTimes join_rounds(const Config& config, std::uint64_t seed, int rounds) {
    SpreadTimes times;
    Rng rng(seed);
    for (int round = 0; round < rounds; ++round) {
        Ring ring(config, rng.next());
        const auto newcomer = static_cast<NodeIndex>(rng.below(config.nodes));
        ring.make_newcomer(newcomer);
        ring.run_until(random_start(rng));
        const Instant start = ring.now();
        std::vector<Duration> known;
        ring.on_news = [&](NodeIndex, const Fact& fact) {
            if (fact.kind == Fact::Kind::Alive && fact.subject == newcomer) {
                known.push_back(ring.now() - start);
            }
        };
        ring.join(newcomer, static_cast<NodeIndex>((newcomer + 1) % config.nodes));
        run_until_all_know(ring, known, config.nodes - 1);
        add_spread(times, known, config.nodes - 1);
    }
    return times;
}

SpreadTimes event_rounds(const Config& config, std::uint64_t seed, int rounds) {
    SpreadTimes times;
    Rng rng(seed);
    for (int round = 0; round < rounds; ++round) {
        Ring ring(config, rng.next());
        ring.run_until(random_start(rng));
        const Instant start = ring.now();
        std::vector<Duration> known;
        ring.on_news = [&](NodeIndex, const Fact& fact) {
            if (fact.kind == Fact::Kind::Event) known.push_back(ring.now() - start);
        };
        ring.fire_event(static_cast<NodeIndex>(rng.below(config.nodes)), 1);
        run_until_all_know(ring, known, config.nodes);
        add_spread(times, known, config.nodes);
    }
    return times;
}

}  // namespace weft::sim::model
