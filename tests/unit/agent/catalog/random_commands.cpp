#include "tests/unit/agent/catalog/random_commands.hpp"

namespace weft::agent {
namespace {

const std::vector<const char*> kNodes = {"n1", "n2", "n3", "N1", "n4"};
const std::vector<const char*> kNodeIds = {"11111111-0000-0000-0000-000000000001",
                                           "11111111-0000-0000-0000-000000000002",
                                           "11111111-0000-0000-0000-000000000003"};
const std::vector<const char*> kServices = {"web", "db", "Web", "cache"};
const std::vector<const char*> kServiceIds = {"s1", "s2", "S1", "s3"};
const std::vector<const char*> kCheckIds = {"c1", "c2", "C1", "serfHealth", "c3"};
const std::vector<const char*> kTags = {"blue", "green", "v2"};
const std::vector<const char*> kAddresses = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};

}  // namespace

NodeRow RandomCommands::node() {
    NodeRow row;
    row.name = pick(kNodes);
    if (!one_in(8)) row.address = pick(kAddresses);
    if (one_in(3)) row.id = pick(kNodeIds);
    if (one_in(5)) row.meta = TextMap{{"zone", pick(kTags)}};
    return row;
}

ServiceRow RandomCommands::service() {
    ServiceRow row;
    row.name = pick(kServices);
    if (!one_in(5)) row.id = pick(kServiceIds);
    row.port = static_cast<std::int32_t>(rng_.below(3));
    if (!one_in(3)) {
        TextList tags;
        for (std::uint64_t i = rng_.below(3); i > 0; --i) tags.push_back(pick(kTags));
        row.tags = std::move(tags);
    }
    if (one_in(3)) row.address = pick(kAddresses);
    if (one_in(4)) {
        row.kind = "connect-proxy";
        ProxyRow proxy;
        proxy.destination_service_name = pick(kServices);
        row.proxy = std::move(proxy);
    }
    row.connect_native = one_in(5);
    return row;
}

CheckRow RandomCommands::check() {
    CheckRow row;
    row.id = pick(kCheckIds);
    row.name = "check";
    if (!one_in(3)) row.service_id = pick(kServiceIds);
    row.status = static_cast<Status>(rng_.below(3));
    if (one_in(3)) row.output = pick(kTags);
    return row;
}

RegisterCommand RandomCommands::registration() {
    RegisterCommand command;
    command.node = node();
    command.skip_node_update = one_in(6);
    if (!one_in(3)) command.service = service();
    if (!one_in(3)) {
        command.checks.push_back(check());
        if (command.service && one_in(2)) {
            command.checks.back().service_id =
                command.service->id.empty() ? command.service->name : command.service->id;
        }
    }
    return command;
}

DeregisterCommand RandomCommands::deregistration() {
    DeregisterCommand command;
    command.node = pick(kNodes);
    if (one_in(2)) {
        command.service_id = pick(kServiceIds);
    } else if (!one_in(4)) {
        command.check_id = pick(kCheckIds);
    }
    return command;
}

Command RandomCommands::next() {
    if (one_in(4)) return deregistration();
    return registration();
}

std::vector<Watch> RandomCommands::watches() {
    std::vector<Watch> all{{WatchKind::Nodes, {}},
                           {WatchKind::ServiceNames, {}},
                           {WatchKind::Registrations, {}},
                           {WatchKind::NodesAndChecks, {}}};
    for (const char* id : kNodeIds) {
        all.push_back({WatchKind::Node, id});
        all.push_back({WatchKind::NodeChecks, id});  // a name that no node has
    }
    for (const char* state : {"any", "passing", "warning", "critical", "maintenance"}) {
        all.push_back({WatchKind::State, state});
    }
    for (const char* node : {"n1", "n2", "n3", "n4", "n5"}) {
        all.push_back({WatchKind::Node, node});
        all.push_back({WatchKind::NodeChecks, node});
    }
    for (const char* service : {"web", "db", "cache", "none"}) {
        for (const WatchKind kind :
             {WatchKind::Service, WatchKind::ServiceHealth, WatchKind::ServiceChecks,
              WatchKind::Connect, WatchKind::ConnectHealth}) {
            all.push_back({kind, service});
        }
    }
    return all;
}

}  // namespace weft::agent
