#include <fmt/format.h>

#include "agent/base/go_quote.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/kv_write.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"
#include "agent/catalog/transaction_steps.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/txn.go and kvs.go.
namespace weft::agent {
namespace {

// Only a get gives the value back.
TransactionRow without_value(const KvPtr& entry) {
    KvRow row = entry->row;
    row.value = {};
    return row;
}

Result<void> get_tree(const CatalogRoot& root, std::string_view prefix, TransactionRows& rows) {
    root.kv.scan_below(prefix, [&](const KvPtr& entry) {
        rows.emplace_back(entry->row);
        return rows.size() <= kMaxTransactionRows;
    });
    if (rows.size() <= kMaxTransactionRows) return success();
    return refuse(
        fmt::format("the transaction would return more than {} rows", kMaxTransactionRows));
}

std::string unmet(const KvOperation& operation) {
    const std::string key = go_quote(operation.key);
    switch (operation.verb) {
        case KvVerb::DeleteCas:
            return fmt::format("failed to delete key {}, index is stale", key);
        case KvVerb::Lock:
            return fmt::format("failed to lock key {}, lock is already held", key);
        case KvVerb::Unlock:
            return fmt::format(
                "failed to unlock key {}, lock isn't held, or is held by another session", key);
        default:
            return fmt::format("failed to set key {}, index is stale", key);
    }
}

bool leaves_a_row(KvVerb verb) {
    return verb == KvVerb::Set || verb == KvVerb::Cas || verb == KvVerb::Lock ||
           verb == KvVerb::Unlock;
}

}  // namespace

bool writes(const KvOperation& operation) {
    return operation.verb <= KvVerb::Unlock;
}

std::optional<Error> check_before(const Mutation* mutation, const KvOperation& operation) {
    if (auto error = check_key(operation)) return error;
    if (operation.verb == KvVerb::Lock && mutation && mutation->is_lock_delayed(operation.key)) {
        return refuse(
            fmt::format("failed to lock key {} due to lock delay", go_quote(operation.key)));
    }
    return std::nullopt;
}

Result<void> read(const CatalogRoot& root, const KvOperation& operation, TransactionRows& rows) {
    if (operation.verb == KvVerb::GetTree) return get_tree(root, operation.key, rows);
    const std::string key = go_quote(operation.key);
    const KvPtr entry = root.kv.find(operation.key);
    switch (operation.verb) {
        case KvVerb::Get:
            if (!entry) return refuse(fmt::format("key {} doesn't exist", key));
            rows.emplace_back(entry->row);
            return success();
        case KvVerb::CheckIndex:
            if (!entry)
                return refuse(fmt::format("failed to check index, key {} doesn't exist", key));
            if (entry->row.modify_index != operation.index) {
                return refuse(
                    fmt::format("failed index check for key {}, current modify index {} != {}", key,
                                entry->row.modify_index.get(), operation.index.get()));
            }
            break;
        case KvVerb::CheckSession:
            if (!entry)
                return refuse(fmt::format("failed to check session, key {} doesn't exist", key));
            if (!fold_equal(entry->row.session, operation.session)) {
                return refuse(
                    fmt::format("failed session check for key {}, current session {} != {}", key,
                                go_quote(entry->row.session), go_quote(operation.session)));
            }
            break;
        case KvVerb::CheckNotExists:
            if (entry) return refuse(fmt::format("key {} exists", key));
            return success();
        default:
            return refuse("the KV operation does not read");
    }
    rows.push_back(without_value(entry));
    return success();
}

Result<void> write(Mutation& mutation, const KvOperation& operation, TransactionRows& rows) {
    WEFT_TRY(const bool held, write_key(mutation, operation));
    if (!held) return refuse(unmet(operation));
    if (leaves_a_row(operation.verb))
        rows.push_back(without_value(mutation.root().kv.find(operation.key)));
    return success();
}

}  // namespace weft::agent
