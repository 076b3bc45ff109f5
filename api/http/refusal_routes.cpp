#include "api/http/refusal_routes.hpp"

#include <string>

namespace weft::api {

void add_refusals(std::vector<Route>& routes, int status, std::string_view text,
                  std::initializer_list<RefusedPath> paths) {
    const WorkerHandler refuse = [status,
                                  text = std::string(text)](const Request&) -> WorkerOutcome {
        return Response::text(status, text);
    };
    for (const RefusedPath& path : paths) {
        Route& route = routes.emplace_back();
        route.pattern = path.pattern;
        for (std::string_view rest = path.methods; !rest.empty();) {
            const std::size_t space = rest.find(' ');
            route.methods.emplace_back(rest.substr(0, space), refuse);
            rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
        }
    }
}

}  // namespace weft::api
