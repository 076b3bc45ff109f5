#pragma once

#include <cstdint>

#include "api/dns/config.hpp"
#include "api/http/config.hpp"

namespace weft::agent {

// The connections that clients may have at once. Each costs a descriptor.
struct ConnectionShares {
    std::uint32_t http = api::HttpConfig().max_connections;
    std::uint32_t dns_tcp = api::DnsConfig().max_tcp_connections;

    bool operator==(const ConnectionShares&) const = default;
};

// As many of those that are wanted as leave descriptors for the agent itself: with all of them
// taken by clients the log and the checkpoint can open no file, and writes end until a restart.
// descriptors_max: the limit of the process; 0 is not known, and nothing is lowered.
ConnectionShares connections_within(std::uint64_t descriptors_max, const ConnectionShares& wanted);

}  // namespace weft::agent
