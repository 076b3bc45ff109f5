#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"

// How programs are started and reaped; run_process and ChildProcess wait for them.
namespace weft {

using EnvironmentEntries = std::vector<std::pair<std::string, std::string>>;

struct SpawnSpec {
    std::vector<std::string> args;   // args[0] is looked up in PATH unless it has a slash
    EnvironmentEntries environment;  // added to that of this process
    int input = -1;                  // file of its stdin; -1: an empty one
    int output = 1;                  // of its stdout; 1: that of this process
    int error = 2;
    bool own_group = false;  // a process group of its own, so that it can be killed with its own
};

struct SpawnedChild {
    pid_t pid = 0;
    int pidfd = -1;  // readable once the child has ended; the caller closes it
};

struct EndedChild {
    bool by_signal = false;
    int code = 0;  // exit status, or the number of the signal
};

// The child has the default signals and no other files than these three. Errors in the words of Go:
// fork/exec /no/such: no such file or directory
Result<SpawnedChild> spawn_child(const SpawnSpec& spec);

// Whether the child has ended; also when it cannot be waited for: where SIGCHLD is ignored, the
// kernel reaps it.
bool child_ended(pid_t pid);

// Waits for its end and frees its number.
Result<EndedChild> reap_child(pid_t pid);

// "what: the system's words", as Errc::Io.
Error os_error(const std::string& what, int reason);

// Whether this process was started with the signal ignored, or ignores it since.
bool is_ignored(int signal);

}  // namespace weft
