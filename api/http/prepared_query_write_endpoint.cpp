#include <fmt/format.h>

#include <utility>

#include "agent/base/uuid.hpp"
#include "agent/prepared_query/query_rules.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/prepared_query_body.hpp"
#include "api/http/prepared_query_path.hpp"
#include "api/http/write_answers.hpp"

// POST /v1/query, PUT and DELETE /v1/query/:id.
namespace weft::api {
namespace {

using agent::PreparedQueryCommand;
using agent::PreparedQueryRow;
using agent::PreparedQueryVerb;

// Ids are made here: what the log holds is the same on every replica.
void create(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    auto body = read_prepared_query_body(request.body);
    if (!body) return respond(refused_body(body.error(), request));
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    PreparedQueryRow row = std::move(body).value();
    if (!row.id.empty()) {
        return respond(Response::text(500, "ID must be empty when creating a new prepared query"));
    }
    if (auto valid = agent::check_query(row); !valid)
        return respond(Response::text(500, valid.error().message()));
    std::string id = random_uuid();
    row.id = id;
    endpoints->writer.write(PreparedQueryCommand{PreparedQueryVerb::Create, std::move(row)},
                            answer_id(std::move(id), std::move(respond)));
}

// Of a query that cannot be there, before anybody looks at what is to become of it.
std::optional<Response> refuse_unknown(const Endpoints& endpoints, const std::string& id) {
    if (const auto error = agent::check_prepared_query_id(id))
        return Response::text(500, "Prepared Query lookup failed: " + error->message());
    if (endpoints.catalog.view().prepared_query(id)) return std::nullopt;
    return Response::text(500, fmt::format("Cannot modify non-existent prepared query: '{}'", id));
}

Writer::Done answer_empty(Respond respond) {
    return [respond = std::move(respond)](const Result<Written>& written) {
        respond(written ? Response::empty() : Response::text(500, written.error().message()));
    };
}

void update(const EndpointsPtr& endpoints, const Request& request, const std::string& id,
            Respond respond) {
    PreparedQueryRow row;
    if (!request.body.empty()) {
        auto body = read_prepared_query_body(request.body);
        if (!body) return respond(refused_body(body.error(), request));
        row = std::move(body).value();
    }
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    if (auto refusal = refuse_unknown(*endpoints, id)) return respond(*refusal);
    if (auto valid = agent::check_query(row); !valid)
        return respond(Response::text(500, valid.error().message()));
    row.id = id;
    endpoints->writer.write(PreparedQueryCommand{PreparedQueryVerb::Update, std::move(row)},
                            answer_empty(std::move(respond)));
}

void remove(const EndpointsPtr& endpoints, const Request& request, const std::string& id,
            Respond respond) {
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    if (auto refusal = refuse_unknown(*endpoints, id)) return respond(*refusal);
    PreparedQueryCommand command{PreparedQueryVerb::Delete, {}};
    command.query.id = id;
    endpoints->writer.write(std::move(command), answer_empty(std::move(respond)));
}

// Of the query itself only.
template <class Write>
AsyncHandler handler(const EndpointsPtr& endpoints, Write write) {
    return write_handler(
        endpoints, [write](const EndpointsPtr& given, const Request& request, Respond respond) {
            const QueryPath path = query_path(request);
            if (path.action != QueryAction::Itself) return respond(wrong_query_method(request));
            write(given, request, path.id, std::move(respond));
        });
}

}  // namespace

void add_prepared_query_write_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back({"/v1/query", {{"POST", write_handler(endpoints, create)}}, {}});
    routes.push_back({"/v1/query/",
                      {{"PUT", handler(endpoints, update)}, {"DELETE", handler(endpoints, remove)}},
                      {}});
}

}  // namespace weft::api
