// Addresses and ports.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kWan = "datacenters are joined in a later version of weft";
constexpr std::string_view kMesh = "the mesh comes with a later version of weft";

template <std::vector<std::string> AgentConfig::*Member>
constexpr void set_addresses(AgentConfig& config, const KeyValue& value) {
    config.*Member = {value.text};  // split and expanded by resolve()
}

const KeyRow kRows[] = {
    key("bind_addr", Text, "0.0.0.0",
        "Address for talk between agents; an IP or a template such as {{ GetPrivateIP }}.")
        .to<&AgentConfig::bind_addr>(),
    key("client_addr", Text, "127.0.0.1",
        "Addresses of HTTP and DNS, separated by spaces; may hold templates.")
        .with_set(set_addresses<&AgentConfig::client_addrs>),
    key("advertise_addr", Text, "bind_addr, or the host's private address",
        "The node's address in the catalog and in DNS answers.")
        .to<&AgentConfig::advertise_addr>(),
    key("advertise_addr_ipv4", Text, "",
        "The node's IPv4 address, published as tagged address lan_ipv4.")
        .to<&AgentConfig::advertise_addr_ipv4>(),
    key("advertise_addr_ipv6", Text, "",
        "The node's IPv6 address, published as tagged address lan_ipv6.")
        .to<&AgentConfig::advertise_addr_ipv6>(),
    key("advertise_addr_wan", Text, "advertise_addr",
        "The node's address for other datacenters (tagged address wan).")
        .to<&AgentConfig::advertise_addr_wan>(),
    key("advertise_addr_wan_ipv4", Text, "", "Published as tagged address wan_ipv4.")
        .to<&AgentConfig::advertise_addr_wan_ipv4>(),
    key("advertise_addr_wan_ipv6", Text, "", "Published as tagged address wan_ipv6.")
        .to<&AgentConfig::advertise_addr_wan_ipv6>(),
    key("addresses.dns", Text, "client_addr", "Where DNS listens, if not on client_addr.")
        .with_set(set_addresses<&AgentConfig::addresses_dns>),
    key("addresses.http", Text, "client_addr", "Where HTTP listens: addresses, or unix:///path.")
        .with_set(set_addresses<&AgentConfig::addresses_http>),
    key("addresses.https", Text, "client_addr", "Where HTTPS listens: addresses, or unix:///path.")
        .with_set(set_addresses<&AgentConfig::addresses_https>),
    no_effect("addresses.grpc", Text, "the gRPC port is off in this version"),
    no_effect("addresses.grpc_tls", Text, "the gRPC port is off in this version"),
    key("ports.dns", Port, "8600", "DNS over UDP and TCP; -1 turns it off.")
        .to<&AgentConfig::ports, &PortsConfig::dns>(),
    key("ports.http", Port, "8500", "The HTTP API; -1 turns it off.")
        .to<&AgentConfig::ports, &PortsConfig::http>(),
    key("ports.https", Port, "-1", "The HTTP API over TLS; needs cert_file and key_file.")
        .to<&AgentConfig::ports, &PortsConfig::https>(),
    key("ports.serf_lan", Port, "8301",
        "Gossip in the datacenter, over UDP and TCP; -1 turns it off.")
        .to<&AgentConfig::ports, &PortsConfig::serf_lan>(),
    key("ports.serf_wan", Port, "8302",
        "Gossip between datacenters; published, not yet listened on.")
        .to<&AgentConfig::ports, &PortsConfig::serf_wan>(),
    key("ports.server", Port, "8300",
        "Talk between servers; published as the port of the service consul, not yet listened on.")
        .to<&AgentConfig::ports, &PortsConfig::server>(),
    refused("ports.grpc", Port, kMesh),
    refused("ports.grpc_tls", Port, kMesh),
    no_effect("ports.proxy_min_port", Port, "managed proxies were removed from Consul 1.3"),
    no_effect("ports.proxy_max_port", Port, "managed proxies were removed from Consul 1.3"),
    no_effect("ports.sidecar_min_port", Port, kMesh),
    no_effect("ports.sidecar_max_port", Port, kMesh),
    no_effect("ports.expose_min_port", Port, kMesh),
    no_effect("ports.expose_max_port", Port, kMesh),
    key("serf_lan", Text, "bind_addr",
        "Address of the gossip in the datacenter; an IP or a template.")
        .to<&AgentConfig::gossip, &GossipConfig::bind_addr>(),
    refused("serf_wan", Text, kWan),
    refused("translate_wan_addrs", Bool, kWan),
    refused("tagged_addresses", TextPairs, "use advertise_addr_wan and its siblings"),
    key("unix_sockets.mode", Text, "", "Permissions of unix sockets, in octal: \"0660\".")
        .to<&AgentConfig::http, &api::HttpConfig::unix_socket_mode>(),
    key("unix_sockets.user", Text, "", "Owner of unix sockets, as a number.")
        .to<&AgentConfig::http, &api::HttpConfig::unix_socket_user>(),
    key("unix_sockets.group", Text, "", "Group of unix sockets, as a number.")
        .to<&AgentConfig::http, &api::HttpConfig::unix_socket_group>(),
};

}  // namespace

std::span<const KeyRow> address_keys() {
    return kRows;
}

}  // namespace weft::agent
