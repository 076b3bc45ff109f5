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
const std::vector<const char*> kKeys = {"a", "a/", "a/b", "a/b/c", "A", "b", "ba"};
const std::vector<const char*> kPrefixes = {"", "a", "a/", "a/b", "b", "zz"};
const std::vector<const char*> kValues = {"", "one", "two"};
const std::vector<const char*> kSessions = {
    "5e551011-0000-0000-0000-000000000001", "5e551011-0000-0000-0000-000000000002",
    "5e551011-0000-0000-0000-000000000003", "5e551011-0000-0000-0000-000000000004"};

const std::vector<const char*> kQueries = {"9ae41000-0000-0000-0000-000000000001",
                                           "9ae41000-0000-0000-0000-000000000002",
                                           "9AE41000-0000-0000-0000-000000000002"};
const std::vector<const char*> kQueryNames = {"",  "",   "a",
                                              "A", "ab", "9ae41000-0000-0000-0000-000000000001"};

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

UnixMillis RandomCommands::time() {
    time_ += one_in(10) ? -5'000 : static_cast<std::int64_t>(rng_.below(1'000));
    return UnixMillis(time_);
}

// Mostly the right one.
template <class Row>
Index RandomCommands::index_of(const Row* row) {
    if (one_in(4)) return Index(rng_.below(3));
    return row ? row->modify_index : Index();
}

KvOperation RandomCommands::kv(std::uint64_t verbs) {
    KvOperation operation;
    operation.verb = static_cast<KvVerb>(rng_.below(verbs));
    const bool is_tree = operation.verb == KvVerb::DeleteTree || operation.verb == KvVerb::GetTree;
    operation.key = pick(is_tree && one_in(2) ? kPrefixes : kKeys);
    operation.value = pick(kValues);
    operation.flags = rng_.below(2);
    operation.session = pick(kSessions);
    operation.index = index_of(view_.key(operation.key));
    return operation;
}

KvCommand RandomCommands::kv_command() {
    constexpr std::uint64_t kWriting = 7;
    KvCommand command{kv(kWriting)};
    if (one_in(2)) command.operation.verb = one_in(4) ? KvVerb::Set : KvVerb::Lock;
    return command;
}

SessionCreateCommand RandomCommands::session() {
    SessionCreateCommand command;
    SessionRow& row = command.session;
    row.id = pick(kSessions);
    row.node = pick(kNodes);
    row.name = pick(kValues);
    row.lock_delay_ns = static_cast<std::int64_t>(rng_.below(4)) * 999'999'999;
    row.behavior = static_cast<SessionBehavior>(rng_.below(2));
    row.ttl = pick(kValues);
    if (one_in(3)) row.node_checks = TextList{pick(kCheckIds), pick(kCheckIds)};
    if (one_in(4)) row.checks = TextList{pick(kCheckIds)};
    if (one_in(5)) row.service_checks = std::vector<SessionServiceCheck>{{pick(kCheckIds), {}}};
    return command;
}

SessionDestroyCommand RandomCommands::end() {
    SessionDestroyCommand command;
    command.id = pick(kSessions);
    return command;
}

PreparedQueryCommand RandomCommands::prepared_query() {
    PreparedQueryCommand command;
    command.verb = static_cast<PreparedQueryVerb>(rng_.below(3));
    PreparedQueryRow& row = command.query;
    row.id = pick(kQueries);
    row.name = pick(kQueryNames);
    if (one_in(3)) row.name_template.type = "name_prefix_match";
    if (one_in(2)) row.session = pick(kSessions);
    row.service.service = pick(kServices);
    if (one_in(3)) row.service.tags = TextList{pick(kTags)};
    return command;
}

