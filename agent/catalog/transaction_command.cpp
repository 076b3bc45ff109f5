#include <fmt/format.h>

#include <span>
#include <variant>

#include "agent/base/go_quote.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/transaction.hpp"
#include "agent/catalog/transaction_steps.hpp"

namespace weft::agent {
namespace {

// visit(what is done, Consul's word for it); an operation without content does nothing.
template <class Visit>
void visit_operation(const TransactionOperation& operation, Visit&& visit) {
    if (operation.kv) {
        visit(*operation.kv, "KV");
    } else if (operation.node) {
        visit(*operation.node, "Node");
    } else if (operation.service) {
        visit(*operation.service, "Service");
    } else if (operation.check) {
        visit(*operation.check, "Check");
    }
}

template <class Operation>
bool is_unknown(const Operation& operation) {
    return operation.verb == decltype(operation.verb)::Unknown;
}

// What one operation does to a state, or finds in it. Without a mutation it only reads.
Result<void> do_operation(const CatalogRoot& root, Mutation* mutation,
                          const TransactionOperation& whole, TransactionRows& rows) {
    Result<void> done = success();
    visit_operation(whole, [&](const auto& operation, std::string_view word) {
        if (is_unknown(operation)) {
            done = make_error(Errc::InvalidArgument, fmt::format("unknown {} verb {}", word,
                                                                 go_quote(whole.unknown_verb)));
        } else if (!writes(operation)) {
            done = read(root, operation, rows);
        } else {
            WEFT_ASSERT(mutation != nullptr);
            done = write(*mutation, operation, rows);
        }
    });
    return done;
}

std::size_t bytes_of(std::span<const TransactionRow> rows) {
    std::size_t bytes = 0;
    for (const TransactionRow& row : rows) {
        if (const auto* key = std::get_if<KvRow>(&row))
            bytes += key->key.size() + key->value.size();
    }
    return bytes;
}

// Operations after a failed one are tried, too: the client gets to know all that is wrong.
TransactionOutcome run(const CatalogRoot& root, Mutation* mutation,
                       const TransactionCommand& command) {
    const auto& operations = command.operations;
    TransactionOutcome outcome;
    const auto fail = [&](std::size_t at, const Error& error) {
        outcome.errors.push_back({static_cast<std::uint32_t>(at), error.context});
    };
    for (std::size_t i = 0; i < operations.size(); ++i) {
        visit_operation(operations[i], [&](const auto& operation, std::string_view) {
            if (const auto error = check_before(mutation, operation)) fail(i, *error);
        });
    }
    if (!outcome.errors.empty()) return outcome;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const std::size_t before = outcome.results.size();
        const auto done = do_operation(root, mutation, operations[i], outcome.results);
        if (!done) fail(i, done.error());
        bytes += bytes_of(std::span(outcome.results).subspan(before));
        if (bytes <= kMaxTransactionBytes) continue;
        fail(i, make_error(Errc::Limit, fmt::format("the transaction would return more than {} "
                                                    "bytes of keys and values",
                                                    kMaxTransactionBytes)));
        break;
    }
    if (!outcome.errors.empty()) outcome.results.clear();
    return outcome;
}

template <class Verb, std::size_t size>
Verb verb_of(const std::pair<std::string_view, Verb> (&words)[size], std::string_view word) {
    for (const auto& [known, verb] : words) {
        if (known == word) return verb;
    }
    return Verb::Unknown;
}

}  // namespace

KvVerb kv_verb(std::string_view word) {
    static constexpr std::pair<std::string_view, KvVerb> kWords[] = {
        {"set", KvVerb::Set},
        {"cas", KvVerb::Cas},
        {"delete", KvVerb::Delete},
        {"delete-cas", KvVerb::DeleteCas},
        {"delete-tree", KvVerb::DeleteTree},
        {"lock", KvVerb::Lock},
        {"unlock", KvVerb::Unlock},
        {"get", KvVerb::Get},
        {"get-tree", KvVerb::GetTree},
        {"check-index", KvVerb::CheckIndex},
        {"check-session", KvVerb::CheckSession},
        {"check-not-exists", KvVerb::CheckNotExists}};
    return verb_of(kWords, word);
}

RowVerb row_verb(std::string_view word) {
    static constexpr std::pair<std::string_view, RowVerb> kWords[] = {
        {"get", RowVerb::Get},
        {"set", RowVerb::Set},
        {"cas", RowVerb::Cas},
        {"delete", RowVerb::Delete},
        {"delete-cas", RowVerb::DeleteCas}};
    return verb_of(kWords, word);
}

bool is_read_only(const TransactionCommand& command) {
    bool reads = true;
    for (const TransactionOperation& whole : command.operations) {
        visit_operation(whole, [&](const auto& operation, std::string_view) {
            reads = reads && !writes(operation);
        });
    }
    return reads;
}

TransactionOutcome read_transaction(const View& view, const TransactionCommand& command) {
    WEFT_ASSERT(is_read_only(command));
    return run(*view.root(), nullptr, command);
}

ApplyOutcome apply_command(Mutation& mutation, const TransactionCommand& command) {
    ApplyOutcome outcome;
    outcome.transaction = run(mutation.root(), &mutation, command);
    outcome.held = outcome.transaction->errors.empty();
    return outcome;
}

}  // namespace weft::agent
