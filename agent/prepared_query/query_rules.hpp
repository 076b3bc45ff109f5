#pragma once

#include <cstddef>
#include <optional>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// Of all texts of a query together, and of what a template makes of them.
inline constexpr std::size_t kMaxQueryTextBytes = 64 * 1024;
// Tags, check ids, datacenters and the like of one query: each is more than its bytes.
inline constexpr std::size_t kMaxQueryTexts = 1024;
// In the regexp of a template.
inline constexpr int kMaxTemplateGroups = 32;

// What must hold of a query by itself, before it is proposed; what it must not have in common with
// others is the catalog's to refuse. The error's context is Consul's text.
Result<void> check_query(const PreparedQueryRow& row);

// Nothing when the query has none of its own.
std::optional<Duration> dns_ttl(const PreparedQueryRow& row);

}  // namespace weft::agent
