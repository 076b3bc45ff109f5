#include "api/http/catalog_body.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/write_answers.hpp"

// PUT /v1/catalog/register and deregister: rows written as they come. What is registered here is
// never checked or run by the agent.
namespace weft::api {
namespace {

void commit(const Endpoints& endpoints, const std::string& datacenter, agent::Command command,
            Respond respond) {
    if (!datacenter.empty() && datacenter != endpoints.facts.datacenter) {
        return respond(Response::text(500, "No path to datacenter"));
    }
    endpoints.writer.write(std::move(command), [respond = std::move(respond)](
                                                   const Result<Written>& written) {
        respond(written ? Response::json("true") : Response::text(500, written.error().message()));
    });
}

template <class Read>
AsyncHandler handler(EndpointsPtr endpoints, Read read) {
    return [endpoints = std::move(endpoints), read](std::shared_ptr<const Request> request,
                                                    Respond respond) {
        if (auto refusal = refused_namespace(*request)) return respond(std::move(*refusal));
        auto body = read(request->body);
        if (!body) return respond(refused_body(body.error(), *request));
        // The body's own datacenter counts before the parameter, as in Consul.
        std::string datacenter = std::move(body.value().datacenter);
        if (datacenter.empty()) datacenter = request->parameter("dc").value_or("");
        commit(*endpoints, datacenter, std::move(body.value().command), std::move(respond));
    };
}

}  // namespace

void add_catalog_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back(
        {"/v1/catalog/register", {{"PUT", handler(endpoints, read_catalog_register_body)}}, {}});
    routes.push_back({"/v1/catalog/deregister",
                      {{"PUT", handler(endpoints, read_catalog_deregister_body)}},
                      {}});
}

}  // namespace weft::api
