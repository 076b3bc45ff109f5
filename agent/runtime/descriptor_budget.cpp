#include "agent/runtime/descriptor_budget.hpp"

#include <algorithm>

namespace weft::agent {

namespace {

// For files of the stores, sockets that listen, gossip, probes of checks: an idle agent has about
// fifty open.
constexpr std::uint64_t kReserve = 256;
// DNS over TCP is for answers that are too large for UDP: an eighth of all is plenty.
constexpr std::uint64_t kDnsShare = 8;

std::uint32_t at_most(std::uint32_t wanted, std::uint64_t most) {
    const std::uint64_t granted = std::min<std::uint64_t>(wanted, most);
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(granted, 1));
}

}  // namespace

ConnectionShares connections_within(std::uint64_t descriptors_max, const ConnectionShares& wanted) {
    if (descriptors_max == 0) return wanted;
    const std::uint64_t for_clients = descriptors_max - std::min(kReserve, descriptors_max / 2);
    ConnectionShares shares = wanted;
    if (std::uint64_t{wanted.http} + wanted.dns_tcp <= for_clients) return shares;
    shares.dns_tcp = at_most(wanted.dns_tcp, for_clients / kDnsShare);
    shares.http = at_most(wanted.http, for_clients - shares.dns_tcp);
    return shares;
}

}  // namespace weft::agent
