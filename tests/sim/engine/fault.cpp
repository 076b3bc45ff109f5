#include "tests/sim/engine/fault.hpp"

#include <fmt/format.h>

#include <cmath>

namespace weft::sim {

namespace {

struct Kind {
    std::string_view name;
    double least;
    double most;
};

constexpr std::array<Kind, kFaults> kKinds{{
    {"loss", 0.001, 0.4},
    {"delay", 0.001, 0.3},
    {"duplicate", 0.001, 0.5},
    {"reorder", 0.001, 0.5},
    {"one-way", 0.3, 6},
    {"partition", 0.3, 4},
    {"partial", 0.3, 12},
    {"clog", 0.3, 6},
    {"corrupt", 0.001, 0.2},
    {"streams", 0.01, 0.5},
    {"no-refusal", 0.1, 1},
    {"crash", 0.3, 10},
    {"host-gone", 0.3, 6},
    {"restart", 1, 20},
    {"forget", 0.3, 6},
    {"leave", 0.3, 6},
    {"pause", 0.3, 20},
    {"slow", 0.3, 6},
}};

}  // namespace

std::string_view to_string(Fault fault) {
    return kKinds[static_cast<std::size_t>(fault)].name;
}

std::optional<Fault> fault_from(std::string_view name) {
    for (std::size_t i = 0; i < kFaults; ++i) {
        if (kKinds[i].name == name) return static_cast<Fault>(i);
    }
    return std::nullopt;
}

FaultMix FaultMix::draw(Rng& rng) {
    FaultMix mix;
    for (std::size_t i = 0; i < kFaults; ++i) {
        const auto& kind = kKinds[i];
        const bool is_on = rng.below(2) == 0;
        mix.drawn_[i] = kind.least * std::pow(kind.most / kind.least, rng.unit());
        if (is_on) mix.rates_[i] = mix.drawn_[i];
    }
    return mix;
}

bool FaultMix::is_clean() const {
    for (std::size_t i = 0; i <= index(Fault::Streams); ++i) {
        if (rates_[i] > 0) return false;
    }
    return true;
}

void FaultMix::clean() {
    for (std::size_t i = 0; i <= index(Fault::Streams); ++i) rates_[i] = 0;
}

std::string FaultMix::str() const {
    std::string text;
    for (std::size_t i = 0; i < kFaults; ++i) {
        if (rates_[i] == 0) continue;
        text += fmt::format("{}{}={:.3g}", text.empty() ? "" : ",", kKinds[i].name, rates_[i]);
    }
    return text.empty() ? "none" : text;
}

}  // namespace weft::sim
