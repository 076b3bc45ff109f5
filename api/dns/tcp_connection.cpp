#include "api/dns/tcp_connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <utility>

#include "agent/io/asio_address.hpp"
#include "agent/io/clock.hpp"

namespace weft::api {

using boost::system::error_code;

namespace {

constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kInputBytes = kLengthBytes + kMaxQueryBytes;
constexpr std::size_t kMaxUnsentBytes = 256 * 1024;
constexpr std::size_t kMaxPending = 64;

std::optional<IpAddress> peer_of(const boost::asio::ip::tcp::socket& socket) {
    error_code failed;
    const auto peer = socket.remote_endpoint(failed);
    return failed ? std::nullopt : std::optional(from_asio(peer.address()));
}

}  // namespace

TcpConnection::TcpConnection(boost::asio::ip::tcp::socket socket,
                             std::shared_ptr<Responder> responder,
                             std::function<void(const TcpConnection*)> closed)
    : socket_(std::move(socket)),
      asker_(Transport::Tcp, peer_of(socket_)),
      responder_(std::move(responder)),
      closed_(std::move(closed)),
      timer_(socket_.get_executor()) {}

TcpConnection::~TcpConnection() = default;

void TcpConnection::start() {
    if (is_closed_) return;
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    restart_timer();
    read();
}

void TcpConnection::close() {
    if (std::exchange(is_closed_, true)) return;
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    std::exchange(closed_, nullptr)(this);
}

void TcpConnection::restart_timer() {
    timer_.expires_after(responder_->settings().config.tcp_idle_timeout);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->is_closed_) return;
        self->responder_->metrics().connections_timed_out->Increment();
        self->close();
    });
}

bool TcpConnection::is_choked() const {
    return unsent_.size() + sending_.size() > kMaxUnsentBytes || pending_ >= kMaxPending;
}

void TcpConnection::read() {
    if (reading_ || ended_ || is_closed_ || is_choked()) return;
    reading_ = true;
    input_.resize(kInputBytes);
    socket_.async_read_some(
        boost::asio::buffer(input_.data() + input_used_, input_.size() - input_used_),
        [self = shared_from_this()](error_code error, std::size_t size) {
            self->reading_ = false;
            if (self->is_closed_) return;
            if (!error) return self->received(size);
            // Half-closed: what was asked is still answered.
            self->ended_ = true;
            self->written();
        });
}

void TcpConnection::received(std::size_t size) {
    restart_timer();
    input_used_ += size;
    if (!serve()) {
        ended_ = true;
        input_used_ = 0;
    }
    write();
    written();
}

bool TcpConnection::serve() {
    const Instant start = now();
    const agent::View view = responder_->catalog().view();
    std::size_t at = 0;
    std::size_t answered = 0;
    bool is_sound = true;
    while (is_sound && input_used_ - at >= kLengthBytes && !is_choked()) {
        const auto input = std::span<const std::byte>(input_).first(input_used_).subspan(at);
        const std::size_t length =
            std::to_integer<std::size_t>(input[0]) << 8 | std::to_integer<std::size_t>(input[1]);
        const auto rest = input.subspan(kLengthBytes);
        std::size_t size = 0;
        if (length > kMaxQueryBytes) {
            // No query is that long: its header, if it has come, is worth an answer, the rest not
            // worth reading.
            is_sound = false;
            size = write_refusal(rest, Rcode::FormErr, responder_->scratch());
        } else if (rest.size() < length) {
            break;
        } else {
            size = responder_->respond(rest.first(length), asker_, view, wall_now(),
                                       responder_->scratch(), [this] { return answer_later(); });
        }
        at += kLengthBytes + length;
        if (size == 0) continue;
        enqueue(responder_->scratch().first(size));
        ++answered;
    }
    if (is_sound && at != 0) {
        std::memmove(input_.data(), input_.data() + at, input_used_ - at);
        input_used_ -= at;
    }
    responder_->batch_done(now() - start, answered);
    return is_sound;
}

Responder::Deliver TcpConnection::answer_later() {
    ++pending_;
    return [self = shared_from_this()](std::span<const std::uint8_t> answer) {
        --self->pending_;
        if (self->is_closed_) return;
        self->enqueue(answer);
        self->restart_timer();
        self->write();
        self->written();
    };
}

void TcpConnection::enqueue(std::span<const std::uint8_t> answer) {
    unsent_.push_back(static_cast<std::uint8_t>(answer.size() >> 8));
    unsent_.push_back(static_cast<std::uint8_t>(answer.size()));
    unsent_.insert(unsent_.end(), answer.begin(), answer.end());
}

void TcpConnection::write() {
    if (is_closed_ || unsent_.empty() || !sending_.empty()) return;
    std::swap(unsent_, sending_);
    boost::asio::async_write(
        socket_, boost::asio::buffer(sending_),
        // Each piece that the client takes is progress.
        [self = shared_from_this()](const error_code& error, std::size_t sent) -> std::size_t {
            if (error || self->is_closed_) return 0;
            if (sent != 0) self->restart_timer();
            return 64 * 1024;
        },
        [self = shared_from_this()](error_code error, std::size_t) {
            if (self->is_closed_) return;
            if (error) return self->close();
            self->sending_.clear();
            // Large answers are rare: their memory goes back.
            if (self->sending_.capacity() > kMaxDnsMessageBytes) self->sending_.shrink_to_fit();
            self->write();
            self->written();
        });
}

void TcpConnection::written() {
    if (is_closed_) return;
    // What choked may have left whole queries in the buffer, for which no more bytes will come.
    if (!ended_ && !reading_ && !is_choked() && input_used_ >= kLengthBytes) {
        const std::size_t before = input_used_;
        if (!serve()) {
            ended_ = true;
            input_used_ = 0;
        }
        if (input_used_ != before || ended_) write();
    }
    if (ended_ && unsent_.empty() && sending_.empty() && pending_ == 0) return close();
    read();
}

}  // namespace weft::api
