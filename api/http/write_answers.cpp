#include "api/http/write_answers.hpp"

#include <fmt/format.h>

#include <utility>

namespace weft::api {

std::optional<Response> refuse_foreign(const Request& request, const AgentFacts& facts) {
    const std::string_view datacenter = request.parameter("dc").value_or("");
    if (datacenter.empty() || datacenter == facts.datacenter) return std::nullopt;
    return Response::text(500, "No path to datacenter");
}

std::optional<Response> refuse_large(const Request& request, std::size_t bytes_max,
                                     std::string_view option) {
    if (request.body.size() <= bytes_max) return std::nullopt;
    return Response::text(413, too_large_text(request.body.size(), bytes_max, option));
}

Response refused_body(int status, std::string text, const BodyFault& fault,
                      const Request& request) {
    Response response = Response::text(status, std::move(text));
    if (fault.found)
        response.headers.emplace_back("X-Weft-Body-Error", describe(fault, request.body));
    return response;
}

Response refused_body(const CatalogBodyError& error, const Request& request) {
    return refused_body(error.status, error.text, error.fault, request);
}

Writer::Done answer_held(Respond respond) {
    return [respond = std::move(respond)](const Result<Written>& written) {
        if (!written) return respond(Response::text(500, written.error().message()));
        respond(Response::json(written.value().held ? "true" : "false"));
    };
}

Writer::Done answer_id(std::string id, Respond respond) {
    return [id = std::move(id), respond = std::move(respond)](const Result<Written>& written) {
        respond(written ? Response::json("{\"ID\":\"" + id + "\"}")
                        : Response::text(500, written.error().message()));
    };
}

}  // namespace weft::api
