#include "api/dns/config.hpp"

#include <fmt/format.h>

#include "agent/base/ip_address.hpp"
#include "api/dns/name.hpp"
#include "api/dns/socket_address.hpp"

namespace weft::api {

namespace {

Error invalid(std::string sentence) {
    return make_error(Errc::InvalidArgument, std::move(sentence));
}

Result<void> check_domain(const char* key, const std::string& domain) {
    // Room for the longest names below it: 63 bytes of a label, ".service.", a datacenter.
    constexpr std::size_t kMaxDomainBytes = 128;
    if (!domain.ends_with('.') || !DnsName::from_text(domain) || domain.size() > kMaxDomainBytes)
        return invalid(fmt::format("{} \"{}\" is not a domain name of at most {} characters", key,
                                   domain, kMaxDomainBytes));
    return success();
}

Result<void> check_ttl(const std::string& key, Duration ttl) {
    if (ttl < Duration::zero() || ttl > std::chrono::hours(24 * 365))
        return invalid(key + " must be between 0 and 1 year");
    return success();
}

}  // namespace

Result<void> DnsConfig::validate() const {
    for (const DnsListener& listener : listeners)
        if (!IpAddress::parse(listener.address))
            return invalid(
                fmt::format("DNS listen address \"{}\" is not an IP address", listener.address));
    WEFT_TRY(check_domain("domain", domain));
    if (!alt_domain.empty()) {
        WEFT_TRY(check_domain("alt_domain", alt_domain));
    }
    if (!DnsName::from_text(datacenter) || datacenter.find('.') != std::string::npos)
        return invalid(fmt::format("datacenter \"{}\" cannot be part of a DNS name", datacenter));
    WEFT_TRY(check_ttl("dns_config.node_ttl", node_ttl));
    for (const auto& [name, ttl] : service_ttl) {
        WEFT_TRY(check_ttl("dns_config.service_ttl of \"" + name + "\"", ttl));
    }
    for (const std::string& recursor : recursors)
        if (!SocketAddress::parse(recursor, kDnsPort))
            return invalid(fmt::format(
                "recursor \"{}\" is neither an IP address nor one with a port", recursor));
    if (recursor_timeout <= Duration::zero())
        return invalid("dns_config.recursor_timeout must be above 0");
    if (tcp_idle_timeout <= Duration::zero())
        return invalid("the idle timeout of DNS connections must be above 0");
    return success();
}

}  // namespace weft::api
