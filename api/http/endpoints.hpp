#pragma once

#include <memory>
#include <vector>

#include "api/http/routes.hpp"

// The groups of routes that make_routes() collects; each stands in <group>_endpoint.cpp.
namespace weft::api {

using EndpointsPtr = std::shared_ptr<const Endpoints>;

void add_catalog_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_catalog_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_config_entry_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_discovery_chain_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_health_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_kv_routes(std::vector<Route>& routes);
void add_kv_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_session_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_prepared_query_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_prepared_query_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_txn_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_snapshot_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_agent_service_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_agent_check_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_agent_health_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_agent_info_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_member_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_event_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_coordinate_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_keyring_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_ui_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_usage_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_federation_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_status_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_operator_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_autopilot_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints);
void add_acl_routes(std::vector<Route>& routes);
void add_later_feature_routes(std::vector<Route>& routes);

}  // namespace weft::api
