#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::agent {

// The kinds of configuration entries, in the order of their names.
enum class EntryKind : std::uint8_t {
    IngressGateway,
    JwtProvider,
    Mesh,
    ProxyDefaults,
    ServiceDefaults,
    ServiceIntentions,
    ServiceResolver,
    ServiceRouter,
    ServiceSplitter,
    TerminatingGateway,
};

inline constexpr std::array kEntryKinds = {
    EntryKind::IngressGateway,     EntryKind::JwtProvider,     EntryKind::Mesh,
    EntryKind::ProxyDefaults,      EntryKind::ServiceDefaults, EntryKind::ServiceIntentions,
    EntryKind::ServiceResolver,    EntryKind::ServiceRouter,   EntryKind::ServiceSplitter,
    EntryKind::TerminatingGateway,
};

// "service-defaults", ..: Consul's names.
std::string_view to_string(EntryKind kind);
std::optional<EntryKind> entry_kind(std::string_view name);

// The only names that proxy-defaults and mesh may have.
inline constexpr std::string_view kProxyDefaultsName = "global";
inline constexpr std::string_view kMeshName = "mesh";

// What tells entries apart. Names of services are equal without regard to case.
struct EntryKey {
    EntryKind kind{};
    std::string name;  // in lower case: made by entry_key()
    auto operator<=>(const EntryKey&) const = default;
};

EntryKey entry_key(EntryKind kind, std::string_view name);

// "service-router/web"
std::string to_string(const EntryKey& key);

// ASCII letters in lower case.
std::string lower_case(std::string_view text);

}  // namespace weft::agent
