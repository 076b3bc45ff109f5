#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// A user event as Consul's agents tell it each other: the ring's event "consul:event:NAME", whose
// payload is a MessagePack map without a type before it (agent/user_event.go). Written in the
// dialect that old and new agents read.
inline constexpr std::string_view kConsulEventPrefix = "consul:event:";

// The payload; of everything but the event's time, which the ring's event has.
std::string encode_consul_event(const api::UserEvent& event);

// The time is 0. Errors are of gossip::WireErrc. Versions from the future are read as far as they
// are known.
Result<api::UserEvent> decode_consul_event(std::string_view payload);

}  // namespace weft::agent
