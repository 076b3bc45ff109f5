#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"

namespace weft::gossip {

// What peers can cause as often as they like is told to the application now and then: of each
// subject once in a minute, and of so many subjects. The rest is only counted.
class Seldom {
public:
    static constexpr Duration kGap = std::chrono::minutes(1);
    static constexpr std::size_t kSubjectsMax = 16;

    bool is_due(std::string_view subject, Instant now) {
        std::erase_if(told_, [&](const auto& entry) { return now - entry.second >= kGap; });
        if (told_.size() >= kSubjectsMax || told_.find(subject) != told_.end()) return false;
        told_.emplace(subject, now);
        return true;
    }

private:
    std::map<std::string, Instant, std::less<>> told_;
};

}  // namespace weft::gossip
