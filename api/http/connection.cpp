#include "api/http/connection.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <span>
#include <utility>

#include "agent/io/clock.hpp"
#include "api/http/worker.hpp"

// Reading and the life of a connection. Answers are in connection_answer.cpp.
namespace weft::api {
namespace {

// Requests that are answered in a row before other connections get their turn.
constexpr int kPipelineTurn = 32;
constexpr Duration kLinger = std::chrono::seconds(1);

}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, int socket, SSL_CTX* tls,
                       std::string client_address)
    : worker_(std::move(worker)),
      socket_(worker_->io(), socket),
      transport_(socket, tls),
      client_address_(std::move(client_address)) {}

Connection::~Connection() = default;

void Connection::start() {
    self_ = shared_from_this();
    admitted_ = true;
    worker_->deadlines().set(*this, now() + worker_->config().header_timeout);
    watch_read();
}

void Connection::refuse(std::string_view whole_answer) {
    self_ = shared_from_this();
    transport_.write(whole_answer, {});
    end_output();
}

void Connection::wind_down(bool graceful) {
    auto alive = shared_from_this();
    form_.keep_alive = false;
    switch (state_) {
        case State::Waiting:
            if (!graceful) return close();
            return answer_current();
        case State::Reading:
            if (!graceful || !parser_) close();
            return;
        case State::Handling:
            if (!graceful) return close();
            return end_long_poll();
        case State::Writing:
            if (!graceful) close();
            return;
        case State::Streaming:
        case State::Lingering:
        case State::Closed:
            return close();
    }
}

void Connection::close() {
    if (state_ == State::Closed) return;
    auto alive = shared_from_this();
    if (waiter_) end_wait();
    end_long_poll();
    state_ = State::Closed;
    if (streamed_) streamed_->stream->close();
    streamed_.reset();
    unsent_.reset();
    parser_.reset();
    worker_->deadlines().remove(*this);
    boost::system::error_code ignored;
    socket_.close(ignored);
    worker_->forget(*this);
    self_.reset();
}

void Connection::watch_read() {
    if (read_watched_) return;
    read_watched_ = true;
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](boost::system::error_code) {
                           self->read_watched_ = false;
                           self->on_readable();
                       });
}

void Connection::watch_write() {
    if (write_watched_) return;
    write_watched_ = true;
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                       [self = shared_from_this()](boost::system::error_code) {
                           self->write_watched_ = false;
                           self->on_writable();
                       });
}

void Connection::on_readable() {
    switch (state_) {
        case State::Reading:
            return read_some();
        case State::Lingering:
            return discard_input();
        case State::Closed:
            return;
        default:
            return look_at_client();
    }
}

void Connection::on_writable() {
    if (state_ == State::Closed) return;
    if (unsent_) return continue_transmission();
    if (state_ == State::Reading) read_some();  // a TLS handshake
}

// Something came while the client was owed an answer: more requests, which wait, or its farewell.
void Connection::look_at_client() {
    switch (transport_.peek()) {
        case Transport::State::Ok:
            readable_ = true;
            return;
        case Transport::State::WantRead:
            return watch_read();
        case Transport::State::WantWrite:
            return watch_write();
        case Transport::State::Closed:
            break;
    }
    if (state_ == State::Waiting || state_ == State::Streaming) return close();
    // Who has only finished sending is still owed his answer, but it is not worth waiting for.
    form_.keep_alive = false;
    end_long_poll();
}

// Only for calls that wait; others answer when they are done.
void Connection::end_long_poll() {
    if (!long_poll_) return;
    boost::asio::post(worker_->control(),
                      [call = std::exchange(long_poll_, nullptr)] { call->end(); });
}

void Connection::discard_input() {
    std::span<char> buffer = worker_->read_buffer();
    constexpr int kTurns = 16;
    for (int i = 0; i < kTurns; ++i) {
        Transport::State state = transport_.read(buffer).state;
        if (state == Transport::State::Ok) continue;
        if (state == Transport::State::Closed) return close();
        break;
    }
    watch_read();
}

