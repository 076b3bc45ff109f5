#pragma once

#include <boost/asio/awaitable.hpp>

#include "agent/base/time.hpp"

namespace weft {

// Waits; false when it was cancelled, also before it began: a loop that pauses between tries ends
// when the try was cancelled.
boost::asio::awaitable<bool> pause_for(Duration time);

}  // namespace weft
