#pragma once

#include <cstdint>
#include <string_view>

#include "api/dns/config.hpp"
#include "api/dns/name_lookup.hpp"

namespace weft::api {

// A DnsConfig made ready for answering: names in wire form, TTLs in seconds. Immutable; shared by
// the workers.
struct DnsSettings {
    explicit DnsSettings(DnsConfig config);

    // Of the exact name, else of the longest "prefix*" that fits it. service is in lower case.
    std::uint32_t service_ttl(std::string_view service) const;
    bool has_recursors() const { return !config.recursors.empty(); }
    bool compress() const { return !config.disable_compression; }

    DnsConfig config;
    Zones zones;
    DnsName soa_server;   // ns.<domain>
    DnsName soa_mailbox;  // hostmaster.<domain>
    std::uint32_t node_ttl;
};

enum class Transport : std::uint8_t { Udp, Tcp };

// How much of an answer may be sent.
struct Budget {
    std::size_t max_bytes = 0;
    std::size_t max_answers = 0;
    // Once max_answers cut the answer, measure it as if names weren't compressed, as Consul does
    // without EDNS.
    bool measure_plain_when_cut = false;
};

Budget budget_for(const Query& query, Transport transport, const DnsSettings& settings);

}  // namespace weft::api
