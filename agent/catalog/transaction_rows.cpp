#include <fmt/format.h>

#include "agent/base/go_quote.hpp"
#include "agent/base/uuid.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/transaction_steps.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/txn.go and catalog.go.
namespace weft::agent {
namespace {

// A cas of index 0 is met when there is no row, else by that row's index.
template <class Ptr>
bool is_unchanged(const Ptr& present, Index index) {
    return (present ? present->row.modify_index : Index()) == index;
}

Result<void> put(Mutation& mutation, const RegisterCommand& command) {
    const auto refusal = apply_command(mutation, command);
    mutation.announce_checks({});
    if (refusal) return *refusal;
    return success();
}

SharedText id_of(const ServiceRow& row) {
    return row.id.empty() ? row.name : row.id;
}
SharedText id_of(const CheckRow& row) {
    return row.id.empty() ? row.name : row.id;
}

NodePtr find(const CatalogRoot& root, const NodeRow& row) {
    return row.id.empty() ? root.nodes.find(row.name) : root.nodes.find_by_id(row.id);
}
ServicePtr find(const CatalogRoot& root, const ServiceRow& row) {
    return root.services.find(row.node, id_of(row));
}
CheckPtr find(const CatalogRoot& root, const CheckRow& row) {
    return root.checks.find(row.node, id_of(row));
}

std::string described(const NodeRow& row) {
    return fmt::format("node {}", go_quote(row.name));
}
std::string described(const ServiceRow& row) {
    return fmt::format("service {} on node {}", go_quote(id_of(row)), go_quote(row.node));
}
std::string described(const CheckRow& row) {
    return fmt::format("check {} on node {}", go_quote(id_of(row)), go_quote(row.node));
}

template <class Row>
Result<void> append(const CatalogRoot& root, const Row& row, TransactionRows& rows) {
    const auto entry = find(root, row);
    if (!entry) return refuse(fmt::format("{} doesn't exist", described(row)));
    rows.emplace_back(entry->row);
    return success();
}

// Without an address the node keeps the one that it has.
Result<void> put(Mutation& mutation, const NodeRow& row) {
    RegisterCommand command;
    command.node = row;
    const NodePtr present = mutation.root().nodes.find(row.name);
    if (present && row.address.empty()) command.node.address = present->row.address;
    return put(mutation, command);
}

Result<void> put(Mutation& mutation, const ServiceRow& row) {
    if (!mutation.root().nodes.find(row.node)) return refuse("Missing node registration");
    if (row.name.empty()) return refuse("failed inserting service: object missing primary index");
    RegisterCommand command;
    command.node.name = row.node;
    command.skip_node_update = true;
    command.service = row;
    return put(mutation, command);
}

Result<void> put(Mutation& mutation, const CheckRow& row) {
    const CatalogRoot& root = mutation.root();
    if (!root.nodes.find(row.node)) return refuse("Missing node registration");
    if (!row.service_id.empty() && !root.services.find(row.node, row.service_id))
        return refuse("Missing service registration");
    RegisterCommand command;
    command.node.name = row.node;
    command.skip_node_update = true;
    command.checks.push_back(row);
    return put(mutation, command);
}

void remove(Mutation& mutation, const NodeRow& row) {
    mutation.remove_node(row.name);
}
void remove(Mutation& mutation, const ServiceRow& row) {
    mutation.remove_service(row.node, id_of(row));
}
void remove(Mutation& mutation, const CheckRow& row) {
    mutation.remove_check(row.node, id_of(row));
}

// A node is compared by its name, even where its id is given.
NodePtr find_by_key(const CatalogRoot& root, const NodeRow& row) {
    return root.nodes.find(row.name);
}
template <class Row>
auto find_by_key(const CatalogRoot& root, const Row& row) {
    return find(root, row);
}

template <class Row>
Result<void> write_row(Mutation& mutation, RowVerb verb, const Row& row, TransactionRows& rows) {
    const auto present = find_by_key(mutation.root(), row);
    const bool unchanged = is_unchanged(present, row.modify_index);
    if (verb == RowVerb::Cas && !unchanged)
        return refuse(fmt::format("failed to set {}, index is stale", described(row)));
    if (verb == RowVerb::DeleteCas && !(present && unchanged))
        return refuse(fmt::format("failed to delete {}, index is stale", described(row)));
    if (verb == RowVerb::Delete || verb == RowVerb::DeleteCas) {
        remove(mutation, row);
        return success();
    }
    WEFT_TRY(put(mutation, row));
    return append(mutation.root(), row, rows);
}

// One that nobody knows counts, too: the answer has the form of a write's.
bool writes(RowVerb verb) {
    return verb != RowVerb::Get;
}

}  // namespace

bool writes(const NodeOperation& operation) {
    return writes(operation.verb);
}
bool writes(const ServiceOperation& operation) {
    return writes(operation.verb);
}
bool writes(const CheckOperation& operation) {
    return writes(operation.verb);
}

std::optional<Error> check_before(const Mutation*, const NodeOperation& operation) {
    if (!writes(operation.verb)) return std::nullopt;
    const NodeRow& row = operation.node;
    if (row.name.empty()) return refuse("Must provide node");
    if (!row.id.empty() && !is_uuid(row.id))
        return refuse(fmt::format("Bad node ID: {} is no UUID", go_quote(row.id)));
    return std::nullopt;
}

std::optional<Error> check_before(const Mutation*, const ServiceOperation& operation) {
    const ServiceRow& row = operation.service;
    if (writes(operation.verb) && row.name.empty() && !row.id.empty())
        return refuse("Must provide service name with ID");
    return std::nullopt;
}

std::optional<Error> check_before(const Mutation*, const CheckOperation&) {
    return std::nullopt;
}

Result<void> read(const CatalogRoot& root, const NodeOperation& operation, TransactionRows& rows) {
    return append(root, operation.node, rows);
}
Result<void> read(const CatalogRoot& root, const ServiceOperation& operation,
                  TransactionRows& rows) {
    return append(root, operation.service, rows);
}
Result<void> read(const CatalogRoot& root, const CheckOperation& operation, TransactionRows& rows) {
    return append(root, operation.check, rows);
}

Result<void> write(Mutation& mutation, const NodeOperation& operation, TransactionRows& rows) {
    return write_row(mutation, operation.verb, operation.node, rows);
}
Result<void> write(Mutation& mutation, const ServiceOperation& operation, TransactionRows& rows) {
    return write_row(mutation, operation.verb, operation.service, rows);
}
Result<void> write(Mutation& mutation, const CheckOperation& operation, TransactionRows& rows) {
    return write_row(mutation, operation.verb, operation.check, rows);
}

}  // namespace weft::agent
