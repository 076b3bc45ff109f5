// The mesh, its certificates and peering: keys of a later version.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kMesh = "the mesh comes with a later version of weft";
constexpr std::string_view kClients =
    "agents that are not servers come with a later version of weft";

const KeyRow kRows[] = {
    refused("connect.enabled", Bool, kMesh),
    no_effect("connect.ca_provider", Text, kMesh),
    no_effect("connect.ca_config", Anything, kMesh).secret(),
    refused("connect.enable_mesh_gateway_wan_federation", Bool, kMesh),
    no_effect("connect.enable_serverless_plugin", Bool, kMesh),
    no_effect("connect.test_ca_leaf_root_change_spread", Text, kMesh),
    refused("auto_encrypt.tls", Bool, kClients),
    refused("auto_encrypt.allow_tls", Bool, kClients),
    no_effect("auto_encrypt.dns_san", Texts, kClients),
    no_effect("auto_encrypt.ip_san", Texts, kClients),
    refused("auto_config.enabled", Bool, kClients),
    no_effect("auto_config.intro_token", Text, kClients).secret(),
    no_effect("auto_config.intro_token_file", Text, kClients),
    no_effect("auto_config.server_addresses", Texts, kClients),
    no_effect("auto_config.dns_sans", Texts, kClients),
    no_effect("auto_config.ip_sans", Texts, kClients),
    no_effect("auto_config.authorization", Anything, kClients),
    refused("peering.enabled", Bool, "peering comes with a later version of weft"),
    no_effect("peering.test_allow_peer_registrations", Bool,
              "peering comes with a later version of weft"),
    no_effect("xds", Anything, kMesh),
    refused("cloud", Anything, "weft talks to no cloud service"),
    no_effect("experiments", Texts, "weft has no experiments to turn on"),
    no_effect("reporting", Anything, "weft reports nothing to anybody"),
};

}  // namespace

std::span<const KeyRow> mesh_keys() {
    return kRows;
}

}  // namespace weft::agent
