#include <utility>

#include "agent/base/uuid.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"
#include "api/http/selectors.hpp"
#include "api/http/session_body.hpp"
#include "api/http/write_answers.hpp"

// /v1/session/*: sessions, which hold locks for as long as they live.
namespace weft::api {
namespace {

using agent::SessionRow;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerSession = 256;  // a guess, to allocate once

std::string render(const std::vector<const SessionRow*>& rows) {
    return json_list(rows, kBytesPerSession, [](JsonWriter& writer, const SessionRow* row) {
        write_session(writer, *row);
    });
}

CatalogQuery query_of(agent::Watch watch, std::string cache_key) {
    CatalogQuery query;
    query.watch = std::move(watch);
    query.cache_key = std::move(cache_key);
    query.shows_consistency = false;
    return query;
}

WorkerOutcome list(const Request&) {
    CatalogQuery query = query_of({WatchKind::Sessions, {}}, "session/list");
    query.render = [](const View& view) -> Result<std::string> { return render(view.sessions()); };
    return query;
}

WorkerOutcome of_node(const Request& request) {
    if (request.rest.empty()) return Response::text(400, "Missing node name");
    CatalogQuery query =
        query_of(watch_of(WatchKind::NodeSessions, request.rest), "session/node " + request.rest);
    query.render = [node = request.rest](const View& view) -> Result<std::string> {
        return render(view.sessions_of_node(node));
    };
    return query;
}

Response missing_session() {
    return Response::text(400, "Missing session");
}

WorkerOutcome info(const Request& request) {
    if (request.rest.empty()) return missing_session();
    CatalogQuery query =
        query_of(watch_of(WatchKind::Session, request.rest), "session/info " + request.rest);
    query.render = [id = request.rest](const View& view) -> Result<std::string> {
        if (auto error = agent::check_session_id(id)) return *error;
        const SessionRow* row = view.session(id);
        return row ? render({row}) : "[]";
    };
    return query;
}

// Ids are made here: what the log holds is the same on every replica.
void create(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    auto row = read_session_body(request.body, endpoints->facts.node_name,
                                 endpoints->limits.session_ttl_min);
    if (!row) return respond(refused_body(row.error(), request));
    std::string id = random_uuid();
    row.value().id = id;
    endpoints->writer.write(agent::SessionCreateCommand{std::move(row).value()},
                            answer_id(std::move(id), std::move(respond)));
}

// How a request about one session is refused before anybody looks for it.
std::optional<Response> refuse(const Endpoints& endpoints, const Request& request) {
    if (request.rest.empty()) return missing_session();
    if (auto refusal = refuse_foreign(request, endpoints.facts)) return refusal;
    if (const auto error = agent::check_session_id(request.rest))
        return Response::text(500, error->message());
    return std::nullopt;
}

void destroy(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refuse(*endpoints, request)) return respond(*refusal);
    auto answer = [respond = std::move(respond)](const Result<Written>& written) {
        respond(written ? Response::json("true") : Response::text(500, written.error().message()));
    };
    endpoints->writer.write(agent::SessionDestroyCommand{request.rest, {}}, std::move(answer));
}

void renew(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    if (auto refusal = refuse(*endpoints, request)) return respond(*refusal);
    on_control(*endpoints, std::move(respond), [endpoints, id = request.rest](Respond answer) {
        const View view = endpoints->catalog.view();
        const SessionRow* row = view.session(id);
        if (!row || !endpoints->sessions.renew(id))
            return answer(Response::text(404, "Session id '" + id + "' not found"));
        answer(Response::json(render({row})));
    });
}

}  // namespace

void add_session_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto get = [&](std::string pattern, WorkerOutcome (*read)(const Request&)) {
        routes.push_back({std::move(pattern), {{"GET", WorkerHandler(read)}}, {}});
    };
    const auto put = [&](std::string pattern, auto write) {
        routes.push_back({std::move(pattern), {{"PUT", write_handler(endpoints, write)}}, {}});
    };
    put("/v1/session/create", create);
    put("/v1/session/destroy/", destroy);
    put("/v1/session/renew/", renew);
    get("/v1/session/info/", info);
    get("/v1/session/node/", of_node);
    get("/v1/session/list", list);
}

}  // namespace weft::api
