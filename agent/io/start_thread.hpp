#pragma once

#include <functional>
#include <string>
#include <thread>

#include "agent/base/result.hpp"

namespace weft {

// Makes a thread that runs the body; throws std::system_error where the system gives none, as
// std::thread does. A test hands in one that refuses.
using ThreadMaker = std::function<std::thread(std::function<void()> body)>;

std::thread make_thread(std::function<void()> body);

// Starts a named thread in which all signals are blocked: those of the process are for its main
// thread. The kernel keeps the first 15 bytes of the name, for top and gdb. Unavailable where the
// system gives no thread; the context names the limits that refuse it.
Result<std::thread> start_thread(std::string name, std::function<void()> body,
                                 const ThreadMaker& make = make_thread);

}  // namespace weft
