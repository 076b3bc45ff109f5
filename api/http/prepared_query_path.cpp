#include "api/http/prepared_query_path.hpp"

#include <string_view>
#include <utility>

namespace weft::api {

QueryPath query_path(const Request& request) {
    constexpr std::pair<std::string_view, QueryAction> kActions[] = {
        {"/execute", QueryAction::Execute}, {"/explain", QueryAction::Explain}};
    for (const auto& [suffix, action] : kActions) {
        if (!request.path.ends_with(suffix)) continue;
        // Where the slash is the last one of the route, the word is a name like any other: as in
        // Consul, a query of that name is executed.
        const bool has_suffix = request.rest.ends_with(suffix);
        const std::size_t size = request.rest.size() - (has_suffix ? suffix.size() : 0);
        return {action, request.rest.substr(0, size)};
    }
    return {QueryAction::Itself, request.rest};
}

Response wrong_query_method(const Request& request) {
    const bool is_itself = query_path(request).action == QueryAction::Itself;
    const std::string methods = is_itself ? "GET,PUT,DELETE" : "GET";
    const bool asks = request.method == "OPTIONS";
    Response response =
        asks ? Response::empty() : Response::text(405, "method " + request.method + " not allowed");
    response.headers.emplace_back("Allow", asks ? "OPTIONS," + methods : methods);
    return response;
}

}  // namespace weft::api
