#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "api/http/agent_interfaces.hpp"
#include "api/http/exchange.hpp"
#include "api/http/request_limits.hpp"
#include "api/http/ring.hpp"

namespace weft::api {

// What the endpoints work on. All of it outlives the routes.
struct Endpoints {
    Writer& writer;
    CatalogReader& catalog;
    SessionTimes& sessions;
    Snapshots& snapshots;
    LocalServices& local;
    Ring& ring;
    AgentControl& control;
    ControlTimers& timers;
    std::function<void(std::function<void()>)> post_to_control;  // from any thread
    AgentFacts facts;
    std::uint64_t seed = 1;  // for the jitter of waits
    RequestLimits limits{};
    // From any thread, to a thread that may take its time; empty: work is done where it comes up.
    std::function<void(std::function<void()>)> post_to_worker{};
};

// Every endpoint of the HTTP API, with those of later features, which say so. Called on the control
// thread: takes local.on_change(), ring.on_event() and ring.on_coordinates().
std::vector<Route> make_routes(const Endpoints& endpoints);

}  // namespace weft::api
