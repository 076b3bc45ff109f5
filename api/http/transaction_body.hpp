#pragma once

#include <string_view>
#include <vector>

#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"
#include "api/http/catalog_body.hpp"

// Body of PUT /v1/txn.
namespace weft::api {

struct TransactionBody {
    agent::TransactionCommand command;
    // Operations whose rows break a rule: the transaction fails by them alone.
    std::vector<agent::TransactionError> errors;
};

// 413 for what goes beyond the limits.
CatalogBody<TransactionBody> read_transaction_body(std::string_view body,
                                                   const agent::CommandLimits& limits);

}  // namespace weft::api
