#include "tests/unit/agent/catalog/script_commands.hpp"

#include <fmt/format.h>

#include <sstream>

#include "agent/catalog/transaction.hpp"

namespace weft::agent {
namespace {

using test::ScriptCommand;

TextList split(const std::string& text) {
    TextList parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

Status status_of(const std::string& text) {
    if (text == "passing") return Status::Passing;
    return text == "warning" ? Status::Warning : Status::Critical;
}

ServiceRow service_of(const ScriptCommand& command) {
    ServiceRow row;
    row.name = command.get("service");
    row.id = command.get("service-id");
    row.port = static_cast<std::int32_t>(command.number("port"));
    row.address = command.get("service-address");
    if (command.has("tags")) row.tags = split(command.get("tags"));
    row.connect_native = command.has("native");
    if (command.has("proxy-for")) {
        row.kind = "connect-proxy";
        ProxyRow proxy;
        proxy.destination_service_name = command.get("proxy-for");
        row.proxy = std::move(proxy);
    }
    return row;
}

RegisterCommand registration_of(const ScriptCommand& command) {
    RegisterCommand registration;
    registration.node.name = command.get("node");
    registration.node.address = command.get("address");
    registration.node.id = command.get("id");
    registration.skip_node_update = command.has("skip-node-update");
    if (command.has("meta")) registration.node.meta = TextMap{{"zone", command.get("meta")}};
    if (command.has("service") || command.has("service-id"))
        registration.service = service_of(command);
    if (command.has("check")) {
        CheckRow row;
        row.id = command.get("check");
        row.name = command.get("check-name", command.get("check"));
        row.service_id = command.get("of");
        row.status = status_of(command.get("status"));
        row.output = command.get("output");
        row.node = command.get("check-node");
        registration.checks.push_back(std::move(row));
    }
    return registration;
}

DeregisterCommand deregistration_of(const ScriptCommand& command) {
    DeregisterCommand deregistration;
    deregistration.node = command.get("node");
    deregistration.service_id = command.get("service-id");
    deregistration.check_id = command.get("check");
    return deregistration;
}

UnixMillis time_of_words(const ScriptCommand& words) {
    return UnixMillis(static_cast<std::int64_t>(words.number("time")));
}

KvOperation kv_of(const ScriptCommand& words) {
    KvOperation operation;
    operation.verb = kv_verb(words.get("verb"));
    operation.key = words.get("key");
    operation.value = words.get("value");
    operation.flags = words.number("flags");
    if (words.has("session")) operation.session = session_id(words.get("session"));
    operation.index = Index(words.number("index"));
    return operation;
}

SessionCreateCommand creation_of(const ScriptCommand& words) {
    SessionCreateCommand command;
    SessionRow& row = command.session;
    row.id = session_id(words.get("id"));
    row.name = words.get("name");
    row.node = words.get("node");
    row.lock_delay_ns = static_cast<std::int64_t>(words.number("delay")) * 1'000'000;
    if (words.has("deletes")) row.behavior = SessionBehavior::Delete;
    row.ttl = words.get("ttl");
    if (words.has("checks")) row.node_checks = split(words.get("checks"));
    if (words.has("service-check")) {
        row.service_checks = std::vector<SessionServiceCheck>{{words.get("service-check"), {}}};
    }
    return command;
}

PreparedQueryCommand query_of(const ScriptCommand& words) {
    PreparedQueryCommand command;
    const std::string verb = words.get("verb");
    if (verb == "update") command.verb = PreparedQueryVerb::Update;
    if (verb == "delete") command.verb = PreparedQueryVerb::Delete;
    PreparedQueryRow& row = command.query;
    row.id = session_id(words.get("id"));
    row.name = words.get("name");
    if (words.has("session")) row.session = session_id(words.get("session"));
    if (words.has("template")) row.name_template.type = "name_prefix_match";
    row.service.service = words.get("service");
    if (words.has("tags")) row.service.tags = split(words.get("tags"));
    return command;
}

// A line of a transaction's body: like a command.
ScriptCommand words_of(const std::string& line) {
    std::istringstream in(line);
    ScriptCommand words;
    in >> words.name;
    for (std::string word; in >> word;) {
        const std::size_t at = std::min(word.find('='), word.size());
        words.arguments.emplace_back(word.substr(0, at),
                                     at < word.size() ? word.substr(at + 1) : "");
    }
    return words;
}

TransactionOperation operation_of(const ScriptCommand& words) {
    TransactionOperation operation;
    const std::string verb = words.get("verb");
    const Index index(words.number("index"));
    const RegisterCommand rows = registration_of(words);
    if (words.name == "kv") operation.kv = kv_of(words);
    if (words.name == "node") operation.node = {row_verb(verb), rows.node};
    if (words.name == "service") {
        operation.service = {row_verb(verb), service_of(words)};
        operation.service->service.node = words.get("node");
        operation.service->service.modify_index = index;
    }
    if (words.name == "check") {
        operation.check = {row_verb(verb), rows.checks.at(0)};
        operation.check->check.node = words.get("node");
        operation.check->check.modify_index = index;
    }
    if (operation.node) operation.node->node.modify_index = index;
    operation.unknown_verb = verb;
    return operation;
}

TransactionCommand transaction_of(const ScriptCommand& words) {
    TransactionCommand command;
    std::istringstream body(words.body);
    for (std::string line; std::getline(body, line);) {
        if (!line.empty()) command.operations.push_back(operation_of(words_of(line)));
    }
    return command;
}

AutopilotCommand autopilot_of(const ScriptCommand& words) {
    AutopilotCommand command;
    AutopilotRow& row = command.configuration;
    row.cleanup_dead_servers = words.has("cleanup");
    row.last_contact_threshold_ns = static_cast<std::int64_t>(words.number("contact"));
    row.max_trailing_logs = words.number("logs");
    row.min_quorum = words.number("quorum");
    row.server_stabilization_time_ns = static_cast<std::int64_t>(words.number("stable"));
    row.redundancy_zone_tag = words.get("zone");
    if (words.has("cas")) command.cas = Index(words.number("cas"));
    return command;
}

Command timed(Command command, const ScriptCommand& words) {
    set_time(command, time_of_words(words));
    return command;
}

}  // namespace

std::string session_id(const std::string& number) {
    if (number.size() > 12) return number;
    return fmt::format("00000000-0000-0000-0000-{:0>12}", number);
}

std::optional<Command> command_of(const ScriptCommand& words) {
    if (words.name == "register") return timed(registration_of(words), words);
    if (words.name == "deregister") return timed(deregistration_of(words), words);
    if (words.name == "kv") return timed(KvCommand{kv_of(words)}, words);
    if (words.name == "session") return creation_of(words);
    if (words.name == "end")
        return timed(SessionDestroyCommand{session_id(words.get("id"))}, words);
    if (words.name == "autopilot") return autopilot_of(words);
    if (words.name == "query") return query_of(words);
    if (words.name == "txn") return timed(transaction_of(words), words);
    return std::nullopt;
}

}  // namespace weft::agent
