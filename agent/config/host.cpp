#include "agent/config/host.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>

#include "agent/base/ip_address.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {
namespace {

bool is_private(const IpAddress& address) {
    if (!address.is_v4()) return false;
    const auto bytes = address.bytes();
    return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] >= 16 && bytes[1] < 32) ||
           (bytes[0] == 192 && bytes[1] == 168);
}

bool is_public(const IpAddress& address) {
    if (!address.is_v4() || is_private(address)) return false;
    const auto bytes = address.bytes();
    return bytes[0] != 127 && bytes[0] != 0 && bytes[0] < 224 &&
           !(bytes[0] == 169 && bytes[1] == 254);
}

template <class Predicate>
std::vector<HostFacts::Interface> addresses_that(const HostFacts& host, Predicate predicate) {
    std::vector<HostFacts::Interface> out;
    for (const auto& interface : host.interfaces) {
        const auto address = IpAddress::parse(interface.address);
        if (address && predicate(*address)) out.push_back(interface);
    }
    return out;
}

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
}

Error refusal(const std::string& function) {
    return make_error(
        Errc::Unsupported,
        fmt::format("the template {{{{ {} }}}} is not supported; GetPrivateIP, GetPublicIP and"
                    " GetInterfaceIP \"name\" are",
                    function));
}

Result<std::string> first_of(const std::vector<HostFacts::Interface>& found,
                             std::string_view what) {
    if (found.empty())
        return make_error(Errc::NotFound, fmt::format("this host has no {} IPv4 address", what));
    return found.front().address;
}

Result<std::string> evaluate(const std::string& call, const HostFacts& host) {
    if (call == "GetPrivateIP") return first_of(private_addresses(host), "private");
    if (call == "GetPublicIP") return first_of(public_addresses(host), "public");
    constexpr std::string_view kInterface = "GetInterfaceIP";
    if (!call.starts_with(kInterface)) return refusal(call);
    const std::string argument = trimmed(std::string_view(call).substr(kInterface.size()));
    if (argument.size() < 3 || argument.front() != '"' ||
        argument.find('"', 1) != argument.size() - 1) {
        return refusal(call);
    }
    const std::string name = argument.substr(1, argument.size() - 2);
    for (const auto& interface : host.interfaces) {
        if (interface.name == name) return interface.address;
    }
    return make_error(Errc::NotFound,
                      fmt::format("this host has no interface {} with an address", name));
}

constexpr std::size_t kSmallFileMax = 65536;
constexpr unsigned kBindCapability = 10;  // CAP_NET_BIND_SERVICE of capability.h
constexpr std::int32_t kFirstOpenPort = 1024;

// Empty when there is none.
std::string read_small(const std::string& path) {
    auto text = read_file(path, kSmallFileMax);
    return text ? std::move(text.value()) : std::string();
}

// The effective set of capabilities, by proc(5).
bool may_bind_low_ports() {
    const std::string status = read_small("/proc/self/status");
    constexpr std::string_view kField = "CapEff:\t";
    const std::size_t at = status.find(kField);
    if (at == std::string::npos) return true;
    const auto set = std::strtoull(status.c_str() + at + kField.size(), nullptr, 16);
    return (set >> kBindCapability & 1) != 0;
}

std::int32_t read_lowest_port() {
    if (may_bind_low_ports()) return 0;
    const auto text = read_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", kSmallFileMax);
    return text ? static_cast<std::int32_t>(std::strtol(text.value().c_str(), nullptr, 10))
                : kFirstOpenPort;
}

}  // namespace

std::vector<std::string> parse_search_domains(std::string_view text) {
    std::vector<std::string> domains;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        if (!(words >> word) || (word != "search" && word != "domain")) continue;
        domains.clear();
        while (words >> word) {
            if (word.starts_with('#') || word.starts_with(';')) break;
            while (word.ends_with('.')) word.pop_back();
            if (!word.empty()) domains.push_back(word);
        }
    }
    return domains;
}

HostFacts read_host_facts() {
    HostFacts host;
    host.search_domains = parse_search_domains(read_small("/etc/resolv.conf"));
    host.lowest_port = read_lowest_port();
    host.unix_time = wall_now().unix_ns / 1'000'000'000;
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) == 0) host.name = name.data();
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0) return host;
    // IPv4 first: an interface's own address is meant to be that one if it has both.
    for (const int family : {AF_INET, AF_INET6}) {
        for (const ifaddrs* entry = all; entry != nullptr; entry = entry->ifa_next) {
            if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != family ||
                (entry->ifa_flags & IFF_UP) == 0) {
                continue;
            }
            std::array<char, INET6_ADDRSTRLEN> text{};
            const void* raw = family == AF_INET
                                  ? static_cast<const void*>(
                                        &reinterpret_cast<sockaddr_in*>(entry->ifa_addr)->sin_addr)
                                  : &reinterpret_cast<sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
            if (inet_ntop(family, raw, text.data(), text.size()) == nullptr) continue;
            host.interfaces.push_back({entry->ifa_name, text.data()});
        }
    }
    freeifaddrs(all);
    return host;
}

Result<std::string> expand_templates(const std::string& text, const HostFacts& host) {
    std::string out;
    std::size_t at = 0;
    while (true) {
        const std::size_t open = text.find("{{", at);
        out += text.substr(at, open == std::string::npos ? std::string::npos : open - at);
        if (open == std::string::npos) return out;
        const std::size_t close = text.find("}}", open);
        if (close == std::string::npos)
            return make_error(Errc::InvalidArgument, "the template lacks its }}");
        WEFT_TRY(
            auto value,
            evaluate(trimmed(std::string_view(text).substr(open + 2, close - open - 2)), host));
        out += value;
        at = close + 2;
    }
}

std::vector<HostFacts::Interface> private_addresses(const HostFacts& host) {
    return addresses_that(host, is_private);
}

std::vector<HostFacts::Interface> public_addresses(const HostFacts& host) {
    return addresses_that(host, is_public);
}

}  // namespace weft::agent
