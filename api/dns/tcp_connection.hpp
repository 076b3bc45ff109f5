#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "api/dns/responder.hpp"

namespace weft::api {

// One client over TCP (RFC 7766): any number of queries, each behind its length, answered as soon
// as each can be. Reads no further while many answers are unsent or pending, and closes when
// nothing moves for the idle timeout.
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
public:
    // closed is called once, on this worker's thread, when the connection has ended.
    TcpConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Responder> responder,
                  std::function<void(const TcpConnection*)> closed);
    ~TcpConnection();

    void start();
    void close();

private:
    void read();
    void received(std::size_t size);
    // Answers the whole queries in the buffer; false when the client broke the protocol.
    bool serve();
    Responder::Deliver answer_later();
    void enqueue(std::span<const std::uint8_t> answer);
    void write();
    void written();
    void restart_timer();
    bool is_choked() const;

    boost::asio::ip::tcp::socket socket_;
    const Asker asker_;
    std::shared_ptr<Responder> responder_;
    std::function<void(const TcpConnection*)> closed_;
    boost::asio::steady_timer timer_;
    std::vector<std::byte> input_;
    std::size_t input_used_ = 0;
    std::vector<std::uint8_t> unsent_;   // answers behind their lengths
    std::vector<std::uint8_t> sending_;  // what the kernel is being given
    std::size_t pending_ = 0;            // queries that wait for recursors
    bool reading_ = false;
    bool ended_ = false;  // the client sends no more
    bool is_closed_ = false;
};

}  // namespace weft::api
