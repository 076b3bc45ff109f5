#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/net/source_limiter.hpp"
#include "gossip/net/stream_io.hpp"

namespace weft::gossip {

struct RingConfig {
    // Its advertised address may be left open: then it is the one that the agent is bound to, if
    // that is one; so may the port. IPv4 goes out in four bytes, however it is written here. Its
    // label_bytes follow from the label.
    NodeConfig node;
    Endpoint bind;      // port 0: any that is free for UDP and TCP
    std::string label;  // up to 255 bytes; only members of one ring have it
    // Although there are keys, while a ring changes over: first all take both and send plain text,
    // then all send sealed, then none takes plain text.
    bool accepts_plain = false;
    bool sends_plain = false;
    // Off as datagrams are small; on for peers far away.
    bool compress_datagrams = false;
    StreamLimits streams;
    SourceLimits sources;
    // How long to go on answering after a leave, so that nobody takes it for a failure.
    Duration leave_propagate_delay = std::chrono::seconds(1);

    // Without what Node's own config says of itself.
    Result<void> validate() const;
};

}  // namespace weft::gossip
