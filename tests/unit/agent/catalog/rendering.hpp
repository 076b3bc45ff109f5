#pragma once

#include <string>
#include <vector>

#include "agent/catalog/apply_outcome.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// Rows as text, with their indexes.
std::string render(const NodeRow& row);
std::string render(const ServiceRow& row);
std::string render(const CheckRow& row);
std::string render(const KvRow& row);
std::string render(const SessionRow& row);
std::string render(const AutopilotRow& row);
std::string render(const PreparedQueryRow& row);
std::string render(const TransactionRow& row);
std::string render(const ConfigEntryRow& row);

// Everything that the answer to a watched query is made of.
std::string render(const View& view, const Watch& watch);

std::string render(const Watch& watch);

}  // namespace weft::agent
