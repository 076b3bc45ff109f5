#include "api/dns/instances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "agent/catalog/liveness_overlay.hpp"

namespace weft::api {

namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return dns_lower(static_cast<std::uint8_t>(x)) == dns_lower(static_cast<std::uint8_t>(y));
    });
}

bool has_tag(const agent::ServiceRow& service, std::string_view tag) {
    const auto& tags = *service.tags;
    return std::any_of(tags.begin(), tags.end(),
                       [&](const auto& own) { return equal_without_case(own.view(), tag); });
}

agent::Status worst_status(const agent::View& view, const agent::Instance& instance) {
    auto worst = agent::Status::Passing;
    for (const agent::CheckRow* check : view.checks_of(instance))
        worst = std::max(worst, check->status);
    return worst;
}

std::uint16_t weight_of(const agent::ServiceRow& service, agent::Status status) {
    const std::int32_t weight =
        status == agent::Status::Warning ? service.weight_warning : service.weight_passing;
    return static_cast<std::uint16_t>(std::clamp(weight, 0, 0xFFFF));
}

std::string_view text_of(const SharedText& address) {
    return address.view();
}
std::string_view text_of(const agent::ServiceAddress& address) {
    return address.address.view();
}

// As Consul chooses: that of the family which is asked for; else of IPv6, then of IPv4.
template <class Tagged>
std::string_view tagged_address(const Tagged& tagged, RecordType type) {
    const auto find = [&](std::string_view tag) {
        const auto at = std::find_if(tagged.begin(), tagged.end(),
                                     [&](const auto& pair) { return pair.first == tag; });
        return at == tagged.end() ? std::string_view() : text_of(at->second);
    };
    const std::string_view six = type == RecordType::A ? std::string_view() : find("lan_ipv6");
    return six.empty() && type != RecordType::AAAA ? find("lan_ipv4") : six;
}

std::string_view address_of(const agent::ServiceRow& service, RecordType type) {
    if (service.address.empty()) return {};
    const std::string_view tagged = tagged_address(*service.tagged_addresses, type);
    return tagged.empty() ? service.address.view() : tagged;
}

std::string zone_suffix(const DnsSettings& settings) {
    return settings.zones.datacenter + "." + settings.config.domain;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

std::string quote_key(std::string_view key) {
    std::size_t leading = 0;
    while (leading < key.size() && key[leading] == ' ') ++leading;
    std::size_t trailing = 0;
    while (trailing < key.size() - leading && key[key.size() - 1 - trailing] == ' ') ++trailing;
    std::string middle(key.substr(leading, key.size() - leading - trailing));
    replace_all(middle, "`", "``");
    replace_all(middle, "=", "`=");
    std::string quoted;
    for (std::size_t i = 0; i < leading; ++i) quoted += "` ";
    quoted += middle;
    for (std::size_t i = 0; i < trailing; ++i) quoted += "` ";
    return quoted;
}

}  // namespace

std::vector<ServedInstance> served_instances(const agent::View& view, const NameLookup& lookup,
                                             bool only_passing) {
    const auto instances = lookup.kind == NameKind::Connect ? view.connect_instances(lookup.name)
                                                            : view.instances(lookup.name);
    std::vector<ServedInstance> served;
    served.reserve(instances.size());
    for (const agent::Instance& instance : instances) {
        if (!lookup.tag.empty() && !has_tag(*instance.service, lookup.tag)) continue;
        const agent::Status status = worst_status(view, instance);
        if (status >= agent::Status::Critical) continue;
        if (only_passing && status != agent::Status::Passing) continue;
        served.push_back(
            {instance.node, instance.service, weight_of(*instance.service, status), 0});
    }
    leave_out_absent(served, view,
                     [](const ServedInstance& each) { return each.node->name.view(); });
    return served;
}

std::vector<ServedInstance> served_instances(const std::vector<agent::QueriedInstance>& found) {
    std::vector<ServedInstance> served;
    served.reserve(found.size());
    for (const agent::QueriedInstance& each : found) {
        const agent::ServiceRow& service = *each.instance.service;
        served.push_back({each.instance.node, &service, weight_of(service, each.status), 0});
    }
    return served;
}

void rank_by_distance(std::vector<ServedInstance>& instances, const Distances& distances) {
    constexpr double kUnknown = std::numeric_limits<double>::infinity();
    std::vector<double> seconds;
    seconds.reserve(instances.size());
    for (const ServedInstance& instance : instances)
        seconds.push_back(distances.seconds_to(instance.node->name.view()).value_or(kUnknown));

    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> nearest;  // of each tier
    for (const double each : sorted)
        if (nearest.empty() || each > nearest.back() + distance_noise(nearest.back()))
            nearest.push_back(each);

    for (std::size_t i = 0; i < instances.size(); ++i) {
        const auto next = std::upper_bound(nearest.begin(), nearest.end(), seconds[i]);
        instances[i].tier = static_cast<std::uint32_t>(next - nearest.begin() - 1);
    }
    std::stable_sort(
        instances.begin(), instances.end(),
        [](const ServedInstance& a, const ServedInstance& b) { return a.tier < b.tier; });
}

std::string_view address_of(const agent::NodeRow& node, RecordType type) {
    const std::string_view tagged = tagged_address(*node.tagged_addresses, type);
    return tagged.empty() ? node.address.view() : tagged;
}

std::optional<Endpoint> endpoint_of(const ServedInstance& instance, RecordType type,
                                    const DnsName& asked) {
    const std::string_view own = address_of(*instance.service, type);
    const std::string_view nodes = address_of(*instance.node, type);
    if (own.empty() && nodes.empty()) return std::nullopt;
    const bool is_of_node = nodes == instance.node->address;
    if (own.empty()) {
        const auto address = IpAddress::parse(nodes);
        return Endpoint{address, address ? std::string_view() : nodes, is_of_node};
    }
    if (const auto address = IpAddress::parse(own)) return Endpoint{address, {}, false};
    const auto host = DnsName::from_text(own);
    if (host && host->same_as(asked))
        if (const auto address = IpAddress::parse(nodes)) return Endpoint{address, {}, is_of_node};
    return Endpoint{std::nullopt, own, false};
}

bool wants_address(RecordType type, const IpAddress& address) {
    if (type == RecordType::SRV || type == RecordType::ANY || type == RecordType::TXT) return true;
    return type == (address.is_v4() ? RecordType::A : RecordType::AAAA);
}

std::optional<DnsName> node_name(std::string_view node, const DnsSettings& settings) {
    return DnsName::from_text(fmt::format("{}.node.{}", node, zone_suffix(settings)));
}

DnsName address_name(const IpAddress& address, const DnsSettings& settings) {
    std::string hex;
    for (const std::uint8_t byte : address.bytes()) hex += fmt::format("{:02x}", byte);
    return DnsName::from_text(fmt::format("{}.addr.{}", hex, zone_suffix(settings)))
        .value_or(DnsName());
}

std::vector<std::string> meta_texts(const agent::NodeRow& node) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : *node.meta) {
        if (equal_without_case(key.view().substr(0, 8), "rfc1035-")) {
            texts.push_back(value.str());
            continue;
        }
        std::string quoted = value.str();
        replace_all(quoted, "`", "``");
        texts.push_back(quote_key(key.view()) + "=" + quoted);
    }
    return texts;
}

}  // namespace weft::api
