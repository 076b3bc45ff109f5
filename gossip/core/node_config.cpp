#include "gossip/core/node_config.hpp"

#include <fmt/format.h>

#include "gossip/core/description.hpp"
#include "gossip/wire/packet.hpp"
#include "gossip/wire/serf_messages.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {

Result<void> NodeConfig::validate() const {
    if (name.empty()) return make_error(Errc::InvalidArgument, "a member of a ring needs a name");
    if (name.size() > kNameBytesMax) {
        return make_error(Errc::Limit, fmt::format("the name takes {} bytes, the limit is {}",
                                                   name.size(), kNameBytesMax));
    }
    if (advertise.port == 0 || advertise.address.is_unspecified()) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("{} is no address that others could reach this agent at", advertise.str()));
    }
    if (meta.size() > kMetaBytesMax) {
        return make_error(Errc::Limit, fmt::format("the tags take {} bytes, the limit is {}",
                                                   meta.size(), kMetaBytesMax));
    }
    if (suspicion_multiplier < 1 || suspicion_max_multiplier < 1 || retransmit_multiplier < 1 ||
        awareness_max_multiplier < 1) {
        return make_error(Errc::InvalidArgument, "multipliers must be above 0");
    }
    if (probe_interval <= Duration{} || probe_timeout <= Duration{} ||
        gossip_interval <= Duration{} || stream_timeout <= Duration{} ||
        reconnect_interval <= Duration{} || reap_interval <= Duration{}) {
        return make_error(Errc::InvalidArgument, "intervals and timeouts must be above 0");
    }
    if (packet_bytes < 512 || packet_bytes > 65'000) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("packets of {} bytes: 512 to 65000 are possible", packet_bytes));
    }
    // Of a view with more peers would take nothing.
    if (event_buffer < 1 || event_buffer > kEventSlotLimit.elements) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("a buffer for events of {} times: 1 to {} are possible",
                                      event_buffer, kEventSlotLimit.elements));
    }
    return success();
}

void set_wan(NodeConfig& config) {
    config.stream_timeout = std::chrono::seconds(30);
    config.suspicion_multiplier = 6;
    config.push_pull_interval = std::chrono::seconds(60);
    config.probe_interval = std::chrono::seconds(5);
    config.probe_timeout = std::chrono::seconds(3);
    config.gossip_nodes = 4;
    config.gossip_interval = std::chrono::milliseconds(500);
    config.gossip_to_the_dead = std::chrono::seconds(60);
}

void set_local(NodeConfig& config) {
    config.stream_timeout = std::chrono::seconds(1);
    config.indirect_checks = 1;
    config.retransmit_multiplier = 2;
    config.suspicion_multiplier = 3;
    config.push_pull_interval = std::chrono::seconds(15);
    config.probe_timeout = std::chrono::milliseconds(200);
    config.gossip_interval = std::chrono::milliseconds(100);
    config.gossip_to_the_dead = std::chrono::seconds(15);
}

}  // namespace weft::gossip
