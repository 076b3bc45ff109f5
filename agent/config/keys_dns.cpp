// What dns_config and its neighbours say.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

using Dns = api::DnsConfig;

constexpr double kSecondsMost = 2147483647;  // of a TTL, RFC 2181 section 8
constexpr std::string_view kStrategies[] = {"sequential", "random"};
constexpr std::string_view kLocal = "answers always come from this agent's own catalog";

const KeyRow kRows[] = {
    key("dns_config.node_ttl", Period, "0s", "TTL of answers about nodes.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::node_ttl>(),
    key("dns_config.service_ttl", PeriodMap, "none",
        "TTL by service: a name, a prefix with * at the end, or *.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::service_ttl>(),
    no_effect("dns_config.allow_stale", Bool, kLocal),
    no_effect("dns_config.max_stale", Period, kLocal),
    no_effect("dns_config.use_cache", Bool, kLocal),
    no_effect("dns_config.cache_max_age", Period, kLocal),
    key("dns_config.only_passing", Bool, "false", "Leave out instances with a warning too.")
        .now()
        .to<&AgentConfig::dns, &Dns::only_passing>(),
    key("dns_config.enable_truncate", Bool, "true",
        "Set TC when records were left out; only false turns it off.")
        .now()
        .to<&AgentConfig::dns, &Dns::enable_truncate>(),
    key("dns_config.disable_compression", Bool, "false", "Write names in full.")
        .now()
        .to<&AgentConfig::dns, &Dns::disable_compression>(),
    key("dns_config.udp_answer_limit", Integer, "3", "Most records in a UDP answer without EDNS.")
        .range(0, 65535)
        .now()
        .to<&AgentConfig::dns, &Dns::udp_answer_limit>(),
    key("dns_config.a_record_limit", Integer, "0",
        "Most A or AAAA records in an answer; 0: no limit.")
        .range(0, 65535)
        .now()
        .to<&AgentConfig::dns, &Dns::a_record_limit>(),
    key("dns_config.enable_additional_node_meta_txt", Bool, "true",
        "Add a node's metadata as TXT records.")
        .now()
        .to<&AgentConfig::dns, &Dns::enable_additional_node_meta_txt>(),
    key("dns_config.sort_by_distance", Bool, "false",
        "Instances of a service nearest first, by network coordinates, so that limits keep them; "
        "those equally near, and at the end those of unknown distance, in random order.")
        .now()
        .to<&AgentConfig::dns, &Dns::sort_by_distance>(),
    key("dns_config.recursor_timeout", Period, "2s", "How long a recursor may take.")
        .range(0.001, 600)
        .now()
        .to<&AgentConfig::dns, &Dns::recursor_timeout>(),
    key("dns_config.recursor_strategy", Choice, "sequential",
        "Ask recursors in their order or in random order.")
        .one_of(kStrategies)
        .now()
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.dns.recursors_in_random_order = value.text == "random";
        }),
    refused("dns_config.prefer_namespace", Bool, "namespaces are not part of weft"),
    key("dns_config.soa.refresh", Integer, "3600", "Refresh field of SOA, in seconds.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::soa, &Dns::Soa::refresh>(),
    key("dns_config.soa.retry", Integer, "600", "Retry field of SOA, in seconds.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::soa, &Dns::Soa::retry>(),
    key("dns_config.soa.expire", Integer, "86400", "Expire field of SOA, in seconds.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::soa, &Dns::Soa::expire>(),
    key("dns_config.soa.min_ttl", Integer, "0",
        "How long resolvers may keep a negative answer, in seconds.")
        .range(0, kSecondsMost)
        .now()
        .to<&AgentConfig::dns, &Dns::soa, &Dns::Soa::min_ttl>(),
    key("recursors", Texts, "none",
        "Servers that answer for every other domain: \"ip\" or \"ip:port\".")
        .now()
        .to<&AgentConfig::dns, &Dns::recursors>(),
    renamed("recursor", Text, "recursors"),
};

}  // namespace

std::span<const KeyRow> dns_keys() {
    return kRows;
}

}  // namespace weft::agent
