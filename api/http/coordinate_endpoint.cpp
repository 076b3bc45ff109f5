#include <algorithm>
#include <chrono>
#include <cmath>

#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/index_watch.hpp"
#include "api/http/json_decode.hpp"
#include "api/http/write_answers.hpp"

// /v1/coordinate/*: where nodes are in the network's space. The ring measures its members; others
// report what they measured of nodes outside of it.
namespace weft::api {
namespace body {

using agent::FieldNames;

struct CoordinateBody {
    std::vector<double> vector;
    double error = 0, adjustment = 0, height = 0;
};

template <class Reader>
void read_fields(Reader& read, CoordinateBody& coordinate) {
    read(FieldNames{"Vec", {}}, coordinate.vector);
    read(FieldNames{"Error", {}}, coordinate.error);
    read(FieldNames{"Adjustment", {}}, coordinate.adjustment);
    read(FieldNames{"Height", {}}, coordinate.height);
}

struct UpdateBody {
    std::string datacenter, node, segment;
    std::optional<CoordinateBody> coordinate;
};

template <class Reader>
void read_fields(Reader& read, UpdateBody& update) {
    read(FieldNames{"Datacenter", {}}, update.datacenter);
    read(FieldNames{"Node", {}}, update.node);
    read(FieldNames{"Segment", {}}, update.segment);
    read(FieldNames{"Coord", {}}, update.coordinate);
}

}  // namespace body

namespace {

void write_coordinate(JsonWriter& writer, const NodeCoordinate& known) {
    writer.begin_object();
    writer.field("Node", known.node);
    writer.field("Segment", "");
    writer.key("Coord");
    writer.begin_object();
    writer.key("Vec");
    writer.begin_array();
    for (const double component : known.coordinate.vector) writer.value(component);
    writer.end_array();
    writer.field("Error", known.coordinate.error);
    writer.field("Adjustment", known.coordinate.adjustment);
    writer.field("Height", known.coordinate.height);
    writer.end_object();
    writer.end_object();
}

bool is_foreign(const AgentFacts& facts, std::string_view datacenter) {
    return !datacenter.empty() && datacenter != facts.datacenter;
}

// What the answers of Consul's catalog say of their leader.
Response with_leader(Response response, bool known) {
    response.headers.emplace_back("X-Consul-Knownleader", known ? "true" : "false");
    response.headers.emplace_back("X-Consul-Lastcontact", "0");
    return response;
}

// There are no segments but the one without a name.
bool is_other_segment(const Request& request) {
    return !request.parameter("segment").value_or("").empty();
}

Response all_coordinates(const Endpoints& endpoints, const Request& request) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    if (!is_other_segment(request)) {
        for (const NodeCoordinate& known : endpoints.ring.coordinates()->nodes)
            write_coordinate(writer, known);
    }
    writer.end_array();
    return with_leader(Response::json(std::move(body)),
                       !endpoints.control.leader_address().empty());
}

Response coordinate_of_node(const Endpoints& endpoints, const Request& request) {
    const CoordinatesPtr all = endpoints.ring.coordinates();
    const NodeCoordinate* found = all->entry(request.rest);
    if (!found || is_other_segment(request)) return Response::empty(404);
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    write_coordinate(writer, *found);
    writer.end_array();
    return with_leader(Response::json(std::move(body)),
                       !endpoints.control.leader_address().empty());
}

// The servers of each datacenter, of which there is one.
Response datacenters(const Endpoints& endpoints) {
    const CoordinatesPtr all = endpoints.ring.coordinates();
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    writer.begin_object();
    writer.field("Datacenter", endpoints.facts.datacenter);
    writer.field("AreaID", "wan");
    writer.key("Coordinates");
    writer.begin_array();
    for (const Member& member : endpoints.ring.members()) {
        const bool server =
            std::find(member.tags.begin(), member.tags.end(),
                      std::pair<std::string, std::string>("role", "consul")) != member.tags.end();
        const NodeCoordinate* found = all->entry(member.name);
        if (server && found) write_coordinate(writer, *found);
    }
    writer.end_array();
    writer.end_object();
    writer.end_array();
    return Response::json(std::move(body));
}

using Update = NodeCoordinate;

ReadBody<Update> read_update(const Request& request, const AgentFacts& facts) {
    body::UpdateBody body;
    BodyFault fault;
    if (auto decoded = decode_body(request.body, "CoordinateUpdateRequest", body, fault);
        !decoded) {
        return refused_body(400, "Request decode failed: " + decoded.error().message(), fault,
                            request);
    }
    if (const auto given = request.parameter("dc")) body.datacenter = *given;
    if (is_foreign(facts, body.datacenter)) return Response::text(500, "No path to datacenter");
    if (!body.segment.empty()) {
        return Response::text(500, "Network segments are not supported in this version of Consul");
    }
    if (!body.coordinate || body.coordinate->vector.size() != Coordinate::kDimensions)
        return Response::text(500, "incompatible coordinate");
    Update update;
    update.node = std::move(body.node);
    Coordinate& coordinate = update.coordinate;
    std::copy(body.coordinate->vector.begin(), body.coordinate->vector.end(),
              coordinate.vector.begin());
    coordinate.error = body.coordinate->error;
    coordinate.adjustment = body.coordinate->adjustment;
    coordinate.height = body.coordinate->height;
    const auto finite = [](double number) { return std::isfinite(number); };
    if (!std::all_of(coordinate.vector.begin(), coordinate.vector.end(), finite) ||
        !finite(coordinate.error) || !finite(coordinate.adjustment) || !finite(coordinate.height))
        return Response::text(500, "invalid coordinate");
    return update;
}

// Publishes what was reported, so many reports at once as came since the last time.
class Batch : public std::enable_shared_from_this<Batch> {
public:
    static constexpr Duration kPause = std::chrono::seconds(1);

