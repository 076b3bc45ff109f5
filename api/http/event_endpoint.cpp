#include <charconv>

#include "agent/base/base64.hpp"
#include "agent/base/go_regex.hpp"
#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/index_watch.hpp"

// /v1/event/*: user events.
namespace weft::api {
namespace {

constexpr std::int64_t kFilterBytes = 1 << 20;     // that a compiled expression may take
constexpr std::size_t kFilterLengthMax = 1 << 10;  // longer ones no agent looks at

void write_event(JsonWriter& writer, const UserEvent& event) {
    writer.begin_object();
    writer.field("ID", event.id);
    writer.field("Name", event.name);
    if (event.payload.empty()) {
        writer.null_field("Payload");
    } else {
        writer.field("Payload", base64(event.payload));
    }
    writer.field("NodeFilter", event.node_filter);
    writer.field("ServiceFilter", event.service_filter);
    writer.field("TagFilter", event.tag_filter);
    writer.field("Version", event.version);
    writer.field("LTime", event.time);
    writer.end_object();
}

std::optional<Response> refused_filter(std::string_view which, const std::string& expression) {
    if (expression.empty()) return std::nullopt;
    if (expression.size() > kFilterLengthMax)
        return Response::text(400, "The " + std::string(which) + " filter is longer than " +
                                       std::to_string(kFilterLengthMax) + " bytes");
    const auto compiled = compile_go_regex(expression, kFilterBytes);
    if (compiled) return std::nullopt;
    return Response::text(500,
                          "Invalid " + std::string(which) + " filter: " + compiled.error().context);
}

ReadBody<UserEvent> read_event(const Request& request, const AgentFacts& facts) {
    if (request.rest.empty()) return Response::text(400, "Missing name");
    UserEvent event;
    event.name = request.rest;
    event.payload = request.body;
    event.node_filter = request.parameter("node").value_or("");
    event.service_filter = request.parameter("service").value_or("");
    event.tag_filter = request.parameter("tag").value_or("");
    if (!event.tag_filter.empty() && event.service_filter.empty())
        return Response::text(500, "Cannot provide tag filter without service filter");
    if (auto refusal = refused_filter("node", event.node_filter)) return std::move(*refusal);
    if (auto refusal = refused_filter("service", event.service_filter)) return std::move(*refusal);
    if (auto refusal = refused_filter("tag", event.tag_filter)) return std::move(*refusal);
    const std::string_view datacenter = request.parameter("dc").value_or("");
    if (!datacenter.empty() && datacenter != facts.datacenter)
        return Response::text(500, "No path to datacenter");
    return event;
}

// Answers with the event as it was sent: the time is that of the ring's clock when it arrives.
void fire(const Endpoints& endpoints, const UserEvent& event, Respond respond) {
    const auto answer = [respond = std::move(respond),
                         sent = event](const Result<std::string>& id) {
        if (!id) {
            if (id.error().code == make_error_code(Errc::Unsupported))
                return respond(failure(id.error()));
            return respond(Response::text(
                500, "1 error occurred:\n\t* error broadcasting event to segment \"\": " +
                         id.error().message() + "\n\n"));
        }
        UserEvent fired = sent;
        fired.id = id.value();
        std::string body;
        JsonWriter writer(body);
        write_event(writer, fired);
        respond(Response::json(std::move(body)));
    };
    endpoints.ring.fire_event(event, answer);
}

// Not rising, but another for every event: both halves of the last one's random UUID.
std::uint64_t index_of(const UserEvent& event) {
    std::string digits = event.id;
    std::erase(digits, '-');
    if (digits.size() != 32) return 1;
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::from_chars(digits.data(), digits.data() + 16, high, 16);
    std::from_chars(digits.data() + 16, digits.data() + 32, low, 16);
    return std::max<std::uint64_t>(high ^ low, 1);
}

std::uint64_t list_index(const Ring& ring, const std::string& name) {
    const std::vector<UserEvent>& events = ring.events();
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        if (name.empty() || event->name == name) return index_of(*event);
    }
    return 1;
}

Response list(const Ring& ring, const std::string& name) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const UserEvent& event : ring.events()) {
        if (name.empty() || event.name == name) write_event(writer, event);
    }
    writer.end_array();
    return Response::json(std::move(body));
}

AsyncHandler fire_handler(const EndpointsPtr& endpoints) {
    return [endpoints](std::shared_ptr<const Request> request, Respond respond) {
        ReadBody<UserEvent> read = read_event(*request, endpoints->facts);
        if (auto* refusal = std::get_if<Response>(&read)) return respond(std::move(*refusal));
        on_control(*endpoints, std::move(respond),
                   [endpoints, event = std::get<UserEvent>(std::move(read))](Respond answer) {
                       fire(*endpoints, event, std::move(answer));
                   });
    };
}

}  // namespace

void add_event_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto watch =
        IndexWatch::make(endpoints->timers, IndexWatch::Order::Hash, endpoints->seed + 1);
    endpoints->ring.on_event([weak = std::weak_ptr(watch)] {
        if (const auto alive = weak.lock()) alive->changed();
    });
    routes.push_back({"/v1/event/fire/", {{"PUT", fire_handler(endpoints)}}, {}});
    routes.push_back(
        {"/v1/event/list",
         {{"GET", ControlHandler{[endpoints, watch](std::shared_ptr<const Request> request,
                                                    Respond respond) {
               const std::string name(request->parameter("name").value_or(""));
               watch->answer(
                   std::move(request),
                   {.index = [endpoints, name] { return list_index(endpoints->ring, name); },
                    .response = [endpoints, name] { return list(endpoints->ring, name); }},
                   std::move(respond));
           }}}},
         {}});
}

}  // namespace weft::api
