#include "api/http/connection.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
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
constexpr Duration kBodyTime = std::chrono::minutes(10);  // for all of it, unless it is a large one

}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, int socket, SSL_CTX* tls,
                       std::string client_address)
    : worker_(std::move(worker)),
      socket_(socket),
      transport_(socket, tls),
      client_address_(std::move(client_address)) {}

Connection::~Connection() {
    if (socket_ >= 0) ::close(socket_);
}

void Connection::start() {
    self_ = shared_from_this();
    admitted_ = true;
    if (!add_to_worker()) return;
    worker_->deadlines().set(*this, now() + worker_->config().header_timeout);
}

void Connection::refuse(std::string_view whole_answer) {
    self_ = shared_from_this();
    if (!add_to_worker()) return;
    transport_.write(whole_answer, {});
    end_output();
}

// False: the kernel has no room to watch the socket, and it was closed.
bool Connection::add_to_worker() {
    watched_ = EPOLLIN;
    const auto added = worker_->readiness().add(socket_, *this, watched_);
    if (added) return true;
    worker_->metrics().refused(Refusal::Descriptors);
    close();
    return false;
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
        case State::Downloading:
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
    download_.reset();
    large_body_.reset();
    unsent_.reset();
    parser_.reset();
    worker_->deadlines().remove(*this);
    worker_->readiness().remove(socket_, *this);
    ::close(std::exchange(socket_, -1));
    worker_->forget(*this);
    self_.reset();
}

void Connection::watch(std::uint32_t events) {
    if (events == watched_ || state_ == State::Closed) return;
    watched_ = events;
    worker_->readiness().change(socket_, *this, watched_);
}

void Connection::watch_read() {
    watch(watched_ | EPOLLIN);
}

// What cannot be read now would be told of again and again.
void Connection::ignore_read() {
    watch(watched_ & ~std::uint32_t{EPOLLIN});
}

void Connection::watch_write() {
    write_awaited_ = true;
    watch(watched_ | EPOLLOUT);
}

void Connection::socket_ready(std::uint32_t events) {
    auto alive = shared_from_this();
    if (events & EPOLLOUT) {
        write_awaited_ = false;
        on_writable();
        if (!write_awaited_) watch(watched_ & ~std::uint32_t{EPOLLOUT});
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    if (watched_ & EPOLLIN) return on_readable();
    // Broken, behind bytes that are not read now: there is nobody to answer.
    if (events & (EPOLLHUP | EPOLLERR)) close();
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
    watch_read();  // TLS had to write first
    on_readable();
}

// Something came while the client was owed an answer: more requests, which wait, or its farewell.
void Connection::look_at_client() {
    switch (transport_.peek()) {
        case Transport::State::Ok:
            readable_ = true;
            return ignore_read();
        case Transport::State::WantRead:
            return;
        case Transport::State::WantWrite:
            ignore_read();
            return watch_write();
        case Transport::State::Closed:
            break;
    }
    if (state_ == State::Waiting || state_ == State::Streaming || state_ == State::Downloading)
        return close();
    // Who has only finished sending is still owed his answer, but it is not worth waiting for.
    ignore_read();
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
            ignore_read();
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
    // More whole requests are here; others first, and no more bytes until then.
    ignore_read();
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
                if (!admit_large_body()) return;
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
    if (parser_) set_request_deadline(at);
    worker_->deadlines().set(*this, parser_ ? *request_deadline_ : at + config.idle_timeout);
    worker_->rearm();
    if (!std::exchange(readable_, false) && !transport_.has_buffered()) return watch_read();
    boost::asio::post(worker_->io(), [self = shared_from_this()] {
        if (self->state_ == State::Reading) self->read_some();
    });
}

// A head has its time from the first byte; a body must go on coming.
void Connection::set_request_deadline(Instant at) {
    const Instant next = at + worker_->config().header_timeout;
    if (!request_deadline_) {
        request_deadline_ = next;
        body_end_ = at + kBodyTime;
    } else if (large_body_) {
        request_deadline_ = next;
    } else if (parser_->has_header()) {
        request_deadline_ = std::min(next, body_end_);
    }
}

// After an answer that did not go out at once: what came meanwhile is next.
void Connection::resume() {
    if (leftover_.empty()) return read_on();
    std::string input = std::exchange(leftover_, {});
    consume(input);
}

// False: another is held, and this one is refused before it comes.
bool Connection::admit_large_body() {
    if (!parser_->has_large_body() || large_body_) return true;
    Request& request = parser_->request();
    if (!worker_->dispatcher().may_write(request.method, client_address_)) {
        fail_request({403, "Access is restricted"});
        return false;
    }
    large_body_ = worker_->large_bodies().hold();
    request.large_body = large_body_;
    if (large_body_) return true;
    fail_request({429, "Another snapshot is being restored: try again"});
    return false;
}

void Connection::fail_request(const RequestFault& fault) {
    Refusal reason = fault.status == 413 || fault.status == 429 ? Refusal::Body
                     : fault.status == 431                      ? Refusal::Header
                                                                : Refusal::Malformed;
    if (fault.status != 403) worker_->metrics().refused(reason);
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
        case State::Downloading:
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
