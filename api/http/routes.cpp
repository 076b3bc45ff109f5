#include "api/http/routes.hpp"

#include "api/http/endpoints.hpp"

namespace weft::api {

std::vector<Route> make_routes(const Endpoints& endpoints) {
    const auto shared = std::make_shared<const Endpoints>(endpoints);
    std::vector<Route> routes;
    add_catalog_routes(routes, shared);
    add_catalog_write_routes(routes, shared);
    add_config_entry_routes(routes, shared);
    add_discovery_chain_routes(routes, shared);
    add_health_routes(routes, shared);
    add_kv_routes(routes);
    add_kv_write_routes(routes, shared);
    add_session_routes(routes, shared);
    add_prepared_query_routes(routes, shared);
    add_prepared_query_write_routes(routes, shared);
    add_txn_routes(routes, shared);
    add_snapshot_routes(routes, shared);
    add_agent_service_routes(routes, shared);
    add_agent_check_routes(routes, shared);
    add_agent_health_routes(routes, shared);
    add_agent_info_routes(routes, shared);
    add_member_routes(routes, shared);
    add_event_routes(routes, shared);
    add_coordinate_routes(routes, shared);
    add_keyring_routes(routes, shared);
    add_status_routes(routes, shared);
    add_operator_routes(routes, shared);
    add_autopilot_routes(routes, shared);
    add_usage_routes(routes, shared);
    add_ui_routes(routes, shared);
    add_federation_routes(routes, shared);
    add_acl_routes(routes);
    add_later_feature_routes(routes);
    for (Route& route : routes) {
        if (route.metric_name.empty()) route.metric_name = route.pattern;
    }
    return routes;
}

}  // namespace weft::api
