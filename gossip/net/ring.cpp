#include "gossip/net/ring.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "agent/io/random_seed.hpp"

namespace weft::gossip {

namespace asio = boost::asio;

namespace {

// Batches before the timer and the streams get their turn.
constexpr int kRounds = 4;
// When a tick is late, answers may wait in the socket: they are heard before anybody is accused.
constexpr Duration kLate = std::chrono::milliseconds(5);
constexpr int kRoundsWhenLate = 64;
// Datagrams are sent at the latest when so much is written.
constexpr std::size_t kWrittenBytes = std::size_t{64} << 10;
// What a rare large turn needed is not kept.
constexpr std::size_t kKeptCapacity = 1024;
// Beyond what the node itself waits: it always finishes a leave.
constexpr Duration kLeaveSlack = std::chrono::seconds(1);

std::chrono::steady_clock::time_point steady(Instant at) {
    return std::chrono::steady_clock::time_point(at.time_since_epoch());
}

// One costs its source as many datagrams as real agents would send for it: theirs hold up to about
// so many messages.
constexpr std::size_t kMessagesOfADatagram = 64;

// Fills in what the configuration leaves to the sockets.
void settle(RingConfig& config, const Endpoint& local) {
    Endpoint& advertise = config.node.advertise;
    // Peers compare bytes: in sixteen we would be another agent of that name to who knows four.
    advertise = advertise.unmapped();
    if (advertise.port == 0) advertise.port = local.port;
    if (advertise.address.is_unspecified()) advertise.address = local.address;
    config.node.label_bytes = config.label.size();
}

template <class Value>
void clear(std::vector<Value>& values) {
    values.clear();
    if (values.capacity() > kKeptCapacity) values.shrink_to_fit();
}

}  // namespace

Result<std::unique_ptr<Ring>> Ring::open(asio::any_io_executor executor, RingConfig config,
                                         Keyring keyring, OnEvent on_event,
                                         std::unique_ptr<RingLog> log) {
    WEFT_TRY(config.validate());
    auto counters = std::make_unique<NetCounters>();
    WEFT_TRY(auto sockets, open_sockets(executor, config.bind, *counters));
    settle(config, sockets.local);
    WEFT_TRY(config.node.validate());
    return std::unique_ptr<Ring>(new Ring(std::move(executor), std::move(config),
                                          std::move(keyring), std::move(on_event), std::move(log),
                                          std::move(counters), std::move(sockets)));
}

Ring::Ring(asio::any_io_executor executor, RingConfig config, Keyring keyring, OnEvent on_event,
           std::unique_ptr<RingLog> log, std::unique_ptr<NetCounters> counters, NetSockets sockets)
    : config_(std::move(config)),
      packet_config_{.label = config_.label, .accepts_plain = config_.accepts_plain},
      stream_config_{.label = config_.label, .accepts_plain = config_.accepts_plain},
      on_event_(std::move(on_event)),
      counters_(std::move(counters)),
      local_(sockets.local),
      log_(std::move(log)),
      rng_(random_seed()),
      node_(config_.node, std::move(keyring), rng_, pool_, now()),
      sealing_keys_(config_.sends_plain ? no_keys_ : node_.keyring()),
      limiter_(config_.sources, rng_.next()),
      address_limiter_(config_.sources.of_an_address(), rng_.next()),
      reader_(packet_config_, node_.keyring()),
      writer_(packet_config_, sealing_keys_),
      udp_(std::move(sockets.udp)),
      stream_io_(stream_config_, config_.streams, {node_.keyring(), sealing_keys_}, nonces_,
                 *counters_),
      listener_(std::move(sockets.tcp), config_.node.stream_timeout, rng_.next(), stream_io_,
                *this),
      dialer_(executor, local_, stream_io_, *this),
      timer_(executor),
      left_(executor),
      scope_(executor) {
    if (log_) log_->listening(local_);
}

Ring::~Ring() = default;

asio::awaitable<void> Ring::run() {
    scope_.spawn(listener_.run());
    scope_.spawn(keep_time());
    co_await receive();
    co_await scope_.close();
    co_await dialer_.close();
}

// ---- datagrams

asio::awaitable<void> Ring::receive() {
    while (true) {
        const auto error = co_await udp_->wait();
        if (error) co_return;
        receive_rounds(kRounds);
    }
}

void Ring::receive_rounds(int rounds) {
    for (int round = 0; round < rounds; ++round)
        if (!receive_batch()) return;
}

bool Ring::receive_batch() {
    const CarryOut afterwards(*this);
    const auto received = udp_->receive();
    for (const Endpoint& at : received.unreachable) node_.port_unreachable(at, now(), out_);
    for (const auto& datagram : received.datagrams) receive_one(datagram);
    return received.may_have_more;
}

void Ring::receive_one(const UdpSocket::Datagram& datagram) {
    const Instant at = now();
    if (!limiter_.admit(datagram.peer, at)) {
        ++counters_->datagrams_limited;
        return;
    }
    if (!address_limiter_.admit({datagram.peer.address, 0}, at)) {
        ++counters_->datagrams_address_limited;
        return;
    }
    const auto packet = reader_.read(datagram.bytes);
    if (!packet) {
        counters_->datagrams_refused.add(packet.error().code);
        if (log_) log_->refused("datagram", datagram.peer, packet.error(), at);
        return;
    }
    counters_->parts_refused += packet.value().parts_dropped;
    const std::size_t messages = packet.value().messages.size();
    if (messages > kMessagesOfADatagram) {
        const auto more = static_cast<std::uint32_t>((messages - 1) / kMessagesOfADatagram);
        limiter_.charge(datagram.peer, more, at);
        address_limiter_.charge({datagram.peer.address, 0}, more, at);
    }
    node_.receive(datagram.peer, packet.value().messages, at, out_);
}

// ---- time

asio::awaitable<void> Ring::keep_time() {
    while (!scope_.is_closing()) {
        timer_at_ = node_.next_deadline();
        timer_.expires_at(steady(timer_at_));
        // Ends early when the deadline moves.
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        timer_at_ = Instant::max();
        const Instant deadline = node_.next_deadline();
        if (deadline <= now() && !scope_.is_closing()) tick(deadline);
    }
}

void Ring::tick(Instant deadline) {
    const Duration late = now() - deadline;
    ++counters_->ticks;
    counters_->late_total += late;
    counters_->late_max = std::max(counters_->late_max, late);
    if (late > kLate) {
        if (log_) log_->late(late, deadline + late);
        receive_rounds(kRoundsWhenLate);
    }
    const CarryOut afterwards(*this);
    node_.tick(now(), out_);
}

// After whatever may have moved the deadline.
void Ring::set_timer() {
    if (timer_at_ != Instant::max() && timer_at_ != node_.next_deadline()) timer_.cancel();
}

// ---- what follows

void Ring::carry_out() {
    // From within an event: the loop below goes on with it.
    if (is_carrying_) return;
    is_carrying_ = true;
    while (!out_.datagrams.empty() || !out_.dials.empty() || !out_.events.empty()) {
        std::swap(out_, carried_);
        send(carried_.datagrams);
        for (Dial& dial : carried_.dials) dialer_.start(std::move(dial));
        for (const Event& event : carried_.events) deliver(event);
        clear(carried_.datagrams);
        clear(carried_.dials);
        clear(carried_.events);
    }
    is_carrying_ = false;
    set_timer();
}

void Ring::send(const std::vector<Datagram>& datagrams) {
    const bool has_keys = !sealing_keys_.is_empty();
    for (const Datagram& datagram : datagrams) {
        parts_.clear();
        for (const SharedBytes& message : datagram.messages) parts_.push_back(*message);
        PacketWriter::Options options;
        options.crc = datagram.crc && !has_keys;
        options.compress = config_.compress_datagrams;
        if (has_keys) options.nonce = nonces_.next();
        writer_.write(written_, parts_, options);
        written_to_.emplace_back(place_of(datagram.to), written_.size());
        if (written_.size() >= kWrittenBytes) send_written();
    }
    send_written();
}

// What this agent answers itself must not go by its advertised address: behind a NAT that may lead
// nowhere from here.
Endpoint Ring::place_of(const Endpoint& to) const {
    if (to.unmapped() != config_.node.advertise) return to;
    if (!local_.address.is_unspecified()) return local_;
    if (to.unmapped().address.is_v4()) return {IpAddress::v4({127, 0, 0, 1}), local_.port};
    return {IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), local_.port};
}

