#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

using TransactionRow = std::variant<KvRow, NodeRow, ServiceRow, CheckRow>;

struct TransactionError {
    std::uint32_t operation = 0;  // position
    std::string what;             // Consul's text
    bool operator==(const TransactionError&) const = default;
};

// What a transaction gives back: rows in the order of its operations, or errors.
struct TransactionOutcome {
    std::vector<TransactionRow> results;
    std::vector<TransactionError> errors;
};

// What one command did.
struct ApplyOutcome {
    // The command broke a rule of the catalog and changed nothing (Consul's text in context).
    std::optional<Error> refusal{};
    bool changed = false;
    // False: the command set a condition that was not met, so it changed nothing. No error: the
    // client is told so.
    bool held = true;
    std::optional<TransactionOutcome> transaction{};  // of a TransactionCommand; errors: not held
};

}  // namespace weft::agent
