#include "agent/runtime/host_route.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstring>
#include <string_view>
#include <vector>

#include "agent/io/clock.hpp"
#include "gossip/net/socket_address.hpp"

namespace weft::agent {

namespace {

// Names that are not looked up by then are left out.
constexpr Duration kLookupsMax = std::chrono::seconds(5);

class UdpSocketFd {
public:
    explicit UdpSocketFd(const IpAddress& family)
        : fd_(::socket(family.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
    ~UdpSocketFd() {
        if (fd_ >= 0) ::close(fd_);
    }
    UdpSocketFd(const UdpSocketFd&) = delete;
    UdpSocketFd& operator=(const UdpSocketFd&) = delete;

    int get() const { return fd_; }

private:
    int fd_;
};

// Of a join address: without port and brackets.
std::string_view host_of(std::string_view address) {
    if (IpAddress::parse(address)) return address;
    if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
    return address.substr(0, address.rfind(':'));
}

std::vector<IpAddress> look_up(std::string_view name) {
    boost::asio::io_context context;
    boost::asio::ip::udp::resolver resolver(context);
    boost::system::error_code error;
    std::vector<IpAddress> found;
    for (const auto& entry : resolver.resolve(name, "", error)) {
        if (auto address = IpAddress::parse(entry.endpoint().address().to_string()))
            found.push_back(*address);
    }
    return found;
}

bool is_loopback(const IpAddress& address) {
    if (address.is_v4()) return address.bytes()[0] == 127;
    return address == IpAddress::parse("::1");
}

// Remembers the best route so far.
class Routes {
public:
    void add(const IpAddress& target, const std::string& written) {
        const auto address = address_of_route(target);
        if (!address) return;
        const AdvertisedRoute route{address->str(), written};
        if (!is_loopback(*address) && !outward_) outward_ = route;
        if (!any_) any_ = route;
    }
    bool leads_out() const { return outward_.has_value(); }
    // A name of this host itself is often looked up as 127.0.1.1.
    std::optional<AdvertisedRoute> best() const { return outward_ ? outward_ : any_; }

private:
    std::optional<AdvertisedRoute> outward_;
    std::optional<AdvertisedRoute> any_;
};

}  // namespace

std::optional<IpAddress> address_of_route(const IpAddress& target) {
    const UdpSocketFd socket(target);
    const auto to = gossip::to_socket_address({target, 1}, target.is_v6());
    if (socket.get() < 0 || !to) return std::nullopt;
    sockaddr_storage own{};
    socklen_t own_size = sizeof own;
    // Connecting a datagram socket sends nothing; it only looks the route up.
    const bool is_known =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to->bytes), to->size) == 0 &&
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &own_size) == 0;
    if (!is_known) return std::nullopt;
    return gossip::to_endpoint(own).address;
}

bool is_address_of_host(const IpAddress& address) {
    if (address.is_unspecified() || is_loopback(address)) return true;
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return false;
    bool is_found = false;
    for (const ifaddrs* at = all; at != nullptr && !is_found; at = at->ifa_next) {
        if (at->ifa_addr == nullptr) continue;
        const int family = at->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        sockaddr_storage own{};
        std::memcpy(&own, at->ifa_addr,
                    family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        is_found = gossip::to_endpoint(own).address == address;
    }
    ::freeifaddrs(all);
    return is_found;
}

std::optional<AdvertisedRoute> advertise_by_route(const GossipConfig& gossip) {
    if (!gossip.advertises_by_route) return std::nullopt;
    Routes routes;
    std::vector<std::string> names;
    for (const auto* targets : {&gossip.start_join, &gossip.retry_join}) {
        for (const std::string& target : *targets) {
            if (const auto address = IpAddress::parse(host_of(target))) {
                routes.add(*address, target);
            } else {
                names.push_back(target);
            }
        }
    }
    const Instant begun = now();
    for (const std::string& name : names) {
        if (routes.leads_out() || now() - begun > kLookupsMax) break;
        for (const IpAddress& address : look_up(host_of(name))) routes.add(address, name);
    }
    return routes.best();
}

}  // namespace weft::agent
