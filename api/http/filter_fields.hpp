#pragma once

#include <string_view>
#include <vector>

#include "agent/catalog/rows.hpp"
#include "api/http/filter.hpp"

// What each endpoint lets filters select: records to point Filter::matches() at, and their field
// sets.
namespace weft::api {

struct NodeRecord {
    const agent::NodeRow* node;
    std::string_view datacenter;
};

struct CatalogServiceRecord {
    NodeRecord node;
    const agent::ServiceRow* service;
};

struct NodeOverviewRecord {
    NodeRecord node;  // its datacenter is not selected
    const std::vector<const agent::ServiceRow*>* services;
    const std::vector<const agent::CheckRow*>* checks;
};

struct InstanceRecord {
    NodeRecord node;
    const agent::ServiceRow* service;
    const std::vector<const agent::CheckRow*>* checks;
};

const FieldSet& node_fields();             // NodeRecord: catalog/nodes
const FieldSet& node_overview_fields();    // NodeOverviewRecord: internal/ui/nodes
const FieldSet& catalog_service_fields();  // CatalogServiceRecord: catalog/service, catalog/connect
const FieldSet&
service_fields();  // agent::ServiceRow: catalog/node, catalog/node-services, agent/services
const FieldSet& check_fields();     // agent::CheckRow: health/node, checks, state, agent/checks
const FieldSet& instance_fields();  // InstanceRecord: health/service, health/connect

}  // namespace weft::api
