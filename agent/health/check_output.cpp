#include "agent/health/check_output.hpp"

#include <fmt/format.h>

namespace weft::agent {

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
    if (last_output.empty()) return "TTL expired";
    return fmt::format("TTL expired (last output before timeout follows): {}", last_output);
}

}  // namespace weft::agent
