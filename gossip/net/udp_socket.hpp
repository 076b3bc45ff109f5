#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/core/endpoint.hpp"
#include "gossip/net/net_counters.hpp"

namespace weft::gossip {

// The one UDP socket of an agent: reads and sends in batches, and hears from the error queue where
// nobody listens (ip(7), IP_RECVERR). One executor.
//
// Its memory is fixed: address space for a batch of the largest datagrams, of which only what was
// ever filled is backed by pages; some dozen KiB in a quiet ring.
class UdpSocket {
public:
    static constexpr std::size_t kBatch = 16;
    static constexpr std::size_t kDatagramBytesMax = std::size_t{64} << 10;

    struct Datagram {
        Endpoint peer;
        std::string_view bytes;
    };
    struct Received {
        std::span<const Datagram> datagrams;    // at most kBatch
        std::span<const Endpoint> unreachable;  // nobody listens there
        bool may_have_more = false;             // without waiting
    };

    // Takes both IPv4 and IPv6 when bound to ::. Errors are the system's. counters outlive it.
    static Result<std::unique_ptr<UdpSocket>> open(boost::asio::any_io_executor executor,
                                                   const Endpoint& bind, NetCounters& counters);
    ~UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    Endpoint local() const { return local_; }
    std::size_t receive_buffer_bytes() const { return receive_buffer_bytes_; }  // of the kernel

    // Until receive() finds something, or cancelled.
    boost::asio::awaitable<boost::system::error_code> wait();

    // Does not wait. What it returns holds until the next call.
    Received receive();

    // Does not wait: what the kernel does not take is counted and lost, as on any network.
    void send(std::span<const Datagram> datagrams);

private:
    struct Batch;

    UdpSocket(boost::asio::ip::udp::socket socket, std::unique_ptr<Batch> batch,
              NetCounters& counters);

    std::size_t receive_batch();
    void drain_errors();
    void count_lost(std::uint32_t lost_in_all);
    void send_batch(unsigned count);

    boost::asio::ip::udp::socket socket_;
    std::unique_ptr<Batch> batch_;
    NetCounters& counters_;
    Endpoint local_;
    bool is_v6_ = false;
    std::size_t receive_buffer_bytes_ = 0;
    std::uint32_t lost_seen_ = 0;
    std::vector<Endpoint> unreachable_;
};

}  // namespace weft::gossip
