#pragma once

#include <boost/asio/ip/udp.hpp>
#include <memory>

#include "api/dns/responder.hpp"

namespace weft::api {

// One UDP socket of one worker. Reads and answers in batches, so that a system call serves many
// clients when there are many.
class UdpEndpoint : public std::enable_shared_from_this<UdpEndpoint> {
public:
    UdpEndpoint(boost::asio::ip::udp::socket socket, std::shared_ptr<Responder> responder);
    ~UdpEndpoint();

    void start() { wait(); }
    void close();

private:
    struct Batch;  // the buffers of a batch
    struct Peer;   // whom to answer, and from which of our addresses

    void wait();
    void read();
    // Returns how many datagrams there were.
    std::size_t serve_batch();
    void send(unsigned count);
    void send_late(const Peer& peer, std::span<const std::uint8_t> answer);

    boost::asio::ip::udp::socket socket_;
    std::shared_ptr<Responder> responder_;
    std::unique_ptr<Batch> batch_;
};

}  // namespace weft::api
