#include "gossip/net/stream_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "agent/io/clock.hpp"
#include "agent/io/deadline.hpp"
#include "agent/io/pause.hpp"
#include "gossip/net/socket_address.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How long to wait for descriptors to be freed before trying again.
constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

// Of a stream, in the count of its address.
class StreamListener::Place {
public:
    Place(StreamListener& listener, const IpAddress& address)
        : listener_(listener), at_(listener.by_address_.try_emplace(address).first) {
        ++at_->second;
    }
    ~Place() {
        if (--at_->second == 0) listener_.by_address_.erase(at_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    StreamListener& listener_;
    std::map<IpAddress, std::size_t>::iterator at_;
};

StreamListener::StreamListener(asio::ip::tcp::acceptor acceptor, Duration timeout,
                               std::uint64_t seed, StreamIo& io, StreamOwner& owner)
    : acceptor_(std::move(acceptor)),
      timeout_(timeout),
      io_(io),
      owner_(owner),
      rates_({.per_second = io.limits().streams_per_second, .burst = io.limits().streams_burst},
             seed),
      scope_(acceptor_.get_executor()) {}

asio::awaitable<void> StreamListener::run() {
    while (true) {
        // Who waits in the backlog is accepted at once, and an end that comes meanwhile would end
        // no wait.
        const bool cancelled = co_await is_cancelled();
        if (cancelled) break;
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted) break;
        if (error) {
            ++io_.counters().accept_errors;
            co_await pause_for(kPause);
            continue;
        }
        error_code gone;
        const auto peer = socket.remote_endpoint(gone);
        if (gone) continue;
        const Endpoint from = to_endpoint(peer);
        if (!has_place(from.address)) continue;
        ++io_.counters().streams_accepted;
        scope_.spawn(serve(std::move(socket), from));
    }
    error_code ignored;
    acceptor_.close(ignored);
    co_await scope_.close();
}

bool StreamListener::has_place(const IpAddress& address) {
    const StreamLimits& limits = io_.limits();
    if (scope_.running() >= limits.streams_max) {
        ++io_.counters().streams_over_limit;
        return false;
    }
    const auto known = by_address_.find(address);
    if (known != by_address_.end() && known->second >= limits.streams_per_address_max) {
        ++io_.counters().streams_over_source_limit;
        return false;
    }
    if (rates_.admit({address, 0}, now())) return true;
    ++io_.counters().streams_over_rate;
    return false;
}

asio::awaitable<void> StreamListener::serve(Socket socket, Endpoint from) {
    const Place place(*this, from.address);
    prepare_stream(socket);
    const auto ended = co_await within(timeout_, talk(socket, from));
    if (!ended) count_failure(ended.error());
}

asio::awaitable<Result<void>> StreamListener::talk(Socket& socket, Endpoint from) {
    bool is_refused = false;
    auto answer = co_await read_and_answer(socket, from, &is_refused);
    if (!answer) co_return answer.error();
    if (answer.value().empty()) co_return success();
    StreamIo::Held held(io_);
    held.attribute_to(from.address);
    held.add(answer.value().size());
    // Who asks for views and reads none keeps them in memory.
    if (held.is_over_limit()) co_return make_error(Errc::Limit, "too many streams at once");
    auto written = co_await io_.write(socket, answer.value());
    if (!written) co_return written.error();
    if (is_refused) co_await io_.discard(socket);
    co_return success();
}

// A function of its own, so that what was read is freed before the answer is written.
asio::awaitable<Result<std::string>> StreamListener::read_and_answer(Socket& socket, Endpoint from,
                                                                     bool* is_refused) {
    StreamIo::Held held(io_);
    StreamReader reader = io_.reader(StreamSide::Listener);
    const auto message = co_await io_.read(socket, reader, held);
    if (!message) {
        const Error& error = message.error();
        if (error.code == Errc::Io || error.code == Errc::Cancelled) co_return error;
        *is_refused = true;
        count_failure(error);
        owner_.stream_refused(from, error);
        co_return refusal(error);
    }
    const std::string answer = owner_.stream_accepted(from, message.value());
    if (answer.empty()) co_return answer;
    co_return io_.in_layers(answer, StreamSide::Listener);
}

std::string StreamListener::refusal(const Error& error) {
    const std::string text = error.message();
    std::string message;
    encode_message(message, ErrorAnswer{text});
    return io_.in_layers(message, StreamSide::Listener);
}

void StreamListener::count_failure(const Error& error) {
    NetCounters& counters = io_.counters();
    if (error.code == Errc::Timeout) {
        ++counters.streams_timed_out;
    } else if (error.code == Errc::Limit) {
        ++counters.streams_over_bytes_limit;
    } else if (error.code == Errc::Io) {
        ++counters.streams_broken;
    } else {
        counters.streams_refused.add(error.code);
    }
}

}  // namespace weft::gossip
