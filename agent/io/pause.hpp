#pragma once

#include <boost/asio/awaitable.hpp>

#include "agent/base/time.hpp"

namespace weft {

// Waits; false when it was cancelled, also before it began: a loop that pauses between tries ends
// when the try was cancelled.
boost::asio::awaitable<bool> pause_for(Duration time);

// Whether the running coroutine was cancelled. A loop asks before each wait: a cancellation that
// comes when what was waited for has just ended cancels no later wait.
boost::asio::awaitable<bool> is_cancelled();

}  // namespace weft
