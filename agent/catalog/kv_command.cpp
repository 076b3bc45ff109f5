#include "agent/base/go_quote.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/kv_write.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/kvs.go.
namespace weft::agent {
namespace {

KvRow row_of(const KvOperation& operation) {
    KvRow row;
    row.key = operation.key;
    row.value = operation.value;
    row.flags = operation.flags;
    return row;
}

// A plain set leaves the lock with its holder, but not the lock index: so does Consul.
bool set(Mutation& mutation, const KvOperation& operation) {
    KvRow row = row_of(operation);
    if (const KvPtr present = mutation.root().kv.find(operation.key))
        row.session = present->row.session;
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

Result<bool> lock(Mutation& mutation, const KvOperation& operation) {
    if (mutation.is_lock_delayed(operation.key)) return false;
    if (operation.session.empty()) return refuse("missing session");
    if (const auto error = check_session_id(operation.session)) return *error;
    const SessionPtr session = mutation.root().sessions.find(operation.session);
    if (!session) return refuse("invalid session " + go_quote(operation.session));
    const KvPtr present = mutation.root().kv.find(operation.key);
    const bool is_held = present && !present->row.session.empty();
    if (is_held && present->row.session != session->row.id) return false;
    KvRow row = row_of(operation);
    row.session = session->row.id;
    row.lock_index = (present ? present->row.lock_index : 0) + (is_held ? 0 : 1);
    mutation.put_key(std::move(row));
    return true;
}

Result<bool> unlock(Mutation& mutation, const KvOperation& operation) {
    if (operation.session.empty()) return refuse("missing session");
    const KvPtr present = mutation.root().kv.find(operation.key);
    if (!present || !fold_equal(present->row.session, operation.session)) return false;
    KvRow row = row_of(operation);
    row.lock_index = present->row.lock_index;
    mutation.put_key(std::move(row));
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
        case KvVerb::Lock:
            return lock(mutation, operation);
        case KvVerb::Unlock:
            return unlock(mutation, operation);
        case KvVerb::Get:
        case KvVerb::GetTree:
        case KvVerb::CheckIndex:
        case KvVerb::CheckSession:
        case KvVerb::CheckNotExists:
        case KvVerb::Unknown:
            break;
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
