#pragma once

#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

// The query that a template makes of the name that was asked for: the texts of its service with
//
//   ${name.full}    the name            ${name.suffix}    what follows the template's own name
//   ${name.prefix}  the template's own  ${match(N)}       group N of the regexp; empty: none
//   ${agent.segment}                    $$                a dollar sign
//
// replaced. There are no segments here: theirs is empty. The suffix of a name whose beginning
// differs in case is the whole name, as in Consul. Nothing else of Consul's language is known: the
// error tells what is wrong, and where.
Result<PreparedQueryRow> render_template(const PreparedQueryRow& row, std::string_view name);

}  // namespace weft::agent
