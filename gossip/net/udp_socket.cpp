#include "gossip/net/udp_socket.hpp"

#include <fmt/format.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "agent/io/asio_address.hpp"
#include "gossip/net/socket_address.hpp"

namespace weft::gossip {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// As memberlist asks for: a burst of a large ring while this agent does not run.
constexpr int kReceiveBufferBytes = 2 << 20;
constexpr int kReceiveBufferBytesMin = 64 << 10;
// Errors taken from the queue at once; the rest makes the socket ready again.
constexpr int kErrorsMax = 64;

constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(std::uint32_t));  // a count of losses
constexpr std::size_t kErrorControlBytes =
    CMSG_SPACE(sizeof(sock_extended_err) + sizeof(sockaddr_in6)) +
    CMSG_SPACE(sizeof(std::uint32_t));

struct alignas(cmsghdr) Control {
    std::array<unsigned char, kControlBytes> bytes;
};

// Address space whose pages cost nothing until they are written. No huge pages, of which a single
// byte would fill one.
class Slab {
public:
    static constexpr std::size_t kBytes = UdpSocket::kBatch * UdpSocket::kDatagramBytesMax;

    Slab()
        : begin_(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (begin_ != MAP_FAILED) madvise(begin_, kBytes, MADV_NOHUGEPAGE);
    }
    ~Slab() {
        if (begin_ != MAP_FAILED) munmap(begin_, kBytes);
    }
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;

    bool is_there() const { return begin_ != MAP_FAILED; }
    char* slot(std::size_t i) const {
        return static_cast<char*>(begin_) + i * UdpSocket::kDatagramBytesMax;
    }

private:
    void* begin_;
};

Error io_error(const char* what, int number) {
    return make_error(Errc::Io, fmt::format("{}: {}", what, std::strerror(number)));
}

void set(int socket, int level, int option) {
    const int on = 1;
    setsockopt(socket, level, option, &on, sizeof(on));
}

// Halved until granted, since some systems refuse what is too much; Linux gives what it may.
std::size_t ask_for_receive_buffer(int socket) {
    for (int bytes = kReceiveBufferBytes; bytes >= kReceiveBufferBytesMin; bytes /= 2)
        if (setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) == 0) break;
    int granted = 0;
    socklen_t size = sizeof(granted);
    getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &granted, &size);
    return static_cast<std::size_t>(granted);
}

// What the kernel says beside datagrams; without one of these it still carries them.
void ask_for_reports(int socket, bool is_v6) {
    set(socket, SOL_SOCKET, SO_RXQ_OVFL);
    // On an IPv6 socket that takes IPv4 too, each family has its own switch.
    set(socket, IPPROTO_IP, IP_RECVERR);
    if (is_v6) set(socket, IPPROTO_IPV6, IPV6_RECVERR);
}

bool is_port_unreachable(const sock_extended_err& error) {
    if (error.ee_origin == SO_EE_ORIGIN_ICMP)
        return error.ee_type == ICMP_DEST_UNREACH && error.ee_code == ICMP_PORT_UNREACH;
    return error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type == ICMP6_DST_UNREACH &&
           error.ee_code == ICMP6_DST_UNREACH_NOPORT;
}

std::optional<sock_extended_err> extended_error(msghdr& header) {
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
        const bool is_error = (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR) ||
                              (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_RECVERR);
        if (!is_error) continue;
        sock_extended_err error;
        std::memcpy(&error, CMSG_DATA(item), sizeof(error));
        return error;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> losses(msghdr& header) {
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SO_RXQ_OVFL) continue;
        std::uint32_t lost = 0;
        std::memcpy(&lost, CMSG_DATA(item), sizeof(lost));
        return lost;
    }
    return std::nullopt;
}

}  // namespace

struct UdpSocket::Batch {
    Slab slab;
    std::array<mmsghdr, kBatch> incoming;
    std::array<iovec, kBatch> incoming_data;
    std::array<Control, kBatch> incoming_control;
    std::array<sockaddr_storage, kBatch> peers;
    std::array<Datagram, kBatch> datagrams;
    std::array<mmsghdr, kBatch> outgoing;
    std::array<iovec, kBatch> outgoing_data;
    std::array<SocketAddress, kBatch> targets;

    void prepare() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            incoming_data[i] = {slab.slot(i), kDatagramBytesMax};
            incoming[i].msg_hdr = {&peers[i], sizeof(peers[i]),     &incoming_data[i],
                                   1,         &incoming_control[i], kControlBytes,
                                   0};
        }
    }
};

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(asio::any_io_executor executor,
                                                   const Endpoint& bind, NetCounters& counters) {
    auto batch = std::make_unique<Batch>();
    if (!batch->slab.is_there()) return io_error("no memory for datagrams", errno);
    asio::ip::udp::socket socket(std::move(executor));
    const asio::ip::udp::endpoint endpoint(to_asio(bind.address), bind.port);
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error && bind.address.is_v6())
        socket.set_option(asio::ip::v6_only(!bind.address.is_unspecified()), error);
    if (!error) socket.bind(endpoint, error);
    if (!error) socket.non_blocking(true, error);
    if (error) return make_error(std::error_code(error));
    return std::unique_ptr<UdpSocket>(new UdpSocket(std::move(socket), std::move(batch), counters));
}

