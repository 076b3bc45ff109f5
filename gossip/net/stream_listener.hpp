#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/io/task_scope.hpp"
#include "gossip/net/source_limiter.hpp"
#include "gossip/net/stream_io.hpp"
#include "gossip/net/stream_owner.hpp"

namespace weft::gossip {

// Serves the streams that others open: one message, at most one answer, closed (protocols: stream
// pipeline). What cannot be read is answered with an error. Beyond the limits a stream is closed
// unanswered. One executor.
class StreamListener {
public:
    // timeout: of all that a stream does. seed: as SourceLimiter's. io and owner outlive it.
    StreamListener(boost::asio::ip::tcp::acceptor acceptor, Duration timeout, std::uint64_t seed,
                   StreamIo& io, StreamOwner& owner);

    // Until cancelled; then all of its streams have ended.
    boost::asio::awaitable<void> run();

private:
    using Socket = StreamIo::Socket;
    class Place;

    bool has_place(const IpAddress& address);
    boost::asio::awaitable<void> serve(Socket socket, Endpoint from);
    boost::asio::awaitable<Result<void>> talk(Socket& socket, Endpoint from);
    // What to answer; empty: nothing. An error without an answer is one of the socket.
    boost::asio::awaitable<Result<std::string>> read_and_answer(Socket& socket, Endpoint from,
                                                                bool* is_refused);
    std::string refusal(const Error& error);
    void count_failure(const Error& error);

    boost::asio::ip::tcp::acceptor acceptor_;
    Duration timeout_;
    StreamIo& io_;
    StreamOwner& owner_;
    std::map<IpAddress, std::size_t> by_address_;  // at most streams_max
    SourceLimiter rates_;
    TaskScope scope_;
};

}  // namespace weft::gossip
