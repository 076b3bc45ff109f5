#include "api/dns/recursor.hpp"

#include <sys/random.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "agent/base/assert.hpp"
#include "agent/io/asio_address.hpp"

namespace weft::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kIdsAtOnce = 128;
// Datagrams of strangers cannot reach a connected socket, but the server itself may babble.
constexpr int kMaxBogusPackets = 64;

}  // namespace

// One question on its way through the servers.
class Recursor::Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(Recursor& owner, ForwardQuery query, bool retry_over_tcp, Done done)
        : owner_(&owner),
          query_(std::move(query)),
          retry_over_tcp_(retry_over_tcp),
          done_(std::move(done)),
          servers_(owner.config_.servers),
          timeout_(owner.config_.timeout),
          udp_(owner.context_),
          tcp_(owner.context_),
          timer_(owner.context_) {
        if (owner.config_.random_order) owner.rng_.shuffle(servers_);
    }

    void next_server() {
        close_sockets();
        if (next_ == servers_.size()) return finish(std::nullopt);
        const SocketAddress& server = servers_[next_++];
        id_ = owner_->random_id();
        bogus_ = 0;
        query_.set_id(id_);
        start_timer();
        error_code error;
        const asio::ip::udp::endpoint endpoint(to_asio(server.ip), server.port);
        udp_.open(endpoint.protocol(), error);
        if (!error) udp_.non_blocking(true, error);
        if (!error) udp_.connect(endpoint, error);
        if (!error) udp_.send(asio::buffer(query_.packet), 0, error);
        if (error) return failed(owner_->metrics_.recursor_errors);
        wait();
    }

    void abandon() {
        owner_ = nullptr;
        done_ = nullptr;
        close_sockets();
    }

private:
    // Each attempt invalidates the handlers of the ones before.
    template <class Handler>
    auto in_attempt(Handler handler) {
        return [self = shared_from_this(), attempt = attempt_, handler = std::move(handler)](
                   error_code error, auto... rest) {
            if (self->owner_ && self->attempt_ == attempt) handler(*self, error);
            ((void)rest, ...);
        };
    }

    void start_timer() {
        timer_.expires_after(timeout_);
        timer_.async_wait(in_attempt([](Exchange& self, error_code error) {
            if (!error) self.failed(self.owner_->metrics_.recursor_timeouts);
        }));
    }

    void failed(prometheus::Counter* reason) {
        reason->Increment();
        ++attempt_;
        // Later, not from here: a list of unreachable servers must not grow the stack.
        auto next = in_attempt([](Exchange& self, error_code) { self.next_server(); });
        asio::post(owner_->context_, [next = std::move(next)] { next(error_code()); });
    }

    void wait() {
        udp_.async_wait(asio::ip::udp::socket::wait_read,
                        in_attempt([](Exchange& self, error_code error) {
                            if (error) return self.failed(self.owner_->metrics_.recursor_errors);
                            self.receive();
                        }));
    }

    void receive() {
        auto& scratch = owner_->scratch_;
        while (true) {
            error_code error;
            const std::size_t size = udp_.receive(asio::buffer(scratch), 0, error);
            if (error == asio::error::would_block) return wait();
            if (error) return failed(owner_->metrics_.recursor_errors);
            const std::span<const std::byte> packet(scratch.data(), size);
            const auto response = parse_response(packet);
            if (response && is_answer_to(response.value(), query_, id_))
                return received(response.value(), packet);
            if (response && is_bare_refusal(response.value(), id_))
                return failed(owner_->metrics_.recursor_refusals);
            owner_->metrics_.recursor_bogus->Increment();
            if (++bogus_ == kMaxBogusPackets) return failed(owner_->metrics_.recursor_errors);
        }
    }

    void received(const DnsResponse& response, std::span<const std::byte> packet) {
        if (!is_final(response)) return failed(owner_->metrics_.recursor_refusals);
        if (response.truncated && retry_over_tcp_ && !tcp_.is_open()) return connect();
        finish(packet);
    }

    void connect() {
        ++attempt_;
        const SocketAddress& server = servers_[next_ - 1];
        start_timer();
        const auto size = query_.packet.size();
        frame_ = {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
        tcp_.async_connect({to_asio(server.ip), server.port},
                           in_attempt([](Exchange& self, error_code error) {
                               if (error) return self.failed(self.owner_->metrics_.recursor_errors);
                               self.send_over_tcp();
                           }));
    }

    void send_over_tcp() {
        const std::array<asio::const_buffer, 2> buffers = {asio::buffer(frame_),
                                                           asio::buffer(query_.packet)};
        asio::async_write(tcp_, buffers, in_attempt([](Exchange& self, error_code error) {
                              if (error) return self.failed(self.owner_->metrics_.recursor_errors);
                              self.read_length();
                          }));
    }

    void read_length() {
        asio::async_read(tcp_, asio::buffer(frame_),
                         in_attempt([](Exchange& self, error_code error) {
                             if (error) return self.failed(self.owner_->metrics_.recursor_errors);
                             self.read_answer();
                         }));
    }

    void read_answer() {
        answer_.resize(static_cast<std::size_t>(frame_[0] << 8 | frame_[1]));
        asio::async_read(
            tcp_, asio::buffer(answer_), in_attempt([](Exchange& self, error_code error) {
                if (error) return self.failed(self.owner_->metrics_.recursor_errors);
                const auto response = parse_response(self.answer_);
                if (!response || !is_answer_to(response.value(), self.query_, self.id_))
                    return self.failed(self.owner_->metrics_.recursor_bogus);
                self.received(response.value(), self.answer_);
            }));
    }

    void finish(std::optional<std::span<const std::byte>> answer) {
        ++attempt_;
        const auto self = shared_from_this();
        Recursor& owner = *owner_;
        (answer ? owner.metrics_.recursor_answered : owner.metrics_.recursor_failed)->Increment();
        const Done done = std::move(done_);
        owner.finished(self);
        close_sockets();
        owner_ = nullptr;
        done(answer);
    }

    void close_sockets() {
        error_code ignored;
        udp_.close(ignored);
        tcp_.close(ignored);
        timer_.cancel();
    }

    Recursor* owner_;  // null once done
    ForwardQuery query_;
    bool retry_over_tcp_;
    Done done_;
    std::vector<SocketAddress> servers_;
    Duration timeout_;
    asio::ip::udp::socket udp_;
    asio::ip::tcp::socket tcp_;
    asio::steady_timer timer_;
    std::size_t next_ = 0;
    std::uint64_t attempt_ = 0;
    std::uint16_t id_ = 0;
    int bogus_ = 0;
    std::array<std::uint8_t, 2> frame_{};
    std::vector<std::byte> answer_;
};

