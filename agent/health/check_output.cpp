#include "agent/health/check_output.hpp"

#include <fmt/format.h>

namespace weft::agent {

namespace {

constexpr std::string_view kExpired = "TTL expired";

}  // namespace

std::string limit_ttl_output(std::string output, std::size_t max) {
    const std::size_t total = output.size();
    if (total <= max) return output;
    output.resize(max);
    return fmt::format("{} ... (captured {} of {} bytes)", output, max, total);
}

std::string describe_script_output(std::string tail, std::uint64_t total) {
    if (total <= tail.size()) return tail;
    return fmt::format("Captured {} of {} bytes\n...\n{}", tail.size(), total, tail);
}

std::string describe_expiry(std::string_view last_output) {
    if (last_output.starts_with(kExpired)) return std::string(last_output);
    if (last_output.empty()) return std::string(kExpired);
    return fmt::format("{} (last output before timeout follows): {}", kExpired, last_output);
}

}  // namespace weft::agent
