#include <string>

#include "api/http/endpoints.hpp"
#include "api/http/refusal_routes.hpp"

// The endpoints of features that come with later versions. Their paths and methods are known, so
// that a wrong method or OPTIONS is answered as ever, and a right one says which feature is
// missing.
namespace weft::api {
namespace {

void add_feature(std::vector<Route>& routes, std::string_view feature,
                 std::initializer_list<RefusedPath> paths) {
    add_refusals(routes, 501, std::string(feature) + " not in this version of weft", paths);
}

void add_mesh(std::vector<Route>& routes) {
    add_feature(routes, "The certificate authority of the service mesh is",
                {{"/v1/connect/ca/configuration", "GET PUT"},
                 {"/v1/connect/ca/roots", "GET"},
                 {"/v1/agent/connect/ca/roots", "GET"},
                 {"/v1/agent/connect/ca/leaf/", "GET"}});
    add_feature(routes, "Intentions are",
                {{"/v1/connect/intentions", "GET POST"},
                 {"/v1/connect/intentions/match", "GET"},
                 {"/v1/connect/intentions/check", "GET"},
                 {"/v1/connect/intentions/", "GET PUT DELETE"},
                 {"/v1/agent/connect/authorize", "POST"}});
}

}  // namespace

void add_later_feature_routes(std::vector<Route>& routes) {
    add_mesh(routes);
    add_feature(routes, "The overview of gateways is",
                {{"/v1/internal/ui/gateway-services-nodes/", "GET"},
                 {"/v1/internal/ui/gateway-intentions/", "GET"}});
}

}  // namespace weft::api
