#include "api/dns/name_lookup.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "agent/base/ip_address.hpp"

namespace weft::api {

namespace {

constexpr std::size_t kMaxLabels = 127;

// The labels of a name as views into one text, so that neighbours can be joined without copying.
class Labels {
public:
    explicit Labels(const DnsName& name) : text_(name.str()) {
        const auto wire = name.wire();
        for (std::size_t at = 0; wire[at] != 0; at += wire[at] + 1u) {
            const auto label = std::string_view(text_).substr(at, wire[at]);
            has_dots_ |= label.find('.') != std::string_view::npos;
            labels_[count_++] = label;
        }
    }
    Labels(const Labels&) = delete;
    Labels& operator=(const Labels&) = delete;

    std::span<const std::string_view> all() const { return {labels_.data(), count_}; }
    bool has_dots() const { return has_dots_; }

private:
    std::string text_;
    std::array<std::string_view, kMaxLabels> labels_;
    std::size_t count_ = 0;
    bool has_dots_ = false;  // inside a label: no name of ours, and it would read as two labels
};

std::string join(std::span<const std::string_view> labels) {
    std::string joined;
    for (const auto label : labels) {
        if (!joined.empty()) joined += '.';
        joined += label;
    }
    return joined;
}

std::optional<NameKind> kind_of(std::string_view label) {
    if (label == "service") return NameKind::Service;
    if (label == "node") return NameKind::Node;
    if (label == "connect") return NameKind::Connect;
    if (label == "ingress") return NameKind::Ingress;
    if (label == "query") return NameKind::PreparedQuery;
    if (label == "virtual") return NameKind::Virtual;
    if (label == "addr") return NameKind::Address;
    return std::nullopt;
}

// Nothing, the datacenter alone, or pairs of a value and its kind.
bool is_here(std::span<const std::string_view> suffix, std::string_view datacenter) {
    if (suffix.size() == 1) return suffix[0] == datacenter;
    if (suffix.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < suffix.size(); i += 2) {
        const std::string_view value = suffix[i];
        const std::string_view kind = suffix[i + 1];
        const bool is_ours = (kind == "dc" && value == datacenter) ||
                             ((kind == "ns" || kind == "ap") && value == "default");
        if (!is_ours) return false;
    }
    return true;
}

NameLookup service_lookup(std::span<const std::string_view> labels) {
    const std::size_t count = labels.size();
    if (count == 2 && labels[0].starts_with('_') && labels[1].starts_with('_')) {
        // "_tcp" is what RFC 2782 clients write when they mean no tag.
        const std::string_view tag = labels[1].substr(1);
        return {NameKind::Service, std::string(labels[0].substr(1)),
                tag == "tcp" ? std::string() : std::string(tag)};
    }
    return {NameKind::Service, std::string(labels[count - 1]), join(labels.first(count - 1))};
}

NameLookup query_lookup(std::span<const std::string_view> labels) {
    // As newer clients ask, RFC 2782 style.
    const bool is_rfc_style =
        labels.size() == 2 && labels[0].starts_with('_') && labels[1] == "_tcp";
    return {NameKind::PreparedQuery,
            is_rfc_style ? std::string(labels[0].substr(1)) : join(labels),
            {}};
}

NameLookup in_domain(std::span<const std::string_view> labels, RecordType type,
                     std::string_view datacenter) {
    for (std::size_t i = labels.size(); i-- > 0;) {
        auto kind = kind_of(labels[i]);
        std::size_t count = i;  // labels in front of the kind's word
        if (!kind && type == RecordType::SRV && labels[i].starts_with('_')) {
            kind = NameKind::Service;
            count = i + 1;
        }
        if (!kind) continue;
        const auto asked = labels.first(count);
        if (asked.empty() || !is_here(labels.subspan(i + 1), datacenter))
            return {NameKind::Invalid, {}, {}};
        switch (*kind) {
            case NameKind::Service:
                return service_lookup(asked);
            case NameKind::Connect:
            case NameKind::Ingress:
            case NameKind::Virtual:
                return {*kind, std::string(asked.back()), {}};
            case NameKind::PreparedQuery:
                return query_lookup(asked);
            case NameKind::Address:
                if (asked.size() != 1) return {NameKind::Invalid, {}, {}};
                return {*kind, std::string(asked[0]), {}};
            default:
                return {*kind, join(asked), {}};
        }
    }
    return {NameKind::Invalid, {}, {}};
}

// 4.3.2.1.in-addr.arpa
std::string reverse_v4(std::span<const std::string_view> labels) {
    if (labels.size() != 4) return {};
    std::string text;
    for (std::size_t i = labels.size(); i-- > 0;) {
        if (!text.empty()) text += '.';
        text += labels[i];
    }
    const auto address = IpAddress::parse(text);
    return address && address->is_v4() ? address->str() : std::string();
}

// 32 nibbles, the last one first, .ip6.arpa
std::string reverse_v6(std::span<const std::string_view> labels) {
    if (labels.size() != 32) return {};
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::string_view digit = labels[31 - i];
        unsigned value = 0;
        const auto parsed = std::from_chars(digit.data(), digit.data() + digit.size(), value, 16);
        if (digit.size() != 1 || parsed.ec != std::errc()) return {};
        bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] << 4 | value);
    }
    return IpAddress::v6(bytes).str();
}

NameLookup reverse_lookup(std::span<const std::string_view> labels) {
    NameLookup lookup{NameKind::Reverse, {}, {}};
    if (labels.size() < 2) return lookup;
    const auto digits = labels.first(labels.size() - 2);
    const std::string_view tree = labels[labels.size() - 2];
    if (tree == "in-addr") lookup.name = reverse_v4(digits);
    if (tree == "ip6") lookup.name = reverse_v6(digits);
    return lookup;
}

// The more specific of the zones that hold the name; null: none does.
const DnsName* zone_of(const DnsName& name, const Zones& zones) {
    const DnsName* zone = nullptr;
    if (name.is_below_or_at(zones.domain)) zone = &zones.domain;
    if (zones.alternative.size() > 1 && name.is_below_or_at(zones.alternative) &&
        (!zone || zones.alternative.size() > zone->size()))
        zone = &zones.alternative;
    return zone;
}

}  // namespace

NameLookup look_up_name(const DnsName& name, RecordType type, const Zones& zones) {
    static const DnsName arpa = *DnsName::from_text("arpa");
    const DnsName* zone = zone_of(name, zones);
    if (name.is_below_or_at(arpa) && (!zone || zone->size() <= arpa.size())) {
        const Labels labels(name);
        return reverse_lookup(labels.all());
    }
    if (!zone) return {NameKind::Outside, {}, {}};
    const Labels labels(name.without(*zone));
    if (labels.has_dots()) return {NameKind::Invalid, {}, {}};
    return in_domain(labels.all(), type, zones.datacenter);
}

}  // namespace weft::api
