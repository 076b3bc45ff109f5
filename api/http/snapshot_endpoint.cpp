#include <chrono>

#include "api/http/endpoints.hpp"
#include "api/http/large_body.hpp"
#include "api/http/write_answers.hpp"

namespace weft::api {
namespace {

Response head_of(const SavedSnapshot& saved, const LeaderContact& contact) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(contact.age).count();
    Response head;
    head.content_type = "application/x-gzip";
    head.headers = {{"X-Consul-Index", std::to_string(saved.index.get())},
                    {"X-Consul-KnownLeader", contact.known ? "true" : "false"},
                    {"X-Consul-LastContact", std::to_string(age)}};
    return head;
}

WorkerOutcome save(const Endpoints& endpoints, const Request& request) {
    if (auto refusal = refuse_foreign(request, endpoints.facts)) return std::move(*refusal);
    const LeaderContact contact = endpoints.catalog.leader_contact();
    if (!contact.known && !request.has("stale")) return Response::text(500, "No cluster leader");
    auto saved = endpoints.snapshots.save();
    if (!saved) return Response::too_many(Refusal::Snapshots, saved.error().message());
    Response head = head_of(saved.value(), contact);
    return Download{std::move(head), std::move(saved.value().body)};
}

// 429: it may be tried again.
Response refusal_of(const Error& error) {
    if (error.code == Errc::Unavailable)
        return Response::too_many(Refusal::Snapshots, error.message());
    return Response::text(500, error.message());
}

void restore(const Endpoints& endpoints, const std::shared_ptr<const Request>& request,
             Respond respond) {
    if (auto refusal = refuse_foreign(*request, endpoints.facts)) return respond(*refusal);
    std::shared_ptr<const std::string> file(request, &request->body);
    endpoints.snapshots.restore(
        std::move(file), [respond = std::move(respond)](Result<RestoredSnapshot> restored) {
            if (!restored) return respond(refusal_of(restored.error()));
            Response response = Response::empty();
            if (const std::uint64_t skipped = restored.value().skipped; skipped > 0)
                response.headers.emplace_back("X-Weft-Rows-Skipped", std::to_string(skipped));
            respond(std::move(response));
        });
}

}  // namespace

void add_snapshot_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const WorkerHandler get = [endpoints](const Request& request) {
        return save(*endpoints, request);
    };
    const AsyncHandler put = [endpoints](std::shared_ptr<const Request> request, Respond respond) {
        restore(*endpoints, request, std::move(respond));
    };
    routes.push_back({std::string(kLargeBodyPath), {{"GET", get}, {"PUT", put}}, {}});
}

}  // namespace weft::api
