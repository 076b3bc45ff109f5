#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "agent/base/time.hpp"
#include "gossip/core/member.hpp"

namespace weft::gossip {

// Who lately accused members that live. One that is cut off from many, or too slow to read their
// answers, accuses them all, and a few like it together would have them declared dead before they
// can refute: its word is discredited, and shortens nobody's wait. Only accusations that were
// refuted count, so those who tell of many that did die at once are believed.
class AccuserRecord {
public:
    // More members than that, wrongly accused within the period, discredit.
    static constexpr std::size_t kErrorsMax = 3;
    static constexpr Duration kPeriod = std::chrono::seconds(10);

    // accused, of whom accuser said that it does not answer, lives. True: that was one too many.
    bool refuted(MemberId accuser, MemberId accused, Instant now) {
        std::vector<Error>& errors = errors_[accuser];
        const bool was_discredited = count(errors, now) > kErrorsMax;
        // One that is sick itself is accused again and again, by all: it counts once.
        std::erase_if(errors, [&](const Error& error) { return error.accused == accused; });
        if (errors.size() > kErrorsMax) errors.erase(errors.begin());
        errors.push_back({accused, now});
        return !was_discredited && count(errors, now) > kErrorsMax;
    }

    bool is_discredited(MemberId accuser, Instant now) const {
        const auto at = errors_.find(accuser);
        return at != errors_.end() && count(at->second, now) > kErrorsMax;
    }

    // Its place will be another's.
    void forget(MemberId accuser) { errors_.erase(accuser); }

private:
    struct Error {
        MemberId accused;
        Instant at;
    };

    static std::size_t count(const std::vector<Error>& errors, Instant now) {
        return static_cast<std::size_t>(
            std::count_if(errors.begin(), errors.end(),
                          [&](const Error& error) { return now - error.at < kPeriod; }));
    }

    std::map<MemberId, std::vector<Error>> errors_;  // oldest first, one more than kErrorsMax
};

}  // namespace weft::gossip
