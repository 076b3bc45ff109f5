#include "agent/config/advertised.hpp"

#include <algorithm>
#include <utility>

#include "agent/base/ip_address.hpp"

namespace weft::agent {

void fill_advertised(AgentConfig& config) {
    if (config.advertise_addr_wan.empty()) config.advertise_addr_wan = config.advertise_addr;
    const auto fill = [](const std::string& address, std::string& v4, std::string& v6) {
        const auto parsed = IpAddress::parse(address);
        if (parsed && parsed->is_v4() && v4.empty()) v4 = address;
        if (parsed && parsed->is_v6() && v6.empty()) v6 = address;
    };
    fill(config.advertise_addr, config.advertise_addr_ipv4, config.advertise_addr_ipv6);
    fill(config.advertise_addr_wan, config.advertise_addr_wan_ipv4, config.advertise_addr_wan_ipv6);
}

void fill_node_addresses(AgentConfig& config) {
    config.health.node_address = config.advertise_addr;
    TextMap addresses{{"lan", config.advertise_addr}, {"wan", config.advertise_addr_wan}};
    const auto add = [&](const char* name, const std::string& address) {
        if (!address.empty()) addresses.emplace_back(name, address);
    };
    add("lan_ipv4", config.advertise_addr_ipv4);
    add("lan_ipv6", config.advertise_addr_ipv6);
    add("wan_ipv4", config.advertise_addr_wan_ipv4);
    add("wan_ipv6", config.advertise_addr_wan_ipv6);
    std::sort(addresses.begin(), addresses.end());
    config.health.tagged_addresses = Shared<TextMap>(std::move(addresses));
}

void set_advertised(AgentConfig& config, const std::string& address) {
    const std::string before = std::exchange(config.advertise_addr, address);
    for (std::string* follower :
         {&config.advertise_addr_wan, &config.advertise_addr_ipv4, &config.advertise_addr_ipv6,
          &config.advertise_addr_wan_ipv4, &config.advertise_addr_wan_ipv6}) {
        if (*follower == before) follower->clear();
    }
    fill_advertised(config);
    fill_node_addresses(config);
}

}  // namespace weft::agent
