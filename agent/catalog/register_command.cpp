#include <fmt/format.h>

#include <map>
#include <vector>

#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/catalog.go, ensureRegistrationTxn.
namespace weft::agent {
namespace {

constexpr std::string_view kSerfCheckId = "serfHealth";

// What becomes of the node row.
struct NodePlan {
    bool put = false;
    NodePtr renamed_from;  // the node that has the id under another name
};

// A node with that name and another id, alive as its serfHealth says, keeps its name. A node
// without id gives way to the first one with an id, unless a node is renamed.
std::optional<Error> check_name_is_free(const CatalogRoot& root, const NodeRow& row,
                                        bool renaming) {
    const NodePtr holder = root.nodes.find(row.name);
    if (!holder || holder->row.id == row.id) return std::nullopt;
    if (holder->row.id.empty() && !renaming) return std::nullopt;
    const CheckPtr serf = root.checks.find(row.name, kSerfCheckId);
    if (!serf || serf->row.status == Status::Critical) return std::nullopt;
    const std::string reason =
        fmt::format("Node name {} is reserved by node {} with name {} ({})", row.name.view(),
                    holder->row.id.view(), holder->row.name.view(), holder->row.address.view());
    return refuse(
        renaming
            ? fmt::format("failed inserting node: Error while renaming Node ID: \"{}\" ({}): {}",
                          row.id.view(), row.address.view(), reason)
            : fmt::format("failed inserting node: Error while renaming Node ID: \"{}\": {}",
                          row.id.view(), reason));
}

std::optional<Error> plan_node(const CatalogRoot& root, const RegisterCommand& command,
                               NodePlan& plan) {
    const NodeRow& row = command.node;
    if (row.name.empty()) return refuse("Must provide node");
    const NodePtr present = root.nodes.find(row.name);
    if (present && (command.skip_node_update || row.address.empty())) return std::nullopt;
    if (!present && row.address.empty() && !command.skip_node_update)
        return refuse("Must provide address if SkipNodeUpdate is not set");
    if (const NodePtr owner = root.nodes.find_by_id(row.id); owner && owner->row.name != row.name) {
        plan.renamed_from = owner;
    }
    if (!row.id.empty()) {
        if (auto error = check_name_is_free(root, row, plan.renamed_from.get() != nullptr))
            return error;
    }
    plan.put = true;
    return std::nullopt;
}

SharedText effective_id(const ServiceRow& row) {
    return row.id.empty() ? row.name : row.id;
}

std::optional<Error> check_service(const RegisterCommand& command) {
    if (command.service && command.service->name.empty())
        return refuse("Must provide service name with ID");
    return std::nullopt;
}

std::optional<Error> check_checks(const CatalogRoot& root, const RegisterCommand& command,
                                  const NodePlan& plan) {
    const std::string_view node = command.node.name;
    // A node that is renamed loses its services first, also when only the case of its name changes.
    const bool services_go =
        plan.renamed_from && fold_compare(plan.renamed_from->row.name, node) == 0;
    for (const CheckRow& check : command.checks) {
        if (!check.node.empty() && check.node != node) {
            return refuse(fmt::format("check node \"{}\" does not match node \"{}\"",
                                      check.node.view(), node));
        }
        if (check.id.empty() && check.name.empty()) return refuse("Must provide check name or ID");
        if (check.service_id.empty()) continue;
        const bool comes = command.service && effective_id(*command.service) == check.service_id;
        const bool exists =
            !services_go && root.services.find(node, check.service_id).get() != nullptr;
        if (!comes && !exists) {
            return refuse(fmt::format(
                "failed inserting check: Missing service registration on node \"{}\"", node));
        }
    }
    return std::nullopt;
}

void put_node(Mutation& mutation, const RegisterCommand& command, const NodePlan& plan) {
    if (!plan.put) return;
    NodeRow row = command.node;
    row.create_index = Index(0);
    if (plan.renamed_from) {
        row.create_index = plan.renamed_from->row.create_index;
        mutation.remove_node(plan.renamed_from->row.name);
    }
    mutation.put_node(std::move(row));
}

void put_service(Mutation& mutation, const RegisterCommand& command) {
    if (!command.service) return;
    ServiceRow row = *command.service;
    row.node = command.node.name;
    row.id = effective_id(row);
    row.create_index = Index(0);
    mutation.put_service(std::move(row));
}

// By id; of several with one id the last counts.
std::map<std::string_view, const CheckRow*> final_checks(const RegisterCommand& command) {
    std::map<std::string_view, const CheckRow*> checks;
    for (const CheckRow& check : command.checks)
        checks[check.id.empty() ? check.name : check.id] = &check;
    return checks;
}

SharedText type_by_definition(const CheckDefinitionRow& definition) {
    if (!definition.http.empty()) return "http";
    return definition.tcp.empty() ? SharedText() : SharedText("tcp");
}

void put_check(Mutation& mutation, const RegisterCommand& command, CheckRow row) {
    row.node = command.node.name;
    if (row.id.empty()) row.id = row.name;
    if (row.type.empty()) row.type = type_by_definition(*row.definition);
    row.create_index = Index(0);
    mutation.put_check(std::move(row));
}

}  // namespace

std::optional<Error> apply_command(Mutation& mutation, const RegisterCommand& command) {
    NodePlan plan;
    if (auto error = plan_node(mutation.root(), command, plan)) return error;
    if (auto error = check_service(command)) return error;
    if (auto error = check_checks(mutation.root(), command, plan)) return error;
    put_node(mutation, command, plan);
    const auto checks = final_checks(command);
    std::vector<std::string_view> ids;
    for (const auto& [id, check] : checks) ids.push_back(id);
    mutation.announce_checks(std::move(ids));
    put_service(mutation, command);
    for (const auto& [id, check] : checks) put_check(mutation, command, *check);
    return std::nullopt;
}

}  // namespace weft::agent
