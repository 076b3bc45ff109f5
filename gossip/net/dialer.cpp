#include "gossip/net/dialer.hpp"

#include <netinet/in.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "agent/base/shortened.hpp"
#include "agent/io/asio_address.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/deadline.hpp"
#include "agent/io/dial.hpp"
#include "gossip/net/socket_address.hpp"

namespace weft::gossip {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

DialFailure failure_of(const error_code& connect_error) {
    if (connect_error == asio::error::connection_refused) return DialFailure::Refused;
    if (connect_error == asio::error::timed_out) return DialFailure::Silent;
    return DialFailure::Unreachable;
}

// A connection to a port of the range that the kernel chooses from may meet itself: both ends are
// one socket then, and nobody listens.
bool is_to_itself(const tcp::socket& socket) {
    error_code error;
    const auto here = socket.local_endpoint(error);
    if (error) return false;
    const auto there = socket.remote_endpoint(error);
    return !error && here == there;
}

}  // namespace

Dialer::Dialer(asio::any_io_executor executor, const Endpoint& local, StreamIo& io,
               StreamOwner& owner)
    : executor_(std::move(executor)),
      local_(local.address),
      io_(io),
      owner_(owner),
      scope_(executor_) {}

void Dialer::start(Dial dial) {
    scope_.spawn(run(std::move(dial)));
}

asio::awaitable<void> Dialer::run(Dial dial) {
    ++io_.counters().dials;
    // Whoever started it is through before he hears of it.
    co_await asio::post(executor_, asio::use_awaitable);
    if (scope_.running() > io_.limits().dials_max) {
        fail(dial.id, {DialFailure::Unreachable, "too many streams are being opened"});
        co_return;
    }
    const Duration left = dial.deadline - now();
    Progress progress;
    auto ended = co_await within(left, talk(dial, progress));
    if (progress.is_told) co_return;
    if (ended) {
        if (ended.value()) fail(dial.id, *ended.value());
        co_return;
    }
    if (ended.error().code != Errc::Timeout) co_return;  // closing
    if (progress.is_open) {
        fail(dial.id, {DialFailure::Unanswered, "no answer in time"});
    } else {
        fail(dial.id, {DialFailure::Silent, "no connection in time"});
    }
}

asio::awaitable<Result<std::optional<Dialer::Failure>>> Dialer::talk(const Dial& dial,
                                                                     Progress& progress) {
    Socket socket(executor_);
    const tcp::endpoint to(to_asio(without_mapping(dial.to.address)), dial.to.port);
    if (const error_code error = open(socket, to))
        co_return Failure{DialFailure::Unreachable, plain_words(error)};
    const auto [error] = co_await socket.async_connect(to, asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return make_error(Errc::Cancelled);
    if (error) co_return Failure{failure_of(error), plain_words(error)};
    if (is_to_itself(socket)) co_return Failure{DialFailure::Refused, "connection refused"};
    prepare_stream(socket);
    progress.is_open = true;
    ++io_.counters().dials_opened;
    owner_.dial_opened(dial.id);
    if (!dial.message.empty()) {
        const std::string bytes = io_.in_layers(dial.message, StreamSide::Initiator);
        auto written = co_await io_.write(socket, bytes);
        if (!written) {
            if (written.error().code == Errc::Cancelled) co_return written.error();
            co_return Failure{DialFailure::Unanswered, written.error().message()};
        }
        if (dial.wants_answer) co_return co_await await_answer(dial, socket, progress);
    }
    progress.is_told = true;
    owner_.dial_sent(dial.id);
    co_return std::nullopt;
}

asio::awaitable<Result<std::optional<Dialer::Failure>>> Dialer::await_answer(const Dial& dial,
                                                                             Socket& socket,
                                                                             Progress& progress) {
    StreamIo::Held held(io_, StreamIo::Opener::Self);
    StreamReader reader = io_.reader(StreamSide::Initiator);
    const auto answer = co_await io_.read(socket, reader, held);
    if (!answer) {
        const Error& error = answer.error();
        if (error.code == Errc::Cancelled) co_return error;
        if (error.code == Errc::Io) co_return Failure{DialFailure::Unanswered, error.message()};
        owner_.stream_refused(dial.to, error);
        co_return Failure{DialFailure::Garbled, error.message()};
    }
    if (const auto* refusal = std::get_if<ErrorAnswer>(&answer.value()))
        co_return Failure{DialFailure::Garbled, shortened(refusal->text)};
    progress.is_told = true;
    ++io_.counters().dials_answered;
    owner_.dial_answered(dial.id, answer.value());
    co_return std::nullopt;
}

error_code Dialer::open(Socket& socket, const tcp::endpoint& to) const {
    error_code error;
    socket.open(to.protocol(), error);
    if (error || local_.is_unspecified()) return error;
    const tcp::endpoint from(to_asio(local_), 0);
    if (from.protocol() != to.protocol()) return error;
    // The port is chosen when connecting, when only the pair of ends must be unique.
    const asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT> late(true);
    error_code ignored;
    socket.set_option(late, ignored);
    socket.bind(from, error);
    return error;
}

void Dialer::fail(DialId id, const Failure& failure) {
    ++io_.counters().dials_failed[static_cast<std::size_t>(failure.kind)];
    owner_.dial_failed(id, failure.kind, failure.why);
}

}  // namespace weft::gossip
