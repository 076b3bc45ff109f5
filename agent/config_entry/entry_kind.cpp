#include "agent/config_entry/entry_kind.hpp"

namespace weft::agent {

std::string_view to_string(EntryKind kind) {
    switch (kind) {
        case EntryKind::IngressGateway:
            return "ingress-gateway";
        case EntryKind::JwtProvider:
            return "jwt-provider";
        case EntryKind::Mesh:
            return "mesh";
        case EntryKind::ProxyDefaults:
            return "proxy-defaults";
        case EntryKind::ServiceDefaults:
            return "service-defaults";
        case EntryKind::ServiceIntentions:
            return "service-intentions";
        case EntryKind::ServiceResolver:
            return "service-resolver";
        case EntryKind::ServiceRouter:
            return "service-router";
        case EntryKind::ServiceSplitter:
            return "service-splitter";
        case EntryKind::TerminatingGateway:
            return "terminating-gateway";
    }
    return {};
}

std::optional<EntryKind> entry_kind(std::string_view name) {
    for (const EntryKind kind : kEntryKinds) {
        if (to_string(kind) == name) return kind;
    }
    return std::nullopt;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return lower;
}

EntryKey entry_key(EntryKind kind, std::string_view name) {
    return {kind, lower_case(name)};
}

std::string to_string(const EntryKey& key) {
    return std::string(to_string(key.kind)) + "/" + key.name;
}

}  // namespace weft::agent
