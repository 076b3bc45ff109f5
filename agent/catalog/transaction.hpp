#pragma once

#include <string_view>

#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// By Consul's words, as in {"Verb": "delete-cas"}; Unknown for all others.
KvVerb kv_verb(std::string_view word);
RowVerb row_verb(std::string_view word);

// A transaction that only reads needs no log entry: read_transaction() gives its outcome.
bool is_read_only(const TransactionCommand& command);
TransactionOutcome read_transaction(const View& view, const TransactionCommand& command);

}  // namespace weft::agent
