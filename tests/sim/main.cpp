#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "tests/sim/memberlist_model/rounds.hpp"

namespace {

namespace po = boost::program_options;
using weft::sim::Samples;
namespace model = weft::sim::model;

int run_model(const po::variables_map& options) {
    model::Config config;
    config.nodes = options["agents"].as<std::size_t>();
    config.loss = options["loss"].as<double>();
    const auto seed = options["seed"].as<std::uint64_t>();
    const int rounds = options["rounds"].as<int>();
    if (options.contains("crash")) {
        const auto times = model::crash_rounds(config, seed, rounds);
        std::printf(
            "memberlist model, %zu nodes, crash, %d rounds: first accusation p50/p99 %.2f / %.2f "
            "s, "
            "first dead %.2f / %.2f s, all know %.2f / %.2f s; %.1f transmissions per node\n",
            config.nodes, rounds, times.first_accusation.seconds(50),
            times.first_accusation.seconds(99), times.first_dead.seconds(50),
            times.first_dead.seconds(99), times.all_know.seconds(50), times.all_know.seconds(99),
            static_cast<double>(times.facts_sent) /
                static_cast<double>(config.nodes * static_cast<std::size_t>(rounds)));
    }
    const auto print_spread = [&](const char* what, const model::SpreadTimes& times) {
        std::printf(
            "memberlist model, %zu nodes, %s, %d rounds: half know p50/p99 %.2f / %.2f s, "
            "all know %.2f / %.2f s\n",
            config.nodes, what, rounds, times.half_know.seconds(50), times.half_know.seconds(99),
            times.all_know.seconds(50), times.all_know.seconds(99));
    };
    if (options.contains("join")) {
        print_spread("join", model::join_rounds(config, seed, rounds));
    }
    if (options.contains("event")) {
        print_spread("user event", model::event_rounds(config, seed, rounds));
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    po::options_description known("weft_sim");
    auto add = known.add_options();
    add("help", "this");
    add("seed", po::value<std::uint64_t>()->default_value(1));
    add("agents", po::value<std::size_t>()->default_value(50));
    add("rounds", po::value<int>()->default_value(20));
    add("loss", po::value<double>()->default_value(0));
    add("model", po::value<std::string>());
    add("crash", "");
    add("join", "");
    add("event", "");
    try {
        po::variables_map options;
        po::store(po::parse_command_line(count, arguments, known), options);
        if (options.contains("model")) return run_model(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft_sim: %s\n", error.what());
        return 2;
    }
    return 0;
}
