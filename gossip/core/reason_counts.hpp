#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "gossip/wire/errc.hpp"

namespace weft::gossip {

// How often bytes could not be read, by reason.
class ReasonCounts {
public:
    static constexpr std::size_t kReasons = static_cast<std::size_t>(WireErrc::Encrypted);

    // What is no reason of the wire is not counted.
    void add(const std::error_code& code) {
        if (code.category() != wire_category() || code.value() < 1) return;
        if (const auto reason = static_cast<std::size_t>(code.value()); reason <= kReasons)
            ++counts_[reason - 1];
    }
    std::uint64_t of(WireErrc reason) const {
        return counts_[static_cast<std::size_t>(reason) - 1];
    }
    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts_) sum += count;
        return sum;
    }

private:
    std::array<std::uint64_t, kReasons> counts_{};
};

}  // namespace weft::gossip
