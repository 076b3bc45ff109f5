#pragma once

#include <atomic>
#include <memory>
#include <string_view>

namespace weft::api {

// The one path whose bodies may be large: a snapshot to be restored.
inline constexpr std::string_view kLargeBodyPath = "/v1/snapshot";

// Whether a request to that target may have a body of HttpConfig::max_snapshot_bytes.
bool takes_large_body(std::string_view method, std::string_view target);

// Sees to it that one such body at a time is held, of all connections. Any thread.
class LargeBodies {
public:
    // Null while another is held. Who has it lets it go when the body is gone; it may outlive this
    // object.
    std::shared_ptr<void> hold();

private:
    std::shared_ptr<std::atomic<bool>> held_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace weft::api
