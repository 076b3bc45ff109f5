#pragma once

#include <optional>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/command.hpp"

// The operations of a transaction, one by one. An error's context is Consul's text, which the
// client is given with the operation's position.
namespace weft::agent {

class Mutation;
struct CatalogRoot;

using TransactionRows = std::vector<TransactionRow>;

// More results than these end in an error: a get-tree is a few bytes and may find everything, and
// many of them everything many times. Part of what commands mean, as all that decides whether they
// hold.
inline constexpr std::size_t kMaxTransactionRows = 131'072;
inline constexpr std::size_t kMaxTransactionBytes = std::size_t{64} << 20;  // of keys and values

bool writes(const KvOperation& operation);
bool writes(const NodeOperation& operation);
bool writes(const ServiceOperation& operation);
bool writes(const CheckOperation& operation);

// What Consul looks at before it does the first operation.
std::optional<Error> check_before(const Mutation* mutation, const KvOperation& operation);
std::optional<Error> check_before(const Mutation* mutation, const NodeOperation& operation);
std::optional<Error> check_before(const Mutation* mutation, const ServiceOperation& operation);
std::optional<Error> check_before(const Mutation* mutation, const CheckOperation& operation);

// Operations that do not write: appends what they find.
Result<void> read(const CatalogRoot& root, const KvOperation& operation, TransactionRows& rows);
Result<void> read(const CatalogRoot& root, const NodeOperation& operation, TransactionRows& rows);
Result<void> read(const CatalogRoot& root, const ServiceOperation& operation,
                  TransactionRows& rows);
Result<void> read(const CatalogRoot& root, const CheckOperation& operation, TransactionRows& rows);

// Operations that write: append the row as it is then. After an error some of it may be done.
Result<void> write(Mutation& mutation, const KvOperation& operation, TransactionRows& rows);
Result<void> write(Mutation& mutation, const NodeOperation& operation, TransactionRows& rows);
Result<void> write(Mutation& mutation, const ServiceOperation& operation, TransactionRows& rows);
Result<void> write(Mutation& mutation, const CheckOperation& operation, TransactionRows& rows);

}  // namespace weft::agent
