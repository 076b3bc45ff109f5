#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ip_address.hpp"
#include "agent/base/result.hpp"
#include "gossip/net/net_counters.hpp"
#include "gossip/net/nonce_source.hpp"
#include "gossip/wire/keyring.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

struct StreamLimits {
    std::size_t streams_max = 128;             // of others at once, as memberlist
    std::size_t streams_per_address_max = 64;  // so that one host does not hold all of them
    std::size_t dials_max = 256;               // own ones at once
    // Of one address, as SourceLimits: many agents of one host may come up at once, and each asks
    // for a view every half minute.
    std::uint32_t streams_per_second = 32;
    std::uint32_t streams_burst = 128;
    // That wait for their end or for being taken, of all streams. A third is for own ones, so that
    // no peer keeps us from joining, and of the rest one address has half. A third holds the
    // largest frame, of 20 MiB.
    std::size_t bytes_max = std::size_t{64} << 20;
    // Messages that are larger are compressed; those of a few hundred bytes would only grow.
    bool compress = true;
    std::size_t compress_above = 1024;
};

// What the streams of an agent have in common: layers, keys, one buffer that all read into, and the
// bytes that they hold. Everything that is awaited ends when cancelled and has no limit of time:
// use within(). One executor.
class StreamIo {
public:
    using Socket = boost::asio::ip::tcp::socket;

    enum class Opener : std::uint8_t { Peer, Self };

    struct Keys {
        Keyring& opening;
        Keyring& sealing;
    };

    // All outlive it, what keys refers to included.
    StreamIo(const StreamConfig& config, const StreamLimits& limits, Keys keys, NonceSource& nonces,
             NetCounters& counters)
        : config_(config), limits_(limits), keys_(keys), nonces_(nonces), counters_(counters) {}

    // Bytes of one stream, counted while they are held.
    class Held {
    public:
        explicit Held(StreamIo& io, Opener opener = Opener::Peer)
            : io_(io), opener_(opener), total_(io.total_of(opener)) {}
        ~Held();
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

        void add(std::size_t bytes);
        // Counts them for the address from now on. Own streams count for none.
        void attribute_to(const IpAddress& peer);
        bool is_over_limit() const;

    private:
        StreamIo& io_;
        Opener opener_;
        std::size_t& total_;
        std::size_t bytes_ = 0;
        std::optional<IpAddress> peer_;
    };

    StreamReader reader(StreamSide side) { return StreamReader(config_, keys_.opening, side); }

    // The one message of the peer; it holds as long as the reader. Errors are of WireErrc, or
    // Errc::Limit (bytes_max), Errc::Cancelled, Errc::Io (closed or broken).
    boost::asio::awaitable<Result<StreamMessage>> read(Socket& socket, StreamReader& reader,
                                                       Held& held);
    boost::asio::awaitable<Result<void>> write(Socket& socket, std::string_view bytes);
    // Takes what the peer still sends until it closes, up to a limit: closing before that would
    // make the kernel take back what was written.
    boost::asio::awaitable<void> discard(Socket& socket);

    std::string in_layers(std::string_view message, StreamSide side);

    const StreamLimits& limits() const { return limits_; }
    NetCounters& counters() { return counters_; }

private:
    std::size_t& total_of(Opener opener) {
        return opener == Opener::Self ? own_bytes_ : others_bytes_;
    }

    const StreamConfig& config_;
    const StreamLimits& limits_;
    Keys keys_;
    NonceSource& nonces_;
    NetCounters& counters_;
    std::size_t own_bytes_ = 0;
    std::size_t others_bytes_ = 0;
    std::map<IpAddress, std::size_t> others_bytes_by_address_;  // those that hold any
    std::array<char, std::size_t{16} << 10> buffer_;
};

// Non-blocking and without delay of small segments; errors show at the first use.
void prepare_stream(StreamIo::Socket& socket);

}  // namespace weft::gossip