UdpSocket::UdpSocket(asio::ip::udp::socket socket, std::unique_ptr<Batch> batch,
                     NetCounters& counters)
    : socket_(std::move(socket)), batch_(std::move(batch)), counters_(counters) {
    error_code ignored;
    const auto bound = socket_.local_endpoint(ignored);
    local_ = to_endpoint({bound.address(), bound.port()});
    is_v6_ = bound.address().is_v6();
    receive_buffer_bytes_ = ask_for_receive_buffer(socket_.native_handle());
    ask_for_reports(socket_.native_handle(), is_v6_);
    unreachable_.reserve(kErrorsMax);
}

UdpSocket::~UdpSocket() = default;

asio::awaitable<error_code> UdpSocket::wait() {
    // Ends on errors in the queue too: the reactor hands EPOLLERR to whoever waits to read. Each
    // wait registers anew and so sees what was there before.
    const auto [error] = co_await socket_.async_wait(asio::ip::udp::socket::wait_read,
                                                     asio::as_tuple(asio::use_awaitable));
    co_return error;
}

UdpSocket::Received UdpSocket::receive() {
    unreachable_.clear();
    const std::size_t count = receive_batch();
    return {std::span(batch_->datagrams).first(count), unreachable_, count == kBatch};
}

std::size_t UdpSocket::receive_batch() {
    Batch& batch = *batch_;
    const int handle = socket_.native_handle();
    batch.prepare();
    int received = recvmmsg(handle, batch.incoming.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (received < 0) {
        // Either an error of the queue came first, which the kernel reports once in place of a
        // datagram; or a send was told of it, and it is only that nothing has come.
        drain_errors();
        batch.prepare();
        received = recvmmsg(handle, batch.incoming.data(), kBatch, MSG_DONTWAIT, nullptr);
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(received, 0)); ++i) {
        msghdr& header = batch.incoming[i].msg_hdr;
        if (const auto lost = losses(header)) count_lost(*lost);
        ++counters_.datagrams_received;
        counters_.datagram_bytes_received += batch.incoming[i].msg_len;
        batch.datagrams[count++] = {to_endpoint(batch.peers[i]),
                                    {batch.slab.slot(i), batch.incoming[i].msg_len}};
    }
    return count;
}

void UdpSocket::drain_errors() {
    for (int i = 0; i < kErrorsMax; ++i) {
        sockaddr_storage target{};
        alignas(cmsghdr) std::array<unsigned char, kErrorControlBytes> control;
        char byte = 0;  // the datagram comes back; who it was for is enough
        iovec data{&byte, 1};
        msghdr header{&target, sizeof(target), &data, 1, control.data(), control.size(), 0};
        if (recvmsg(socket_.native_handle(), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
        const auto error = extended_error(header);
        if (!error || header.msg_namelen == 0) continue;
        if (is_port_unreachable(*error)) {
            ++counters_.ports_unreachable;
            unreachable_.push_back(to_endpoint(target));
        } else {
            ++counters_.hosts_unreachable;
        }
    }
}

void UdpSocket::count_lost(std::uint32_t lost_in_all) {
    counters_.datagrams_lost += lost_in_all - lost_seen_;  // wraps with the kernel's 32 bits
    lost_seen_ = lost_in_all;
}

void UdpSocket::send(std::span<const Datagram> datagrams) {
    Batch& batch = *batch_;
    unsigned count = 0;
    for (const Datagram& datagram : datagrams) {
        const auto target = to_socket_address(datagram.peer, is_v6_);
        if (!target) {
            ++counters_.datagrams_unsent;
            continue;
        }
        batch.targets[count] = *target;
        batch.outgoing_data[count] = {const_cast<char*>(datagram.bytes.data()),
                                      datagram.bytes.size()};
        batch.outgoing[count].msg_hdr = {&batch.targets[count].bytes,
                                         target->size,
                                         &batch.outgoing_data[count],
                                         1,
                                         nullptr,
                                         0,
                                         0};
        if (++count == kBatch) send_batch(std::exchange(count, 0));
    }
    send_batch(count);
}

void UdpSocket::send_batch(unsigned count) {
    Batch& batch = *batch_;
    unsigned sent = 0;
    bool is_second_try = false;
    while (sent < count) {
        const int result = sendmmsg(socket_.native_handle(), batch.outgoing.data() + sent,
                                    count - sent, MSG_DONTWAIT);
        if (result > 0) {
            for (int i = 0; i < result; ++i)
                counters_.datagram_bytes_sent +=
                    batch.outgoing[sent + static_cast<unsigned>(i)].msg_len;
            counters_.datagrams_sent += static_cast<unsigned>(result);
            sent += static_cast<unsigned>(result);
            is_second_try = false;
            continue;
        }
        if (errno == EAGAIN || errno == ENOBUFS) {
            counters_.datagrams_unsent += count - sent;
            return;
        }
        // Often it is an earlier datagram that failed, of which the kernel tells whoever comes
        // next; this one was not sent then.
        if (!std::exchange(is_second_try, true)) continue;
        ++counters_.datagrams_unsent;
        ++sent;
        is_second_try = false;
    }
}

}  // namespace weft::gossip
