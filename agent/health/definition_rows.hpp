#pragma once

#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"

// From what users define to what the catalog holds.
namespace weft::agent {

// Fills in the tagged addresses that follow from an IP address of the service (lan_ipv4, wan_ipv4,
// ..), as Consul does.
ServiceRow to_service_row(const ServiceDefinition& definition, const SharedText& node);

// The service's checks with the ids and names that Consul generates ("service:<id>",
// "service:<id>:<n>").
std::vector<CheckDefinition> named_checks(const ServiceDefinition& definition);

// service: the one that the check belongs to, or null. The status is the definition's initial one.
CheckRow to_check_row(const CheckDefinition& definition, const ServiceRow* service,
                      const SharedText& node);

// "passing", "warning", "critical"; anything else is Critical.
Status parse_status(std::string_view text);

}  // namespace weft::agent
