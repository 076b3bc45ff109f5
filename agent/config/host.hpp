#pragma once

#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace weft::agent {

// What the configuration may ask of the machine. A value, so that resolving needs no machine.
struct HostFacts {
    struct Interface {
        std::string name;
        std::string address;  // textual; link-local and loopback ones included
    };
    std::string name;
    std::vector<Interface> interfaces;
};

HostFacts read_host_facts();

// Replaces go-sockaddr templates ({{ GetPrivateIP }}, {{ GetPublicIP }}, {{ GetInterfaceIP "eth0"
// }}) in an address text. Others are refused by name.
Result<std::string> expand_templates(const std::string& text, const HostFacts& host);

// The host's IPv4 addresses of RFC 1918, in the order of its interfaces.
std::vector<HostFacts::Interface> private_addresses(const HostFacts& host);

// The host's IPv4 addresses that are neither private, loopback nor link-local.
std::vector<HostFacts::Interface> public_addresses(const HostFacts& host);

}  // namespace weft::agent
