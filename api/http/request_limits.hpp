#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/time.hpp"

namespace weft::api {

// What a single request may ask for. Fixed when the agent starts; HttpConfig::max_body_bytes must
// not be below these sizes.
struct RequestLimits {
    std::size_t kv_value_bytes = 512 * 1024;     // limits.kv_max_value_size
    std::size_t transaction_bytes = 512 * 1024;  // limits.txn_max_req_len
    std::size_t transaction_operations = 64;     // limits.txn_max_ops
    Duration session_ttl_min = std::chrono::seconds(10);
};

// Sets of configuration entries: their path, and what one may be, as a body and as the command that
// it becomes: an entry of the log. Its body may be that much whatever HttpConfig::max_body_bytes
// is.
inline constexpr std::string_view kEntrySetPath = "/v1/internal/weft/config-entries";
inline constexpr std::size_t kEntrySetBytesMax = std::size_t{1} << 20;

// The parts of Consul's documentation that its answers name.
inline constexpr std::string_view kKvLimitOption = "kv_max_value_size";
inline constexpr std::string_view kTxnLimitOption = "txn_max_req_len";

// Consul's text for a body of more than bytes_max.
std::string too_large_text(std::size_t bytes, std::size_t bytes_max, std::string_view option);

}  // namespace weft::api
