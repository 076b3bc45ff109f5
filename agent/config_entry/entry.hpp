#pragma once

#include <string>
#include <variant>

#include "agent/config_entry/access_entries.hpp"
#include "agent/config_entry/defaults_entries.hpp"
#include "agent/config_entry/entry_kind.hpp"
#include "agent/config_entry/gateway_entries.hpp"
#include "agent/config_entry/routing_entries.hpp"

namespace weft::agent {

// A configuration entry, one struct a kind, with Consul's fields. In the order of EntryKind.
using ConfigEntry = std::variant<IngressGateway, JwtProvider, Mesh, ProxyDefaults, ServiceDefaults,
                                 ServiceIntentions, ServiceResolver, ServiceRouter, ServiceSplitter,
                                 TerminatingGateway>;

// An entry of that kind with nothing set.
ConfigEntry empty_entry(EntryKind kind);

EntryKind kind_of(const ConfigEntry& entry);
const std::string& name_of(const ConfigEntry& entry);
inline EntryKey key_of(const ConfigEntry& entry) {
    return entry_key(kind_of(entry), name_of(entry));
}

}  // namespace weft::agent
