#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// One run of a check, as a value that may go to another thread.
struct ProbeSpec {
    CheckDefinition definition;
    std::string node_name;
    std::size_t output_max = 4096;
    Duration timeout{};                              // filled in: never 0
    std::shared_ptr<boost::asio::ssl::context> tls;  // for kinds that use TLS
};

struct ProbeResult {
    Status status = Status::Critical;
    std::string output;
    bool timed_out = false;
};

// The kinds that are run, one file each. They end within the timeout (a script that resists a
// little later), whatever the other side does, and their output is bounded.
boost::asio::awaitable<ProbeResult> run_script_check(ProbeSpec spec);
boost::asio::awaitable<ProbeResult> run_http_check(ProbeSpec spec);
boost::asio::awaitable<ProbeResult> run_tcp_check(ProbeSpec spec);
boost::asio::awaitable<ProbeResult> run_udp_check(ProbeSpec spec);
boost::asio::awaitable<ProbeResult> run_grpc_check(ProbeSpec spec);
boost::asio::awaitable<ProbeResult> run_h2ping_check(ProbeSpec spec);

// By the definition's kind.
boost::asio::awaitable<ProbeResult> run_probe(ProbeSpec spec);

// True when a run needs spec.tls.
bool uses_tls(const CheckDefinition& definition);

// The definition's timeout, or the kind's default.
Duration probe_timeout(const CheckDefinition& definition);

}  // namespace weft::agent