Recursor::Recursor(asio::io_context& context, RecursorConfig config, DnsMetrics& metrics,
                   std::uint64_t seed)
    : context_(context), config_(std::move(config)), metrics_(metrics), rng_(seed) {}

Recursor::~Recursor() {
    close();
}

void Recursor::ask(ForwardQuery query, bool retry_over_tcp, Done done) {
    if (config_.servers.empty() || exchanges_.size() >= config_.in_flight_max) {
        metrics_.recursor_rejected->Increment();
        // Never from here: the caller is in the midst of a batch.
        asio::post(context_, [done = std::move(done)] { done(std::nullopt); });
        return;
    }
    scratch_.resize(kMaxDnsMessageBytes);
    const auto exchange =
        std::make_shared<Exchange>(*this, std::move(query), retry_over_tcp, std::move(done));
    exchanges_.insert(exchange);
    metrics_.recursor_in_flight->Increment();
    exchange->next_server();
}

void Recursor::close() {
    const auto exchanges = std::exchange(exchanges_, {});
    for (const auto& exchange : exchanges) {
        metrics_.recursor_in_flight->Decrement();
        exchange->abandon();
    }
}

void Recursor::finished(const std::shared_ptr<Exchange>& exchange) {
    if (exchanges_.erase(exchange) != 0) metrics_.recursor_in_flight->Decrement();
}

// From the kernel's generator: ids that an attacker could predict would make forging an answer
// easy.
std::uint16_t Recursor::random_id() {
    if (ids_.empty()) {
        ids_.resize(kIdsAtOnce);
        const std::size_t bytes = ids_.size() * sizeof(ids_[0]);
        // Requests of up to 256 bytes are never cut short (getrandom(2)).
        static_assert(kIdsAtOnce * sizeof(std::uint16_t) <= 256);
        WEFT_ASSERT(getrandom(ids_.data(), bytes, 0) == static_cast<ssize_t>(bytes));
    }
    const std::uint16_t id = ids_.back();
    ids_.pop_back();
    return id;
}

}  // namespace weft::api
