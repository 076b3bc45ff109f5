#include "gossip/net/ring_config.hpp"

#include <fmt/format.h>

namespace weft::gossip {

Result<void> RingConfig::validate() const {
    if (label.size() > 255) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("a label has at most 255 bytes, not {}", label.size()));
    }
    if (sources.per_second < 1 || sources.burst < 1 || sources.sources_max < 1 ||
        sources.address_per_second < 1 || sources.address_burst < 1)
        return make_error(Errc::InvalidArgument, "limits of sources must be above 0");
    if (streams.streams_max < 1 || streams.streams_per_address_max < 1 || streams.dials_max < 1 ||
        streams.bytes_max < 1 || streams.streams_per_second < 1 || streams.streams_burst < 1)
        return make_error(Errc::InvalidArgument, "limits of streams must be above 0");
    if (leave_propagate_delay < Duration{})
        return make_error(Errc::InvalidArgument, "the delay of a leave must not be negative");
    return success();
}

}  // namespace weft::gossip
