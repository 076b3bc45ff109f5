#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/task_scope.hpp"
#include "gossip/core/node.hpp"
#include "gossip/net/dialer.hpp"
#include "gossip/net/net_sockets.hpp"
#include "gossip/net/ring_config.hpp"
#include "gossip/net/ring_log.hpp"
#include "gossip/net/stream_listener.hpp"
#include "gossip/net/stream_owner.hpp"
#include "gossip/wire/packet.hpp"

namespace weft::gossip {

// An agent's part in a ring: a Node with its sockets, its timer and its randomness. Carries what
// comes to the node, and carries out what follows.
//
// Everything happens on one executor, which should have a thread to itself: what keeps it busy
// delays answers that peers wait for. Everything here is called there, and the events come there.
class Ring final : private StreamOwner {
public:
    // May call the ring, but not end it.
    using OnEvent = std::function<void(const Event&)>;

    // Binds. Errors name the address and a remedy, or what is wrong with the configuration. The
    // empty keyring: nothing is encrypted. log: none, or for instance an EventLog.
    static Result<std::unique_ptr<Ring>> open(boost::asio::any_io_executor executor,
                                              RingConfig config, Keyring keyring, OnEvent on_event,
                                              std::unique_ptr<RingLog> log);
    ~Ring() override;

    // Serves until cancelled. Whoever opened it awaits this before destroying it.
    boost::asio::awaitable<void> run();

    // For everything that the application wants of the node, such as
    //     ring.call([&](Node& node, Instant now, Output& out) {
    //         return node.fire_event("deploy", "v2", false, now, out);
    //     });
    // What follows has been sent when it returns, except from within an event.
    template <class Use>
    decltype(auto) call(Use&& use) {
        const CarryOut afterwards(*this);
        return std::forward<Use>(use)(node_, now(), out_);
    }

    // Says farewell and goes on serving until everybody may have heard it; run() must be running,
    // and may be ended then. False: it may not have spread to all.
    boost::asio::awaitable<bool> leave();

    const boost::asio::any_io_executor& executor() const { return scope_.executor(); }
    const Node& node() const { return node_; }
    const Keyring& keyring() { return node_.keyring(); }
    const NetCounters& counters() const { return *counters_; }
    Endpoint local() const { return local_; }  // where it is bound
    Endpoint advertised() const { return config_.node.advertise; }
    std::size_t receive_buffer_bytes() const { return udp_->receive_buffer_bytes(); }

private:
    // Does it when it goes.
    class CarryOut {
    public:
        explicit CarryOut(Ring& ring) : ring_(ring) {}
        ~CarryOut() { ring_.carry_out(); }
        CarryOut(const CarryOut&) = delete;
        CarryOut& operator=(const CarryOut&) = delete;

    private:
        Ring& ring_;
    };

    Ring(boost::asio::any_io_executor executor, RingConfig config, Keyring keyring,
         OnEvent on_event, std::unique_ptr<RingLog> log, std::unique_ptr<NetCounters> counters,
         NetSockets sockets);

    boost::asio::awaitable<void> receive();
    // True: there may be more.
    bool receive_batch();
    void receive_rounds(int rounds);
    void receive_one(const UdpSocket::Datagram& datagram);

    boost::asio::awaitable<void> keep_time();
    void tick(Instant deadline);
    void set_timer();

    void carry_out();
    void send(const std::vector<Datagram>& datagrams);
    Endpoint place_of(const Endpoint& to) const;
    void send_written();
    void deliver(const Event& event);
    bool is_alone() const;

    std::string stream_accepted(const Endpoint& from, const StreamMessage& message) override;
    void stream_refused(const Endpoint& from, const Error& error) override;
    void dial_opened(DialId id) override;
    void dial_sent(DialId id) override;
    void dial_answered(DialId id, const StreamMessage& answer) override;
    void dial_failed(DialId id, DialFailure failure, std::string_view why) override;

    RingConfig config_;
    PacketConfig packet_config_;
    StreamConfig stream_config_;
    OnEvent on_event_;
    std::unique_ptr<NetCounters> counters_;
    Endpoint local_;
    std::unique_ptr<RingLog> log_;  // may be none
    Rng rng_;
    DescriptionPool pool_;
    Node node_;
    Keyring no_keys_;
    Keyring& sealing_keys_;  // the node's, or none
    NonceSource nonces_;
    SourceLimiter limiter_;
    SourceLimiter address_limiter_;
    PacketReader reader_;
    PacketWriter writer_;
    std::unique_ptr<UdpSocket> udp_;
    StreamIo stream_io_;
    StreamListener listener_;
    Dialer dialer_;
    boost::asio::steady_timer timer_;
    Instant timer_at_ = Instant::max();
    boost::asio::steady_timer left_;  // ends when the leave is spread
    bool has_left_ = false;
    bool is_spread_ = false;

    Output out_;      // what the node wants next
    Output carried_;  // what is being carried out
    bool is_carrying_ = false;

    // Datagrams that are written and not yet sent, behind one another.
    std::string written_;
    std::vector<std::pair<Endpoint, std::size_t>> written_to_;  // and where each ends
    std::vector<std::string_view> parts_;
    std::vector<UdpSocket::Datagram> sending_;

    TaskScope scope_;
};

}  // namespace weft::gossip
