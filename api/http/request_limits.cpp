#include "api/http/request_limits.hpp"

#include <fmt/format.h>

namespace weft::api {

std::string too_large_text(std::size_t bytes, std::size_t bytes_max, std::string_view option) {
    return fmt::format(
        "Request body({} bytes) too large, max size: {} bytes. See "
        "https://www.consul.io/docs/agent/options.html#{}.",
        bytes, bytes_max, option);
}

}  // namespace weft::api
