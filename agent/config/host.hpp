#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/sockets.hpp"

namespace weft::agent {

// What the configuration may ask of the machine. A value, so that resolving needs no machine.
struct HostFacts {
    struct Interface {
        std::string name;
        std::string address;  // textual; link-local and loopback ones included
    };
    std::string name;
    std::vector<Interface> interfaces;
    std::vector<std::string> search_domains = {};  // that its resolver appends to names
    std::int32_t lowest_port = 0;                  // the lowest that this process may listen on
    std::int64_t unix_time = 0;                    // seconds; 0: unknown
    // Only of a thorough check: it looks into all processes.
    std::vector<ListeningSocket> sockets = {};
};

HostFacts read_host_facts();

// The domains of resolv.conf(5), by its last `search` or `domain` line.
std::vector<std::string> parse_search_domains(std::string_view text);

// Replaces go-sockaddr templates ({{ GetPrivateIP }}, {{ GetPublicIP }}, {{ GetInterfaceIP "eth0"
// }}) in an address text. Others are refused by name.
Result<std::string> expand_templates(const std::string& text, const HostFacts& host);

// The host's IPv4 addresses of RFC 1918, in the order of its interfaces.
std::vector<HostFacts::Interface> private_addresses(const HostFacts& host);

// The host's IPv4 addresses that are neither private, loopback nor link-local.
std::vector<HostFacts::Interface> public_addresses(const HostFacts& host);

}  // namespace weft::agent
