#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"

namespace weft {

struct ProcessSpec {
    std::vector<std::string> args;  // args[0] is looked up in PATH unless it has a slash
    std::vector<std::pair<std::string, std::string>> environment;  // added to that of this process
    int input = -1;  // file of its stdin, which stays the caller's; -1: an empty one
    Duration timeout = std::chrono::seconds(30);
    Duration kill_grace = std::chrono::milliseconds(500);  // from SIGTERM to SIGKILL
    std::size_t output_max = 4096;                         // the tail of the output is kept
};

enum class ProcessEnd { Exited, Signalled, TimedOut };

struct ProcessResult {
    ProcessEnd end = ProcessEnd::Exited;
    int code = 0;        // exit status, or the number of the signal
    std::string output;  // stdout and stderr as they came, at most the last output_max bytes
    std::uint64_t output_total = 0;
};

// Runs a program to its end without a thread of its own, in a process group of its own. Beyond the
// timeout, or when cancelled, the whole group gets SIGTERM and after kill_grace SIGKILL, and is
// reaped in any case. A program that ends and leaves others behind that hold its output is not
// waited for longer. It inherits no other file than these. SIGCHLD must not be ignored in this
// process: how a program ended would be unknown, which is an error. Errors in the words of Go:
// fork/exec /no/such: no such file or directory
boost::asio::awaitable<Result<ProcessResult>> run_process(ProcessSpec spec);

}  // namespace weft
