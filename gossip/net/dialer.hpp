#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/io/task_scope.hpp"
#include "gossip/core/output.hpp"
#include "gossip/net/stream_io.hpp"
#include "gossip/net/stream_owner.hpp"

namespace weft::gossip {

// Opens the streams that a node wants and tells the owner, once each, how they end. One executor.
class Dialer {
public:
    // Streams leave from the address of local, if it is a specific one: peers of one host then see
    // who is who. io and owner outlive it.
    Dialer(boost::asio::any_io_executor executor, const Endpoint& local, StreamIo& io,
           StreamOwner& owner);

    // Does not call the owner before it returns.
    void start(Dial dial);

    // Ends those under way, untold, and waits for them.
    boost::asio::awaitable<void> close() { return scope_.close(); }

private:
    using Socket = StreamIo::Socket;

    struct Failure {
        DialFailure kind;
        std::string why;
    };
    // What was told of a dial that is cut off.
    struct Progress {
        bool is_open = false;
        bool is_told = false;
    };

    boost::asio::awaitable<void> run(Dial dial);
    // nullopt: the owner was told of the success.
    boost::asio::awaitable<Result<std::optional<Failure>>> talk(const Dial& dial,
                                                                Progress& progress);
    boost::asio::awaitable<Result<std::optional<Failure>>> await_answer(const Dial& dial,
                                                                        Socket& socket,
                                                                        Progress& progress);
    boost::system::error_code open(Socket& socket, const boost::asio::ip::tcp::endpoint& to) const;
    void fail(DialId id, const Failure& failure);

    boost::asio::any_io_executor executor_;
    IpAddress local_;
    StreamIo& io_;
    StreamOwner& owner_;
    TaskScope scope_;
};

}  // namespace weft::gossip
