#include "api/http/agent_answers.hpp"

#include "api/http/go_text.hpp"

namespace weft::api {

Response failure(const Error& error) {
    return Response::text(error.code == make_error_code(Errc::Unsupported) ? 501 : 500,
                          error.message());
}

LocalServices::Done empty_or_failure(Respond respond) {
    return [respond = std::move(respond)](Result<void> result) {
        respond(result ? Response::empty() : failure(result.error()));
    };
}

LocalServices::Done ok_if_unknown(Respond respond) {
    return [respond = std::move(respond)](Result<void> result) {
        const bool unknown = !result && result.error().code == make_error_code(Errc::NotFound);
        respond(result || unknown ? Response::empty() : failure(result.error()));
    };
}

std::optional<Response> refused_namespace(const Request& request) {
    constexpr std::string_view kReason = " - Namespaces are a Consul Enterprise feature";
    if (!request.header("X-Consul-Namespace").value_or("").empty()) {
        return Response::text(
            400, "Bad request: Invalid header: \"X-Consul-Namespace\"" + std::string(kReason));
    }
    if (!request.parameter("ns").value_or("").empty()) {
        return Response::text(
            400, "Bad request: Invalid query parameter: \"ns\"" + std::string(kReason));
    }
    return std::nullopt;
}

Result<bool> read_enable(const Request& request) {
    const auto value = request.parameter("enable");
    if (!value) return make_error(Errc::InvalidArgument, "Missing value for enable");
    if (const auto flag = go_parse_bool(*value)) return *flag;
    return make_error(Errc::InvalidArgument, "Invalid value for enable: " + go_quote(*value));
}

ControlHandler answer_with(std::function<Response(const Request&)> answer) {
    return {[answer = std::move(answer)](std::shared_ptr<const Request> request, Respond respond) {
        respond(answer(*request));
    }};
}

void add_put(std::vector<Route>& routes, const EndpointsPtr& endpoints, std::string pattern,
             void (*act)(const Endpoints&, const Request&, Respond)) {
    ControlHandler handler{
        [endpoints, act](std::shared_ptr<const Request> request, Respond respond) {
            act(*endpoints, *request, std::move(respond));
        }};
    routes.push_back({std::move(pattern), {{"PUT", std::move(handler)}}, {}});
}

void on_control(const Endpoints& endpoints, Respond respond, std::function<void(Respond)> work) {
    endpoints.post_to_control([respond = std::move(respond), work = std::move(work)] {
        try {
            work(respond);
        } catch (const std::exception& error) {
            respond(Response::thrown(error));
        }
    });
}

}  // namespace weft::api
