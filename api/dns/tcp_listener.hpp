#pragma once

#include <spdlog/logger.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <vector>

#include "api/dns/config.hpp"
#include "api/dns/tcp_connection.hpp"

namespace weft::api {

// Counts the connections of all listen addresses; used on the first worker's thread alone.
class ConnectionLimits {
public:
    enum class Verdict : std::uint8_t { Welcome, Full, FullForClient };

    // Counts the connection when it is welcome.
    Verdict admit(const boost::asio::ip::address& client, const DnsConfig& config);
    void release(const boost::asio::ip::address& client);
    std::size_t count() const { return count_; }

private:
    std::size_t count_ = 0;
    std::map<boost::asio::ip::address, std::size_t> by_client_;
};

// The connections of one worker, so that they can be closed. Used on its thread alone.
class ConnectionSet {
public:
    void add(const std::shared_ptr<TcpConnection>& connection);
    void remove(const TcpConnection* connection) { connections_.erase(connection); }
    void close();

private:
    std::map<const TcpConnection*, std::weak_ptr<TcpConnection>> connections_;
    bool closed_ = false;
};

// Accepts connections on the first worker and deals them out to all.
class TcpListener : public std::enable_shared_from_this<TcpListener> {
public:
    struct Target {
        std::shared_ptr<Responder> responder;
        std::shared_ptr<ConnectionSet> connections;
    };

    TcpListener(boost::asio::ip::tcp::acceptor acceptor, std::vector<Target> workers,
                std::shared_ptr<ConnectionLimits> limits, std::shared_ptr<spdlog::logger> logger);

    void start() { accept(); }
    void close();

private:
    void accept();
    void accepted(boost::asio::ip::tcp::socket socket, const Target& target);
    void accept_failed(const boost::system::error_code& error);

    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<Target> workers_;
    std::shared_ptr<ConnectionLimits> limits_;
    std::shared_ptr<spdlog::logger> logger_;
    boost::asio::steady_timer pause_;
    std::size_t next_worker_ = 0;
    bool failing_ = false;  // so that a lasting failure is one line in the log
};

}  // namespace weft::api