TransactionOperation RandomCommands::operation() {
    constexpr std::uint64_t kKvVerbs = 13;
    constexpr std::uint64_t kRowVerbs = 6;
    TransactionOperation operation;
    operation.unknown_verb = "unknown";
    const auto verb = [&] { return static_cast<RowVerb>(rng_.below(kRowVerbs)); };
    switch (rng_.below(8)) {
        case 0: {
            NodeRow row = node();
            row.modify_index = index_of(view_.node(row.name));
            operation.node = {verb(), std::move(row)};
            break;
        }
        case 1: {
            ServiceRow row = service();
            row.node = pick(kNodes);
            row.modify_index = index_of(view_.service(row.node, row.id));
            operation.service = {verb(), std::move(row)};
            break;
        }
        case 2: {
            CheckRow row = check();
            row.node = pick(kNodes);
            row.modify_index = index_of(view_.check(row.node, row.id));
            operation.check = {verb(), std::move(row)};
            break;
        }
        case 3:
            if (one_in(8)) break;  // nothing to do
            [[fallthrough]];
        default:
            operation.kv = kv(kKvVerbs);
            if (operation.kv->verb == KvVerb::Unknown && !one_in(4))
                operation.kv->verb = KvVerb::Set;
    }
    return operation;
}

TransactionCommand RandomCommands::transaction() {
    TransactionCommand command;
    for (std::uint64_t i = rng_.below(5); i > 0; --i) command.operations.push_back(operation());
    return command;
}

AutopilotCommand RandomCommands::autopilot() {
    AutopilotCommand command;
    AutopilotRow& row = command.configuration;
    row.cleanup_dead_servers = one_in(2);
    row.last_contact_threshold_ns = static_cast<std::int64_t>(rng_.below(3)) - (one_in(8) ? 1 : 0);
    row.max_trailing_logs = rng_.below(2);
    row.redundancy_zone_tag = one_in(8) ? SharedText(std::string(129, 'x')) : pick(kTags);
    if (one_in(2)) command.cas = index_of(&view_.autopilot());
    return command;
}

Command RandomCommands::next() {
    const auto choose = [&]() -> Command {
        if (one_in(30)) return autopilot();
        switch (rng_.below(14)) {
            case 0:
            case 1:
                return kv_command();
            case 2:
                return session();
            case 3:
                return one_in(3) ? Command(end()) : Command(kv_command());
            case 4:
            case 5:
                return prepared_query();
            case 6:
            case 7:
                return transaction();
            case 8:
            case 9:
                return deregistration();
            default:
                return registration();
        }
    };
    Command command = choose();
    set_time(command, time());
    return command;
}

std::vector<Watch> RandomCommands::watches() {
    std::vector<Watch> all{{WatchKind::Nodes, {}},           {WatchKind::ServiceNames, {}},
                           {WatchKind::Registrations, {}},   {WatchKind::NodesAndChecks, {}},
                           {WatchKind::Overview, {}},        {WatchKind::Sessions, {}},
                           {WatchKind::PreparedQueries, {}}, {WatchKind::Gateways, {}}};
    for (const char* key : kKeys) all.push_back({WatchKind::Key, key});
    all.push_back({WatchKind::Key, "never"});
    for (const char* prefix : kPrefixes) {
        all.push_back({WatchKind::KeyPrefix, prefix});
        all.push_back({WatchKind::Key, prefix});  // commands meant for trees become others
    }
    for (const char* session : kSessions) all.push_back({WatchKind::Session, session});
    for (const char* query : {kQueries[0], kQueries[1]})
        all.push_back({WatchKind::PreparedQuery, query});
    for (const char* id : kNodeIds) {
        all.push_back({WatchKind::Node, id});
        all.push_back({WatchKind::NodeChecks, id});  // a name that no node has
        all.push_back({WatchKind::NodeHealth, id});
    }
    for (const char* state : {"any", "passing", "warning", "critical", "maintenance"}) {
        all.push_back({WatchKind::State, state});
    }
    for (const char* node : {"n1", "n2", "n3", "n4", "n5"}) {
        all.push_back({WatchKind::Node, node});
        all.push_back({WatchKind::NodeChecks, node});
        all.push_back({WatchKind::NodeHealth, node});
        all.push_back({WatchKind::NodeSessions, node});
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
