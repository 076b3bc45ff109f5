#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "agent/catalog/coordinates.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// The query that an id or a name means, templates rendered. Errc::NotFound with Consul's text when
// there is none.
Result<PreparedQueryRow> resolve_query(const View& view, std::string_view id_or_name);

// An instance that a query gives.
struct QueriedInstance {
    Instance instance;
    Status status = Status::Passing;  // the worst of the checks that the query doesn't ignore
};

enum class QueriedInstances { AsStored, Connect };

// The instances that the query allows, by node. Who is not there is left out, as by a critical
// check, unless the query ignores the check that would say so (serfHealth).
std::vector<QueriedInstance> find_instances(const View& view, const QueryService& service,
                                            QueriedInstances which);

// Who asks.
struct QuerySource {
    std::string near;        // of the request: goes before the query's own; empty: none
    std::string agent_node;  // what "_agent" means
    std::string address;     // of the client: what "_ip" means
};

// The node whose neighbours come first; empty: none. "_ip" is the first node with that address.
std::string near_node(const View& view, const QueryService& service, const QuerySource& source);

// In random order or, with a near node, that one first, then the others by their distance.
void order_instances(std::vector<QueriedInstance>& instances, std::string_view near,
                     const Coordinates& places, Rng& rng);

}  // namespace weft::agent
