#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "api/http/agent_interfaces.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// A filter that is longer fits nothing. Those of people have some ten bytes.
inline constexpr std::size_t kFilterBytesMax = 1024;

// Whether an event is for this agent: its filters against the node's name and the services that are
// registered here, by id or name. An expression that is none, which only another agent can have let
// pass, fits nothing (Consul: agent/user_event.go, shouldProcessUserEvent).
bool passes_filters(const api::UserEvent& event, std::string_view node_name,
                    std::span<const api::LocalService> services);

// The last events that came, as many as Consul keeps.
class UserEventLog {
public:
    void add(api::UserEvent event);

    const std::vector<api::UserEvent>& events() const { return events_; }

private:
    std::vector<api::UserEvent> events_;  // oldest first
};

}  // namespace weft::agent
