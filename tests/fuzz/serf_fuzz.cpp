// Bytes of gossip peers, the upper layer: Serf's blobs and what they hold, Consul's events in them;
// and the snapshot file. The first byte chooses. What is accepted must be the same when it is
// encoded and decoded again. Where the blobs come from is the fuzzer gossip's.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/runtime/consul_event.hpp"
#include "gossip/core/snapshot.hpp"
#include "gossip/wire/coordinate.hpp"
#include "gossip/wire/query_filter.hpp"
#include "gossip/wire/serf_messages.hpp"
#include "gossip/wire/tags.hpp"

namespace {

using namespace weft::gossip;

void check(bool holds) {
    if (!holds) std::abort();
}

void use_blob(std::string_view blob) {
    const auto message = decode_serf(blob);
    if (!message) return;
    std::string once;
    encode_serf(once, message.value());
    const auto again = decode_serf(once);
    check(bool(again));
    std::string twice;
    encode_serf(twice, again.value());
    check(once == twice);
}

void use_event(std::string_view bytes) {
    const auto event = weft::agent::decode_consul_event(bytes);
    if (!event) return;
    const std::string once = weft::agent::encode_consul_event(event.value());
    const auto again = weft::agent::decode_consul_event(once);
    check(bool(again));
    check(weft::agent::encode_consul_event(again.value()) == once);
}

void use_snapshot(std::string_view bytes) {
    const std::string once = Snapshot::parse(bytes).text();
    check(Snapshot::parse(once).text() == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] & 7) {
        case 0:
            (void)decode_tags(bytes);
            break;
        case 1:
            (void)decode_query_filter(bytes);
            break;
        case 2:
            (void)decode_coordinate(bytes);
            break;
        case 3:
            use_event(bytes);
            break;
        case 4:
            use_snapshot(bytes);
            break;
        default:
            use_blob(bytes);
            break;
    }
    return 0;
}
