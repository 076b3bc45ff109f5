#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/output.hpp"
#include "gossip/wire/packet.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::sim {

// What the agents of a world put around their messages.
struct WireStyle {
    bool has_bytes = true;  // false: datagrams stay lists of messages, which is quicker
    bool compresses = false;
    bool uses_crc = false;  // to those who take it
    std::string label;
    std::string key;  // empty: nothing is encrypted

    static WireStyle draw(Rng& rng);

    gossip::Keyring keyring() const;
    std::string str() const;
};

// The layers of one process, as its shell would handle them.
class WireCodec {
public:
    // All outlive it.
    WireCodec(const WireStyle& style, gossip::Keyring& keyring, Rng& rng);

    std::string write_datagram(const gossip::Datagram& datagram);
    // What the messages say holds until the next call, and as long as the bytes.
    Result<gossip::Packet> read_datagram(std::string_view bytes) { return reader_.read(bytes); }

    std::string write_stream(std::string_view message, gossip::StreamSide side);
    // To read one message with: it must outlive what was read.
    gossip::StreamReader stream_reader(gossip::StreamSide side) {
        return {stream_config_, keyring_, side};
    }

private:
    gossip::Keyring::Nonce nonce();

    const WireStyle& style_;
    gossip::Keyring& keyring_;
    Rng& rng_;
    gossip::PacketConfig packet_config_;
    gossip::StreamConfig stream_config_;
    gossip::PacketReader reader_;
    gossip::PacketWriter writer_;
};

// Tags of an agent, as large as bytes says at least. is_weft: it says that it is one of ours, and
// others use with it what stock agents do not know.
std::string meta_of(bool is_weft, std::string_view version, std::size_t bytes = 0);

// What a broken network makes of a datagram. Without a key it is only cut off: nothing but a key
// tells changed bytes apart from a message that says something else.
void corrupt(std::string& bytes, bool has_key, Rng& rng);

}  // namespace weft::sim
