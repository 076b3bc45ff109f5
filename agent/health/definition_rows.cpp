#include "agent/health/definition_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/ip_address.hpp"
#include "agent/catalog/proxy_row.hpp"

namespace weft::agent {

namespace {

template <class Pairs>
void sort_by_key(Pairs& pairs) {
    std::sort(pairs.begin(), pairs.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
}

void add_default(ServiceAddressMap& map, std::string_view key, const ServiceAddress& address) {
    const bool given =
        std::any_of(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
    if (!given) map.emplace_back(key, address);
}

Shared<ServiceAddressMap> tagged_addresses(const ServiceDefinition& definition) {
    ServiceAddressMap map;
    for (const auto& [key, address] : definition.tagged_addresses) map.emplace_back(key, address);
    const auto parsed = IpAddress::parse(definition.address);
    if (parsed) {
        const ServiceAddress own{definition.address, static_cast<std::int32_t>(definition.port)};
        add_default(map, parsed->is_v4() ? "lan_ipv4" : "lan_ipv6", own);
        add_default(map, parsed->is_v4() ? "wan_ipv4" : "wan_ipv6", own);
    }
    if (map.empty()) return {};
    sort_by_key(map);
    return map;
}

}  // namespace

ServiceRow to_service_row(const ServiceDefinition& definition, const SharedText& node) {
    ServiceRow row;
    row.node = node;
    row.id = definition.effective_id();
    row.name = definition.name;
    row.kind = definition.kind;
    if (!definition.tags.empty())
        row.tags = TextList(definition.tags.begin(), definition.tags.end());
    row.address = definition.address;
    row.tagged_addresses = tagged_addresses(definition);
    if (!definition.meta.empty()) {
        TextMap meta(definition.meta.begin(), definition.meta.end());
        sort_by_key(meta);
        row.meta = std::move(meta);
    }
    if (definition.proxy) row.proxy = proxy_row(*definition.proxy);
    row.port = static_cast<std::int32_t>(definition.port);
    const WeightsDefinition weights = definition.weights.value_or(WeightsDefinition{});
    row.weight_passing = static_cast<std::int32_t>(weights.passing);
    row.weight_warning = static_cast<std::int32_t>(weights.warning);
    row.enable_tag_override = definition.enable_tag_override;
    row.connect_native = definition.connect_native;
    return row;
}

CheckRow to_check_row(const CheckDefinition& definition, const ServiceRow* service,
                      const SharedText& node) {
    CheckRow row;
    row.node = node;
    row.id = definition.id;
    row.name = definition.name;
    row.notes = definition.notes;
    row.service_id = definition.service_id;
    if (service) {
        row.service_name = service->name;
        row.service_tags = service->tags;
    }
    row.type = definition.kind();
    row.status = parse_status(definition.status);
    return row;
}

std::vector<CheckDefinition> named_checks(const ServiceDefinition& definition) {
    std::vector<CheckDefinition> checks = definition.checks;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        auto& check = checks[i];
        check.service_id = definition.effective_id();
        if (check.id.empty() && checks.size() == 1)
            check.id = fmt::format("service:{}", check.service_id);
        if (check.id.empty()) check.id = fmt::format("service:{}:{}", check.service_id, i + 1);
        if (check.name.empty()) check.name = fmt::format("Service '{}' check", definition.name);
        if (check.token.empty()) check.token = definition.token;
    }
    return checks;
}

Status parse_status(std::string_view text) {
    if (text == "passing") return Status::Passing;
    if (text == "warning") return Status::Warning;
    return Status::Critical;
}

}  // namespace weft::agent
