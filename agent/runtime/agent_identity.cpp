#include "agent/runtime/agent_identity.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weft::agent {

namespace {

std::uint16_t port_of(std::int32_t configured) {
    return configured < 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(configured);
}

Shared<TextMap> sorted(TextMap map) {
    std::sort(map.begin(), map.end());
    return Shared<TextMap>(std::move(map));
}

ServiceRow consul_service(const AgentIdentity& identity) {
    ServiceRow row;
    row.node = identity.node_name;
    row.id = "consul";
    row.name = "consul";
    row.tags = Shared<TextList>(TextList{});
    row.meta = sorted({{"non_voter", "false"},
                       {"raft_version", "3"},
                       {"serf_protocol_current", "2"},
                       {"serf_protocol_max", "5"},
                       {"serf_protocol_min", "1"},
                       {"version", kConsulVersion}});
    row.port = identity.server_port;
    return row;
}

}  // namespace

std::string AgentIdentity::server_address() const {
    const bool v6 = address.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", v6 ? "[" : "", address, v6 ? "]" : "", server_port);
}

AgentIdentity make_identity(const AgentConfig& config, std::string node_id, std::string version) {
    return {.node_name = config.node_name,
            .node_id = std::move(node_id),
            .datacenter = config.datacenter,
            .address = config.advertise_addr,
            .wan_address = config.advertise_addr_wan.empty() ? config.advertise_addr
                                                             : config.advertise_addr_wan,
            .server_port = port_of(config.ports.server),
            .serf_lan_port = port_of(config.ports.serf_lan),
            .serf_wan_port = port_of(config.ports.serf_wan),
            .server = config.server,
            .bootstrap = config.bootstrap || config.dev_mode,
            .weft_version = std::move(version)};
}

api::Member self_member(const AgentIdentity& identity) {
    api::Member member{.name = identity.node_name,
                       .address = identity.address,
                       .port = identity.serf_lan_port,
                       .tags = {{"acls", "0"},
                                {"build", std::string(kConsulVersion) + ":weft"},
                                {"dc", identity.datacenter},
                                {"id", identity.node_id},
                                {"role", identity.server ? "consul" : "node"},
                                {"segment", ""},
                                {"vsn", "2"},
                                {"vsn_max", "3"},
                                {"vsn_min", "2"},
                                {"weft", identity.weft_version}},
                       .status = 1};
    if (identity.server) {
        member.tags.emplace_back("expect", "1");
        if (identity.bootstrap) member.tags.emplace_back("bootstrap", "1");
        member.tags.emplace_back("port", std::to_string(identity.server_port));
        member.tags.emplace_back("raft_vsn", "3");
        member.tags.emplace_back("wan_join_port", std::to_string(identity.serf_wan_port));
    }
    std::sort(member.tags.begin(), member.tags.end());
    return member;
}

RegisterCommand self_registration(const AgentIdentity& identity, const AgentConfig& config) {
    RegisterCommand command;
    command.node.name = identity.node_name;
    command.node.id = identity.node_id;
    command.node.address = identity.address;
    command.node.tagged_addresses = config.health.tagged_addresses;
    command.node.meta = config.health.node_meta;
    if (identity.server) command.service = consul_service(identity);
    CheckRow health;
    health.node = identity.node_name;
    health.id = "serfHealth";
    health.name = "Serf Health Status";
    health.status = Status::Passing;
    health.output = "Agent alive and reachable";
    command.checks.push_back(std::move(health));
    return command;
}

bool is_registered(const View& view, const RegisterCommand& registration) {
    const NodeRow* node = view.node(registration.node.name);
    if (!node || !node->same_content(registration.node)) return false;
    if (registration.service) {
        const ServiceRow* service = view.service(registration.node.name, registration.service->id);
        if (!service || !service->same_content(*registration.service)) return false;
    }
    return std::all_of(
        registration.checks.begin(), registration.checks.end(), [&](const CheckRow& check) {
            const CheckRow* known = view.check(registration.node.name, check.id);
            return known && known->status == check.status && known->output == check.output;
        });
}

}  // namespace weft::agent
