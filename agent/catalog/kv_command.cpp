#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/kv_write.hpp"
#include "agent/catalog/mutation.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/kvs.go.
namespace weft::agent {
namespace {

bool set(Mutation& mutation, const KvOperation& operation) {
    KvRow row;
    row.key = operation.key;
    row.value = operation.value;
    row.flags = operation.flags;
    mutation.put_key(std::move(row));
    return true;
}

bool set_if_unchanged(Mutation& mutation, const KvOperation& operation) {
    const KvPtr present = mutation.root().kv.find(operation.key);
    const Index index = present ? present->row.modify_index : Index();
    return index == operation.index && set(mutation, operation);
}

// What is not there needs no deletion, whatever the index.
bool remove_if_unchanged(Mutation& mutation, const KvOperation& operation) {
    const KvPtr present = mutation.root().kv.find(operation.key);
    if (present && present->row.modify_index != operation.index) return false;
    mutation.remove_key(operation.key);
    return true;
}

}  // namespace

std::optional<Error> check_key(const KvOperation& operation) {
    if (operation.key.empty() && operation.verb != KvVerb::DeleteTree)
        return make_error(Errc::InvalidArgument, "Must provide key");
    return std::nullopt;
}

Result<bool> write_key(Mutation& mutation, const KvOperation& operation) {
    switch (operation.verb) {
        case KvVerb::Set:
            return set(mutation, operation);
        case KvVerb::Cas:
            return set_if_unchanged(mutation, operation);
        case KvVerb::Delete:
            mutation.remove_key(operation.key);
            return true;
        case KvVerb::DeleteCas:
            return remove_if_unchanged(mutation, operation);
        case KvVerb::DeleteTree:
            mutation.remove_keys_below(operation.key);
            return true;
    }
    return make_error(Errc::InvalidArgument, "the KV command does not write");
}

ApplyOutcome apply_command(Mutation& mutation, const KvCommand& command) {
    if (auto error = check_key(command.operation)) return {.refusal = std::move(error)};
    const Result<bool> held = write_key(mutation, command.operation);
    if (!held) return {.refusal = held.error()};
    return {.held = held.value()};
}

}  // namespace weft::agent
