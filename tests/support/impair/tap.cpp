#include "tests/support/impair/tap.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace weft::test {
namespace {

constexpr std::size_t kFrameMost = 65'600;

Error system_error(const std::string& what) {
    return make_error(Errc::Io, fmt::format("{}: {}", what, std::strerror(errno)));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    int get() const { return number_; }
    int take() { return std::exchange(number_, -1); }

private:
    int number_;
};

Result<int> open_here(std::size_t number) {
    Descriptor tap(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (tap.get() < 0) return system_error("/dev/net/tun");
    ifreq request{};
    std::strcpy(request.ifr_name, "wire0");
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(tap.get(), TUNSETIFF, &request) != 0) return system_error("TUNSETIFF wire0");
    request = {};
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    const unsigned char address[] = {0x02,
                                     0x57,
                                     0,
                                     0,
                                     static_cast<unsigned char>(number >> 8),
                                     static_cast<unsigned char>(number)};
    std::memcpy(request.ifr_hwaddr.sa_data, address, sizeof address);
    if (ioctl(tap.get(), SIOCSIFHWADDR, &request) != 0) return system_error("SIOCSIFHWADDR");
    return tap.take();
}

}  // namespace

Result<Tap> Tap::open(const std::string& network_namespace, std::size_t number) {
    const std::string path = "/run/netns/" + network_namespace;
    const Descriptor own(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (own.get() < 0) return system_error("/proc/self/ns/net");
    const Descriptor other(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (other.get() < 0) return system_error(path);
    // The interface belongs to the namespace in which /dev/net/tun was opened, from then on.
    if (setns(other.get(), CLONE_NEWNET) != 0) return system_error("entering " + path);
    const Result<int> descriptor = open_here(number);
    if (setns(own.get(), CLONE_NEWNET) != 0) return system_error("leaving " + path);
    WEFT_TRY(const int opened, descriptor);
    return Tap(opened);
}

Tap::Tap(Tap&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Tap::~Tap() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::optional<Frame> Tap::read() {
    std::uint8_t buffer[kFrameMost];
    const ssize_t size = ::read(descriptor_, buffer, sizeof buffer);
    if (size <= 0) return std::nullopt;
    return Frame(buffer, buffer + size);
}

bool Tap::write(const Frame& frame) {
    return ::write(descriptor_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

}  // namespace weft::test
