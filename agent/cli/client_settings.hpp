#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"
#include "agent/io/http_client.hpp"

namespace weft::agent {

// Which agent a command speaks to, and how.
struct ClientSettings {
    std::string address;     // "127.0.0.1:8500" or "unix:///run/weft/http.sock", for messages
    std::string base;        // "http://127.0.0.1:8500"
    HttpRequest prototype;   // TLS, token and login; method, path and body are left out
    std::string datacenter;  // to ask for; empty for the agent's own
};

// From flags, then WEFT_*, then CONSUL_* variables, then the context, then the defaults.
Result<ClientSettings> find_client_settings(const CliArguments& arguments,
                                            const CliConsole& console);

}  // namespace weft::agent
