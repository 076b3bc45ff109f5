#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <thread>

namespace weft {

// Accepts connections on a thread of its own, one after another, and hands each to the script,
// blocking.
class LoopbackServer {
public:
    using Socket = boost::asio::ip::tcp::socket;

    explicit LoopbackServer(std::function<void(Socket&)> script)
        : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          script_(std::move(script)) {
        thread_ = std::thread([this] { serve(); });
    }

    ~LoopbackServer() {
        stopping_ = true;
        boost::system::error_code ignored;
        Socket wake(context_);
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port()) + path;
    }

    // Reads up to the end of a request's header and returns it.
    static std::string read_header(Socket& socket) {
        std::string text;
        char byte = 0;
        boost::system::error_code error;
        while (!text.ends_with("\r\n\r\n") &&
               socket.read_some(boost::asio::buffer(&byte, 1), error) == 1)
            text += byte;
        return text;
    }

    // False once the peer has gone.
    static bool send(Socket& socket, std::string_view bytes) {
        boost::system::error_code error;
        while (!bytes.empty()) {
            const auto size =
                socket.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
            if (error) return false;
            bytes.remove_prefix(size);
        }
        return true;
    }

    // Until the peer closes.
    static void wait_closed(Socket& socket) {
        char byte = 0;
        boost::system::error_code error;
        while (!error) socket.read_some(boost::asio::buffer(&byte, 1), error);
    }

private:
    void serve() {
        while (true) {
            boost::system::error_code error;
            Socket socket(context_);
            acceptor_.accept(socket, error);
            if (error || stopping_) return;
            script_(socket);
        }
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::function<void(Socket&)> script_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace weft
