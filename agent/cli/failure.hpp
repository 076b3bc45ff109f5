#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// Why a command failed, as it is shown: what, why, what to type next, and the code of the help
// page.
//   error: no key at config/web
//   help:  `weft kv get -keys config` lists what there is
//   code:  W2004
struct Failure {
    std::string what;  // lower case, without a full stop
    std::string cause = {};
    std::string help = {};
    const char* code = "";
    std::string as_consul = {};  // Consul's whole line, where it is not "Error! What: cause"
};

namespace failure_code {
inline constexpr const char* kUnreachable = "W2001";  // no agent answered
inline constexpr const char* kRefused = "W2002";      // the agent refused or failed
inline constexpr const char* kDenied = "W2003";       // the token may not
inline constexpr const char* kNotFound = "W2004";
inline constexpr const char* kConflict = "W2005";  // somebody else was first: check-and-set, locks
inline constexpr const char* kNoLeader = "W2006";  // trying again may help
inline constexpr const char* kTimedOut = "W2007";  // trying again may help
inline constexpr const char* kLost = "W2008";      // a lock or session was lost while it was held
inline constexpr const char* kProgram = "W2009";   // a program could not be started
inline constexpr const char* kFile =
    "W2010";  // a file could not be read or is not what it should be
}  // namespace failure_code

// What Go says of a file that is not there; of others the error's own words.
std::string go_file_error(const std::string& path, const Error& error);

// Prints it and returns the code to end with.
ExitCode fail(CliConsole& console, ExitCode code, const Failure& failure);

// What was typed cannot be meant; Consul's line where it has one of its own.
ExitCode fail_usage(CliConsole& console, const std::string& what,
                    const std::string& as_consul = {});

}  // namespace weft::agent
