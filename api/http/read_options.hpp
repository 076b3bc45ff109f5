#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "api/http/config.hpp"
#include "api/http/exchange.hpp"

namespace weft::api {

enum class Consistency : std::uint8_t { Leader, Stale, Consistent };

// "leader", "stale", "consistent": the words of X-Consul-Effective-Consistency.
std::string_view consistency_name(Consistency consistency);

// What the query parameters of a catalog read ask for, besides the endpoint's own.
struct ReadOptions {
    std::uint64_t index = 0;  // block until the result's index is higher; 0: answer at once
    Duration wait{};          // as given; 0 or less: the default
    Duration max_stale{};     // 0: any age will do when stale
    Consistency consistency = Consistency::Leader;
    bool cached = false;
    bool revalidate = false;  // Cache-Control refuses a cached answer
};

// The error's context is the text of the 400 answer, in Consul's words.
Result<ReadOptions> parse_read_options(const Request& request, const HttpConfig& config);

// How long to block: the default or the cap applied, plus a random extra of up to a sixteenth, so
// that clients that began together do not return together.
Duration blocking_time(const ReadOptions& options, const HttpConfig& config, Rng& rng);

}  // namespace weft::api
