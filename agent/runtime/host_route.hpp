#pragma once

#include <optional>
#include <string>

#include "agent/base/ip_address.hpp"
#include "agent/config/gossip_config.hpp"

namespace weft::agent {

// The address that packets to target leave from; nullopt when there is no way there.
std::optional<IpAddress> address_of_route(const IpAddress& target);

// By the addresses of its interfaces, whatever else it may be told to bind to.
bool is_address_of_host(const IpAddress& address);

struct AdvertisedRoute {
    std::string address;
    std::string target;  // of start_join or retry_join, to which it leads
};

// What to advertise when that is to be learned from the route to those that are joined: the first
// route that leaves this host, else the first at all. Names are looked up, which may block for
// some seconds when nobody answers; written addresses come first.
std::optional<AdvertisedRoute> advertise_by_route(const GossipConfig& gossip);

}  // namespace weft::agent
