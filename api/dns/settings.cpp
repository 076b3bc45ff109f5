#include "api/dns/settings.hpp"

#include <algorithm>
#include <limits>

namespace weft::api {

namespace {

constexpr std::size_t kPlainUdpBytes = 512;
constexpr std::size_t kMaxUdpBytes = 65507;  // what IPv4 carries
constexpr std::size_t kMaxUdpAnswersWithoutEdns = 8;
constexpr std::size_t kMaxTcpBytes = 65523;
constexpr std::size_t kMaxTcpAnswers = 4096;
constexpr std::size_t kMaxTcpServiceAnswers = 1024;

std::uint32_t whole_seconds(Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

DnsName name_or_root(std::string_view text) {
    return DnsName::from_text(text).value_or(DnsName()).lower();
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(dns_lower(static_cast<std::uint8_t>(c)));
    return text;
}

std::string below(std::string_view label, const std::string& domain) {
    return domain == "." ? std::string(label) : std::string(label) + "." + domain;
}

}  // namespace

DnsSettings::DnsSettings(DnsConfig given)
    : config(std::move(given)),
      zones{name_or_root(config.domain), name_or_root(config.alt_domain), lower(config.datacenter)},
      soa_server(name_or_root(below("ns", config.domain))),
      soa_mailbox(name_or_root(below("hostmaster", config.domain))),
      node_ttl(whole_seconds(config.node_ttl)) {
    for (auto& [name, ttl] : config.service_ttl) name = lower(std::move(name));
}

std::uint32_t DnsSettings::service_ttl(std::string_view service) const {
    std::uint32_t ttl = 0;
    std::size_t longest = 0;
    bool found = false;
    for (const auto& [pattern, value] : config.service_ttl) {
        if (pattern == service) return whole_seconds(value);
        if (!pattern.ends_with('*')) continue;
        const auto prefix = std::string_view(pattern).substr(0, pattern.size() - 1);
        if (!service.starts_with(prefix) || (found && prefix.size() < longest)) continue;
        found = true;
        longest = prefix.size();
        ttl = whole_seconds(value);
    }
    return ttl;
}

Budget budget_for(const Query& query, Transport transport, const DnsSettings& settings) {
    if (transport == Transport::Tcp)
        return {kMaxTcpBytes,
                query.type == RecordType::SRV ? kMaxTcpServiceAnswers : kMaxTcpAnswers, false};
    const std::size_t offered = query.edns ? query.edns->udp_size : 0;
    if (offered > kPlainUdpBytes)
        return {std::min(offered, kMaxUdpBytes), std::numeric_limits<std::size_t>::max(), false};
    return {kPlainUdpBytes,
            std::min<std::size_t>(kMaxUdpAnswersWithoutEdns, settings.config.udp_answer_limit),
            true};
}

}  // namespace weft::api
