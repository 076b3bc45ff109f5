#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/cli/table.hpp"

// What the commands about the gossip ring make of the agent's answers. Pure.
namespace weft::agent {

// The members whose status ("alive", "failed", ..) the expression matches, servers first, then by
// name. Errc::InvalidArgument for an expression (RE2) that is none.
Result<boost::json::array> chosen_members(const boost::json::value& members,
                                          const std::string& status);

// As `consul members` prints them; detailed: with all tags instead of the columns made of them.
std::string members_table(const boost::json::array& members, bool detailed,
                          EmptyCell empty = EmptyCell::Dash);

// The nodes of GET coordinate/datacenters as those of coordinate/nodes, named "node.datacenter".
boost::json::value nodes_of_datacenters(const boost::json::value& datacenters);

// Estimated time of a message and its answer between two nodes of GET coordinate/nodes, in
// milliseconds. Errc::NotFound names the one without a coordinate.
Result<double> round_trip_ms(const boost::json::value& nodes, std::string_view a,
                             std::string_view b);

// The keys of each pool, or only those that encrypt, and how many of its nodes have them.
std::string keys_text(const boost::json::value& pools, bool primary_only = false);

// Who answered, of GET internal/weft/reachability.
struct ReachabilityText {
    std::string text;
    bool all = false;  // nobody was missing
};
ReachabilityText reachability_text(const boost::json::value& found);

}  // namespace weft::agent
