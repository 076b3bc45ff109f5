#include "gossip/core/suspicion.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace weft::gossip {

SuspicionConfig suspicion_for(std::size_t members, int multiplier, int max_multiplier,
                              Duration probe_interval) {
    const double scale = std::log10(static_cast<double>(std::max<std::size_t>(members, 1)));
    // Thousandths, cut off, as peers do: a node that rounded would wait another time.
    const auto thousandths = static_cast<std::int64_t>(std::max(scale, 1.0) * 1000);
    SuspicionConfig config;
    config.min = multiplier * thousandths * probe_interval / 1000;
    config.max = max_multiplier * config.min;
    // Besides the accuser and the accused, so many must be there to confirm.
    const int confirmations = std::max(multiplier - 2, 0);
    const bool has_enough = members >= static_cast<std::size_t>(confirmations) + 2;
    config.confirmations = has_enough ? confirmations : 0;
    return config;
}

Suspicion::Suspicion(const SuspicionConfig& config, std::string_view accuser, bool is_own,
                     Instant now)
    : config_(config), is_own_(is_own), started_(now), accusers_{std::string(accuser)} {}

bool Suspicion::confirm(std::string_view accuser) {
    if (accusers_.size() > static_cast<std::size_t>(config_.confirmations)) return false;
    if (std::find(accusers_.begin(), accusers_.end(), accuser) != accusers_.end()) return false;
    accusers_.emplace_back(accuser);
    return true;
}

Instant Suspicion::deadline() const {
    if (config_.confirmations == 0) return std::min(started_ + config_.min, latest_);

    if (is_own_ && accusers_.size() == 1) return std::min(started_ + 2 * config_.max, latest_);
    // Logarithmic, so that the first confirmations count most.
    const auto confirmed = static_cast<double>(accusers_.size() - 1);
    const double shortened = std::log(confirmed + 1) / std::log(config_.confirmations + 1.0);
    const auto wait = std::chrono::floor<std::chrono::milliseconds>(
        config_.max -
        std::chrono::duration_cast<Duration>(shortened * (config_.max - config_.min)));
    return std::min(started_ + std::max<Duration>(wait, config_.min), latest_);
}

}  // namespace weft::gossip