void Ring::send_written() {
    if (written_to_.empty()) return;
    std::size_t begin = 0;
    for (const auto& [to, end] : written_to_) {
        sending_.push_back({to, std::string_view(written_).substr(begin, end - begin)});
        begin = end;
    }
    udp_->send(sending_);
    sending_.clear();
    written_to_.clear();
    written_.clear();
}

void Ring::deliver(const Event& event) {
    if (log_) log_->happened(event, now());
    if (const auto* finished = std::get_if<event::LeaveFinished>(&event)) {
        has_left_ = true;
        is_spread_ = finished->spread;
        left_.cancel();
    }
    on_event_(event);
}

// ---- leaving

asio::awaitable<bool> Ring::leave() {
    call([](Node& node, Instant at, Output& out) { node.leave(at, out); });
    if (!has_left_) {
        left_.expires_after(2 * config_.node.broadcast_timeout + kLeaveSlack);
        co_await left_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (is_alone()) co_return is_spread_;
    left_.expires_after(config_.leave_propagate_delay);
    co_await left_.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return is_spread_;
}

bool Ring::is_alone() const {
    const auto members = node_.members();
    return std::none_of(members.begin(), members.end(), [&](const MemberView& view) {
        return view.status == MemberStatus::Alive && view.member->name != config_.node.name;
    });
}

// ---- streams

std::string Ring::stream_accepted(const Endpoint& from, const StreamMessage& message) {
    return call(
        [&](Node& node, Instant at, Output& out) { return node.accept(from, message, at, out); });
}

void Ring::stream_refused(const Endpoint& from, const Error& error) {
    if (log_) log_->refused("stream", from, error, now());
}

void Ring::dial_opened(DialId id) {
    call([&](Node& node, Instant at, Output& out) { node.dial_opened(id, at, out); });
}

// To the node it is one that ended without an answer; it knows that none was due.
void Ring::dial_sent(DialId id) {
    dial_failed(id, DialFailure::Unanswered, "no answer is due");
}

void Ring::dial_answered(DialId id, const StreamMessage& answer) {
    call([&](Node& node, Instant at, Output& out) { node.dial_answered(id, answer, at, out); });
}

void Ring::dial_failed(DialId id, DialFailure failure, std::string_view why) {
    call([&](Node& node, Instant at, Output& out) { node.dial_failed(id, failure, why, at, out); });
}

}  // namespace weft::gossip
