#include "gossip/core/coordinate_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

// Agents that probe each other in a network whose round trips are known.
struct Network {
    Rng rng{3};
    std::vector<std::unique_ptr<CoordinateModel>> agents;

    explicit Network(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            agents.push_back(std::make_unique<CoordinateModel>(rng));
        }
    }
    template <class Rtt>
    void probe(int rounds, Rtt rtt) {
        for (int round = 0; round < rounds; ++round) {
            for (std::size_t a = 0; a < agents.size(); ++a) {
                const std::size_t b = rng.below(agents.size());
                if (a == b) continue;
                EXPECT_TRUE(agents[a]->observe(std::to_string(b), agents[b]->own(), rtt(a, b)));
            }
        }
    }
    double seconds(std::size_t a, std::size_t b) const {
        return std::chrono::duration<double>(estimated_rtt(agents[a]->own(), agents[b]->own()))
            .count();
    }
};

TEST(CoordinateModel, LearnsALine) {
    Network network(10);
    const auto rtt = [](std::size_t a, std::size_t b) {
        return std::chrono::milliseconds(10) * (a > b ? a - b : b - a);
    };
    network.probe(2000, rtt);
    double worst = 0;
    for (std::size_t a = 0; a < 10; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            const double real = std::chrono::duration<double>(rtt(a, b)).count();
            worst = std::max(worst, std::abs(network.seconds(a, b) - real) / real);
        }
    }
    EXPECT_LT(worst, 0.15);
    EXPECT_LT(network.agents[0]->own().error, 0.2);
}

TEST(CoordinateModel, LearnsTwoSites) {
    Network network(8);
    const auto rtt = [](std::size_t a, std::size_t b) {
        return a % 2 == b % 2 ? Duration(1ms) : Duration(40ms);
    };
    network.probe(2000, rtt);
    EXPECT_LT(network.seconds(0, 2), 0.010);
    EXPECT_NEAR(network.seconds(0, 1), 0.040, 0.005);
}

TEST(CoordinateModel, OneSlowAnswerMovesLittle) {
    Rng rng(1);
    CoordinateModel model(rng);
    const Coordinate peer{0, 1.5, 1e-5, {0.010}};
    for (int i = 0; i < 100; ++i) model.observe("peer", peer, 10ms);
    const double before = model.own().vector[0];
    model.observe("peer", peer, 5s);
    EXPECT_NEAR(model.own().vector[0], before, 0.001);
}

TEST(CoordinateModel, IgnoresWhatCannotBeTrue) {
    Rng rng(1);
    CoordinateModel model(rng);
    Coordinate peer = origin();
    EXPECT_FALSE(model.observe("peer", peer, 11s));
    EXPECT_FALSE(model.observe("peer", peer, -1ms));
    peer.height = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(model.observe("peer", peer, 1ms));
    EXPECT_EQ(model.own(), origin());
}

TEST(CoordinateModel, BeginsAnewWhenAPeerBlowsItUp) {
    Rng rng(1);
    CoordinateModel model(rng);
    Coordinate peer = origin();
    peer.vector.fill(std::numeric_limits<double>::max());
    for (int i = 0; i < 10; ++i) model.observe("peer", peer, 1ms);
    EXPECT_GT(model.resets(), 0u);
    EXPECT_TRUE(is_valid(model.own()));
    EXPECT_GT(estimated_rtt(model.own(), peer), 1s);
}

}  // namespace
}  // namespace weft::gossip
