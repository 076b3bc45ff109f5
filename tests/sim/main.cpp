#include <boost/program_options.hpp>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/sim/gossip/batch.hpp"
#include "tests/sim/gossip/bench.hpp"
#include "tests/sim/gossip/run.hpp"
#include "tests/sim/memberlist_model/rounds.hpp"

namespace {

namespace po = boost::program_options;
namespace model = weft::sim::model;
namespace sim = weft::sim;

void print_crash(const model::Config& config, std::uint64_t seed, int rounds) {
    const auto times = model::crash_rounds(config, seed, rounds);
    std::printf(
        "memberlist model, %zu nodes, crash, %d rounds: first accusation p50/p99 %.2f / %.2f s, "
        "first dead %.2f / %.2f s, all know %.2f / %.2f s; %.1f transmissions per node\n",
        config.nodes, rounds, times.first_accusation.seconds(50),
        times.first_accusation.seconds(99), times.first_dead.seconds(50),
        times.first_dead.seconds(99), times.all_know.seconds(50), times.all_know.seconds(99),
        static_cast<double>(times.facts_sent) / static_cast<double>(config.nodes) / rounds);
}

void print_spread(const model::Config& config, int rounds, const char* what,
                  const model::SpreadTimes& times) {
    std::printf(
        "memberlist model, %zu nodes, %s, %d rounds: half know p50/p99 %.2f / %.2f s, all know "
        "%.2f / %.2f s\n",
        config.nodes, what, rounds, times.half_know.seconds(50), times.half_know.seconds(99),
        times.all_know.seconds(50), times.all_know.seconds(99));
}

int run_model(const po::variables_map& options) {
    if (options["model"].as<std::string>() != "memberlist") {
        throw std::invalid_argument("the only model is memberlist");
    }
    model::Config config;
    config.nodes = options.contains("agents") ? options["agents"].as<std::size_t>() : 50;
    if (config.nodes < 2) throw std::invalid_argument("a ring has two agents at least");
    config.loss = options["loss"].as<double>();
    const auto seed = options["seed"].as<std::uint64_t>();
    const int rounds = options["rounds"].as<int>();
    if (options.contains("crash")) print_crash(config, seed, rounds);
    if (options.contains("join")) {
        print_spread(config, rounds, "join", model::join_rounds(config, seed, rounds));
    }
    if (options.contains("event")) {
        print_spread(config, rounds, "user event", model::event_rounds(config, seed, rounds));
    }
    return 0;
}

std::vector<sim::Fault> parse_faults(const std::string& text) {
    std::vector<sim::Fault> faults;
    std::istringstream names(text);
    for (std::string name; std::getline(names, name, ',');) {
        if (name == "none") continue;
        const auto fault = sim::fault_from(name);
        if (!fault) throw std::invalid_argument("unknown fault '" + name + "'");
        faults.push_back(*fault);
    }
    return faults;
}

sim::RunOptions run_options(const po::variables_map& options) {
    sim::RunOptions run;
    run.seed = options["seed"].as<std::uint64_t>();
    if (options.contains("agents")) run.agents = options["agents"].as<std::size_t>();
    if (options.contains("seconds")) run.seconds = options["seconds"].as<int>();
    if (options.contains("faults")) run.faults = parse_faults(options["faults"].as<std::string>());
    return run;
}

// More take minutes, or hours.
constexpr std::size_t kAgentsOfALongRun = 500;

void print_progress(weft::Instant now, std::uint64_t steps) {
    std::fprintf(stderr, "%.0f virtual seconds, %llu steps\n",
                 std::chrono::duration<double>(now.time_since_epoch()).count(),
                 static_cast<unsigned long long>(steps));
}

int run_one(const po::variables_map& options) {
    sim::RunOptions run = run_options(options);
    if (options.contains("trace")) {
        run.print = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
    }
    if (run.agents.value_or(0) >= kAgentsOfALongRun) run.progress = print_progress;
    const sim::Outcome outcome = sim::run_seed(run);
    std::printf("%s seed=%llu %s\n", outcome.is_good ? "good" : "FAILED",
                static_cast<unsigned long long>(run.seed), outcome.str().c_str());
    return outcome.is_good ? 0 : 1;
}

int run_many(const po::variables_map& options) {
    sim::BatchOptions batch;
    const auto range = options["seeds"].as<std::string>();
    const std::size_t dots = range.find("..");
    if (dots == std::string::npos) throw std::invalid_argument("--seeds takes FROM..TO");
    batch.first = std::stoull(range.substr(0, dots));
    batch.last = std::stoull(range.substr(dots + 2));
    batch.jobs = options["jobs"].as<int>();
    batch.verify_percent = options["verify-percent"].as<int>();
    batch.failures_most = options["failures-most"].as<int>();
    batch.minimises = !options.contains("no-minimise");
    batch.run = run_options(options);
    return sim::run_batch(batch) == 0 ? 0 : 1;
}

int run_bench(const po::variables_map& options) {
    sim::BenchOptions bench;
    if (options.contains("agents")) bench.agents = options["agents"].as<std::size_t>();
    if (bench.agents < 2) throw std::invalid_argument("a ring has two agents at least");
    bench.rounds = options["rounds"].as<int>();
    bench.seed = options["seed"].as<std::uint64_t>();
    bench.with_model = !options.contains("no-model");
    if (options.contains("upheavals")) {
        sim::run_upheaval_bench(bench);
    } else {
        sim::run_bench(bench);
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    po::options_description known("weft_sim: simulated rings of agents");
    auto add = known.add_options();
    add("help", "this");
    add("seed", po::value<std::uint64_t>()->default_value(1), "run the world of this seed");
    add("seeds", po::value<std::string>(), "FROM..TO: run all of them, print the failures");
    add("agents", po::value<std::size_t>(), "in place of what the seed draws");
    add("seconds", po::value<int>(),
        "virtual ones before the heal, in place of what the seed draws");
    add("faults", po::value<std::string>(), "a,b,..: these classes alone; none");
    add("trace", "print what happens");
    add("no-minimise", "do not look for the least faults that fail");
    add("bench", "times and costs of a quiet ring, beside the model");
    add("upheavals", "--bench of what happens to many agents at once");
    add("no-model", "without the model's column");
    add("jobs", po::value<int>()->default_value(2), "processes");
    add("verify-percent", po::value<int>()->default_value(1), "of the seeds run twice");
    add("failures-most", po::value<int>()->default_value(10), "stop after these");
    add("model", po::value<std::string>(), "memberlist: times of the published algorithm");
    add("crash", "of a node");
    add("join", "of a node");
    add("event", "of a user");
    add("rounds", po::value<int>()->default_value(20));
    add("loss", po::value<double>()->default_value(0), "of datagrams, 0 to 1");
    try {
        po::variables_map options;
        po::store(po::parse_command_line(count, arguments, known), options);
        if (options.contains("help")) {
            std::ostringstream text;
            text << known;
            std::fputs(text.str().c_str(), stdout);
            return 0;
        }
        if (options.contains("model")) return run_model(options);
        if (options.contains("bench")) return run_bench(options);
        return options.contains("seeds") ? run_many(options) : run_one(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft_sim: %s\n", error.what());
        return 2;
    }
}
