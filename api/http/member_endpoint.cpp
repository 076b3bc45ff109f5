#include <fmt/format.h>

#include <algorithm>

#include "agent/base/json_writer.hpp"
#include "api/http/agent_answers.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"

// Who is in the ring, and how others get in and out: /v1/agent/members, join, force-leave, and
// weft's own /v1/internal/weft/reachability.
namespace weft::api {
namespace {

constexpr std::string_view kNoWan =
    "The pool of several datacenters (wan) is not in this version of weft";

bool asks_for_wan(const Request& request) {
    return !request.parameter("wan").value_or("").empty();
}

bool is_server(const Member& member) {
    return std::any_of(member.tags.begin(), member.tags.end(), [](const auto& tag) {
        return tag.first == "role" && tag.second == "consul";
    });
}

// In the WAN pool there are servers only, and each has its datacenter in its name.
Response members(const Endpoints& endpoints, const Request& request) {
    const std::string_view segment = request.parameter("segment").value_or("");
    if (!segment.empty() && segment != "_all") {
        return Response::text(500, "Network segments are not supported in this version of Consul");
    }
    const bool wan = asks_for_wan(request);
    std::string body;
    JsonWriter writer(body);
    writer.begin_array();
    for (const Member& member : endpoints.ring.members()) {
        if (wan && !is_server(member)) continue;
        write_member(writer, member,
                     wan ? member.name + "." + endpoints.facts.datacenter : member.name);
    }
    writer.end_array();
    return Response::json(std::move(body));
}

// As Go's multierror lists them.
std::string join_errors(const JoinOutcome& outcome) {
    const std::size_t count = outcome.failures.size();
    std::string text = count == 1 ? "1 error occurred:" : fmt::format("{} errors occurred:", count);
    for (const auto& [address, why] : outcome.failures)
        text += fmt::format("\n\t* Failed to join {}: {}", address, why);
    return text + "\n\n";
}

void join(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (asks_for_wan(request)) return respond(Response::text(501, std::string(kNoWan)));
    if (request.rest.empty()) return respond(Response::text(400, "Missing address to join"));
    endpoints.ring.join(
        {request.rest}, [respond = std::move(respond)](const Result<JoinOutcome>& outcome) {
            if (!outcome) return respond(failure(outcome.error()));
            const bool joined = outcome.value().joined > 0 || outcome.value().failures.empty();
            respond(joined ? Response::empty() : Response::text(500, join_errors(outcome.value())));
        });
}

void force_leave(const Endpoints& endpoints, const Request& request, Respond respond) {
    if (asks_for_wan(request)) return respond(Response::text(501, std::string(kNoWan)));
    endpoints.ring.force_leave(
        request.rest, request.has("prune"),
        [respond = std::move(respond), name = request.rest](const Result<void>& result) {
            if (!result && result.error().code == make_error_code(Errc::NotFound)) {
                return respond(
                    Response::text(500, "agent: No node found with name '" + name + "'"));
            }
            respond(result ? Response::empty() : failure(result.error()));
        });
}

void write_names(JsonWriter& writer, std::string_view key, const std::vector<std::string>& names) {
    writer.key(key);
    writer.begin_array();
    for (const std::string& name : names) writer.value(name);
    writer.end_array();
}

void reachability(const Endpoints& endpoints, Respond respond) {
    endpoints.ring.reachability([respond = std::move(respond)](const Result<Reachability>& found) {
        if (!found) return respond(failure(found.error()));
        std::string body;
        JsonWriter writer(body);
        writer.begin_object();
        write_names(writer, "Answered", found.value().answered);
        write_names(writer, "Missing", found.value().missing);
        writer.end_object();
        respond(Response::json(std::move(body)));
    });
}

}  // namespace

void add_member_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back({"/v1/agent/members",
                      {{"GET", answer_with([endpoints](const Request& request) {
                            return members(*endpoints, request);
                        })}},
                      {}});
    add_put(routes, endpoints, "/v1/agent/join/", join);
    add_put(routes, endpoints, "/v1/agent/force-leave/", force_leave);
    routes.push_back(
        {"/v1/internal/weft/reachability",
         {{"GET", ControlHandler{[endpoints](std::shared_ptr<const Request>, Respond respond) {
               reachability(*endpoints, std::move(respond));
           }}}},
         {}});
}

}  // namespace weft::api
