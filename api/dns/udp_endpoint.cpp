#include "api/dns/udp_endpoint.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/io/asio_address.hpp"
#include "agent/io/clock.hpp"

namespace weft::api {

using boost::system::error_code;

namespace {

constexpr std::size_t kBatch = 32;
// Rounds before others on this thread get their turn.
constexpr int kRounds = 4;
// A query that is longer is cut off by the kernel and then malformed.
constexpr std::size_t kReceiveBytes = kMaxQueryBytes;
// Answers of a batch are written behind one another; when less than the largest answer is left,
// they are sent.
constexpr std::size_t kArenaBytes = 2 * kMaxDnsMessageBytes;
// Room for a local address (v6) and a drop counter.
constexpr std::size_t kControlBytes =
    CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(std::uint32_t));

struct alignas(cmsghdr) Control {
    std::array<unsigned char, kControlBytes> bytes;
};

// What the kernel said beside a datagram.
struct Ancillary {
    std::uint32_t drops = 0;         // since the socket was opened; 0: not said
    const cmsghdr* local = nullptr;  // the address that it was sent to
};

Ancillary read_ancillary(msghdr& header) {
    Ancillary ancillary;
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
        if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_RXQ_OVFL)
            std::memcpy(&ancillary.drops, CMSG_DATA(item), sizeof(ancillary.drops));
        if ((item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) ||
            (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO))
            ancillary.local = item;
    }
    return ancillary;
}

std::optional<IpAddress> address_of(const sockaddr_storage& peer, std::size_t bytes) {
    boost::asio::ip::udp::endpoint endpoint;
    if (bytes > endpoint.capacity()) return std::nullopt;
    std::memcpy(endpoint.data(), &peer, bytes);
    return from_asio(endpoint.address());
}

// Makes the answer leave from the address that was asked: clients drop answers from another one.
std::size_t write_source(const cmsghdr& local, Control& control) {
    auto* item = reinterpret_cast<cmsghdr*>(control.bytes.data());
    item->cmsg_level = local.cmsg_level;
    item->cmsg_type = local.cmsg_type;
    const auto* data = CMSG_DATA(const_cast<cmsghdr*>(&local));
    if (local.cmsg_type == IP_PKTINFO) {
        in_pktinfo info;
        std::memcpy(&info, data, sizeof(info));
        info.ipi_ifindex = 0;
        // The destination of the query may be a broadcast address; ipi_spec_dst is always one of
        // ours.
        item->cmsg_len = CMSG_LEN(sizeof(info));
        std::memcpy(CMSG_DATA(item), &info, sizeof(info));
        return CMSG_SPACE(sizeof(info));
    }
    in6_pktinfo info;
    std::memcpy(&info, data, sizeof(info));
    if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
    item->cmsg_len = CMSG_LEN(sizeof(info));
    std::memcpy(CMSG_DATA(item), &info, sizeof(info));
    return CMSG_SPACE(sizeof(info));
}

}  // namespace

struct UdpEndpoint::Peer {
    sockaddr_storage address;
    socklen_t address_bytes = 0;
    Control control;
    std::size_t control_bytes = 0;
};

struct UdpEndpoint::Batch {
    std::array<mmsghdr, kBatch> incoming;
    std::array<iovec, kBatch> incoming_data;
    std::array<sockaddr_storage, kBatch> peers;
    std::array<Control, kBatch> incoming_control;
    std::array<std::array<std::byte, kReceiveBytes>, kBatch> packets;
    std::array<mmsghdr, kBatch> outgoing;
    std::array<iovec, kBatch> outgoing_data;
    std::array<Control, kBatch> outgoing_control;
    std::array<std::uint8_t, kArenaBytes> arena;
    std::uint32_t drops_seen = 0;

    void prepare() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            incoming_data[i] = {packets[i].data(), kReceiveBytes};
            incoming[i].msg_hdr = {&peers[i], sizeof(peers[i]),     &incoming_data[i],
                                   1,         &incoming_control[i], kControlBytes,
                                   0};
        }
    }
};

UdpEndpoint::UdpEndpoint(boost::asio::ip::udp::socket socket, std::shared_ptr<Responder> responder)
    // Not value-initialised: pages that no batch ever used stay unmapped.
    : socket_(std::move(socket)), responder_(std::move(responder)), batch_(new Batch) {}

UdpEndpoint::~UdpEndpoint() = default;