void Connection::read_some() {
    std::span<char> buffer = worker_->read_buffer();
    Transport::Moved moved = transport_.read(buffer);
    switch (moved.state) {
        case Transport::State::WantRead:
            return watch_read();
        case Transport::State::WantWrite:
            return watch_write();
        case Transport::State::Closed:
            return close();
        case Transport::State::Ok:
            break;
    }
    std::string_view input(buffer.data(), moved.bytes);
    if (leftover_.empty()) return consume(input);
    std::string joined = std::exchange(leftover_, {});
    consume(joined.append(input));
}

void Connection::consume(std::string_view input) {
    auto alive = shared_from_this();
    parse(input);
    if (state_ == State::Closed || state_ == State::Lingering) return;
    leftover_.assign(input);
    if (state_ != State::Reading) return;
    if (leftover_.empty() || parser_) return read_on();
    // More whole requests are here; others first.
    boost::asio::post(worker_->io(), [self = shared_from_this()] {
        if (self->state_ == State::Reading) self->resume();
    });
}

void Connection::parse(std::string_view& input) {
    int turn = 0;
    while (state_ == State::Reading && !input.empty() && turn < kPipelineTurn) {
        if (!parser_) {
            parser_ = worker_->take_parser();
            request_deadline_.reset();
        }
        switch (parser_->feed(input)) {
            case RequestParser::Progress::Failed:
                return fail_request(parser_->fault());
            case RequestParser::Progress::Done:
                handle_request();
                ++turn;
                break;
            case RequestParser::Progress::NeedMore:
                if (parser_->takes_continue()) {
                    transport_.write("HTTP/1.1 100 Continue\r\n\r\n", {});
                }
                return;
        }
    }
}

// Waits for the rest of a request or for the next one.
void Connection::read_on() {
    const HttpConfig& config = worker_->config();
    const Instant at = now();
    if (parser_ && !request_deadline_) request_deadline_ = at + config.header_timeout;
    worker_->deadlines().set(*this, parser_ ? *request_deadline_ : at + config.idle_timeout);
    worker_->rearm();
    if (!std::exchange(readable_, false) && !transport_.has_buffered()) return watch_read();
    boost::asio::post(worker_->io(), [self = shared_from_this()] {
        if (self->state_ == State::Reading) self->read_some();
    });
}

// After an answer that did not go out at once: what came meanwhile is next.
void Connection::resume() {
    if (leftover_.empty()) return read_on();
    std::string input = std::exchange(leftover_, {});
    consume(input);
}

void Connection::fail_request(const RequestFault& fault) {
    Refusal reason = fault.status == 413   ? Refusal::Body
                     : fault.status == 431 ? Refusal::Header
                                           : Refusal::Malformed;
    worker_->metrics().refused(reason);
    Answer answer = Answer::text(fault.status, fault.text);
    form_ = AnswerForm{};
    form_.keep_alive = false;
    counters_ = &worker_->metrics().unmatched;
    started_ = now();
    send(answer);
}

void Connection::deadline_passed() {
    auto alive = shared_from_this();
    switch (state_) {
        case State::Waiting:
            return answer_current();
        case State::Reading:
            if (!parser_) return close();
            worker_->metrics().refused(Refusal::Timeout);
            form_ = AnswerForm{};
            form_.keep_alive = false;
            counters_ = &worker_->metrics().unmatched;
            started_ = now();
            return send(
                Answer::text(408, "408 Request Timeout: the request was not complete in time"));
        case State::Writing:
        case State::Streaming:
            worker_->metrics().refused(Refusal::Timeout);
            return close();
        case State::Handling:
        case State::Lingering:
        case State::Closed:
            return close();
    }
}

// Closing with unread input would reset the connection, and the client might lose the answer with
// it.
void Connection::end_output() {
    transport_.shut_down();
    parser_.reset();
    leftover_ = {};
    state_ = State::Lingering;
    worker_->deadlines().set(*this, now() + kLinger);
    worker_->rearm();
    watch_read();
}

}  // namespace weft::api