    void begin(const EndpointsPtr& endpoints) {
        if (std::exchange(is_due_, true)) return;
        endpoints->timers.call_after(kPause, [endpoints, batch = shared_from_this()] {
            batch->is_due_ = false;
            endpoints->ring.publish_coordinates();
        });
    }

private:
    bool is_due_ = false;
};

AsyncHandler update_handler(const EndpointsPtr& endpoints) {
    const auto batch = std::make_shared<Batch>();
    return [endpoints, batch](std::shared_ptr<const Request> request, Respond respond) {
        ReadBody<Update> read = read_update(*request, endpoints->facts);
        if (auto* refusal = std::get_if<Response>(&read)) return respond(std::move(*refusal));
        on_control(*endpoints, std::move(respond),
                   [endpoints, batch, update = std::get<Update>(std::move(read))](Respond answer) {
                       endpoints->ring.set_coordinate(update.node, update.coordinate,
                                                      empty_or_failure(std::move(answer)));
                       batch->begin(endpoints);
                   });
    };
}

// A read that may wait for the next change of any coordinate.
ControlHandler watched(const EndpointsPtr& endpoints, const std::shared_ptr<IndexWatch>& watch,
                       Response (*answer)(const Endpoints&, const Request&)) {
    return {[=](std::shared_ptr<const Request> request, Respond respond) {
        if (is_foreign(endpoints->facts, request->parameter("dc").value_or(""))) {
            Response refusal = with_leader(Response::text(500, "No path to datacenter"), false);
            refusal.headers.emplace_back("X-Consul-Index", "1");
            return respond(std::move(refusal));
        }
        watch->answer(
            request,
            {.index = [endpoints] { return endpoints->ring.coordinates()->index; },
             .response = [endpoints, request, answer] { return answer(*endpoints, *request); }},
            std::move(respond));
    }};
}

}  // namespace

void add_coordinate_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto watch =
        IndexWatch::make(endpoints->timers, IndexWatch::Order::Rising, endpoints->seed + 2);
    endpoints->ring.on_coordinates([weak = std::weak_ptr(watch)] {
        if (const auto alive = weak.lock()) alive->changed();
    });
    routes.push_back(
        {"/v1/coordinate/datacenters",
         {{"GET", answer_with([endpoints](const Request&) { return datacenters(*endpoints); })}},
         {}});
    routes.push_back(
        {"/v1/coordinate/nodes", {{"GET", watched(endpoints, watch, all_coordinates)}}, {}});
    routes.push_back(
        {"/v1/coordinate/node/", {{"GET", watched(endpoints, watch, coordinate_of_node)}}, {}});
    routes.push_back({"/v1/coordinate/update", {{"PUT", update_handler(endpoints)}}, {}});
}

}  // namespace weft::api