void UdpEndpoint::close() {
    error_code ignored;
    socket_.close(ignored);
}

void UdpEndpoint::wait() {
    socket_.async_wait(boost::asio::ip::udp::socket::wait_read,
                       [self = shared_from_this()](error_code error) {
                           if (!error) self->read();
                       });
}

void UdpEndpoint::read() {
    for (int round = 0; round < kRounds; ++round)
        if (serve_batch() < kBatch) break;
    if (socket_.is_open()) wait();
}

std::size_t UdpEndpoint::serve_batch() {
    Batch& batch = *batch_;
    batch.prepare();
    const int received =
        recvmmsg(socket_.native_handle(), batch.incoming.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (received <= 0) return 0;
    const auto count = static_cast<std::size_t>(received);
    const Instant start = now();
    const WallTime wall = wall_now();
    const agent::View view = responder_->catalog().view();
    std::size_t arena_used = 0;
    std::size_t answered = 0;
    unsigned unsent = 0;
    for (std::size_t i = 0; i < count; ++i) {
        msghdr& header = batch.incoming[i].msg_hdr;
        const Ancillary ancillary = read_ancillary(header);
        if (ancillary.drops != 0 && ancillary.drops != batch.drops_seen) {
            responder_->metrics().dropped_receive_buffer->Increment(ancillary.drops -
                                                                    batch.drops_seen);
            batch.drops_seen = ancillary.drops;
        }
        const auto later = [&]() -> Responder::Deliver {
            auto peer = std::make_shared<Peer>();
            peer->address = batch.peers[i];
            peer->address_bytes = header.msg_namelen;
            if (ancillary.local)
                peer->control_bytes = write_source(*ancillary.local, peer->control);
            return [self = shared_from_this(), peer](std::span<const std::uint8_t> answer) {
                self->send_late(*peer, answer);
            };
        };
        const auto out = std::span(batch.arena).subspan(arena_used, kMaxDnsMessageBytes);
        const std::size_t size =
            responder_->respond(std::span(batch.packets[i]).first(batch.incoming[i].msg_len),
                                {Transport::Udp, address_of(batch.peers[i], header.msg_namelen)},
                                view, wall, out, later);
        if (size == 0) continue;
        batch.outgoing_data[unsent] = {out.data(), size};
        msghdr& reply = batch.outgoing[unsent].msg_hdr;
        reply = {
            &batch.peers[i], header.msg_namelen, &batch.outgoing_data[unsent], 1, nullptr, 0, 0};
        if (ancillary.local) {
            reply.msg_control = &batch.outgoing_control[unsent];
            reply.msg_controllen = write_source(*ancillary.local, batch.outgoing_control[unsent]);
        }
        ++unsent;
        ++answered;
        arena_used += size;
        if (kArenaBytes - arena_used >= kMaxDnsMessageBytes) continue;
        send(std::exchange(unsent, 0));
        arena_used = 0;
    }
    send(unsent);
    responder_->batch_done(now() - start, answered);
    return count;
}

void UdpEndpoint::send(unsigned count) {
    unsigned sent = 0;
    while (sent < count) {
        const int result = sendmmsg(socket_.native_handle(), batch_->outgoing.data() + sent,
                                    count - sent, MSG_DONTWAIT);
        if (result > 0) {
            sent += static_cast<unsigned>(result);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == ENOBUFS) {
            // Clients ask again; waiting for them would hold up everyone else.
            responder_->metrics().dropped_send->Increment(count - sent);
            return;
        }
        // The kernel refuses this one (too long for the route, unreachable); the others may go.
        responder_->metrics().dropped_send->Increment();
        ++sent;
    }
}

void UdpEndpoint::send_late(const Peer& peer, std::span<const std::uint8_t> answer) {
    if (!socket_.is_open()) return;
    iovec data{const_cast<std::uint8_t*>(answer.data()), answer.size()};
    msghdr header{};
    header.msg_name = const_cast<sockaddr_storage*>(&peer.address);
    header.msg_namelen = peer.address_bytes;
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    if (peer.control_bytes != 0) {
        header.msg_control = const_cast<unsigned char*>(peer.control.bytes.data());
        header.msg_controllen = peer.control_bytes;
    }
    if (sendmsg(socket_.native_handle(), &header, MSG_DONTWAIT) < 0)
        responder_->metrics().dropped_send->Increment();
}

}  // namespace weft::api
