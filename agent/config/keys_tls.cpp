// Certificates: the tls block, and the flat keys of Consul before 1.12, which mean tls.defaults.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

constexpr std::string_view kRpc =
    "agents gossip, but make no requests to each other in this version";
constexpr std::string_view kCiphers = "weft takes OpenSSL's cipher suites";
constexpr std::string_view kOneFile = "weft reads CA certificates from one file: set ca_file";
constexpr std::string_view kMesh = "the mesh comes with a later version of weft";
constexpr std::string_view kVersions[] = {"TLSv1_2", "tls12",   "TLSv1_1", "tls11",   "TLSv1_0",
                                          "tls10",   "TLSv1_3", "tls13",   "TLS_AUTO"};

constexpr KeyRow min_version(std::string_view path) {
    return key(path, Choice, "TLSv1_2", "Oldest version of TLS; this version of weft takes 1.2.")
        .one_of(kVersions)
        .with_set([](AgentConfig&, const KeyValue&) {
        });  // anything but 1.2 is an error, see validate.cpp
}

const KeyRow kRows[] = {
    key("tls.defaults.cert_file", Text, "",
        "Certificate (PEM, with its chain) of this agent's listeners.")
        .new_connections()
        .to<&AgentConfig::tls_defaults, &TlsKeys::cert_file>(),
    key("tls.defaults.key_file", Text, "", "Private key (PEM) of cert_file.")
        .new_connections()
        .to<&AgentConfig::tls_defaults, &TlsKeys::key_file>(),
    key("tls.defaults.ca_file", Text, "",
        "CA certificates (PEM) that client certificates must descend from.")
        .new_connections()
        .to<&AgentConfig::tls_defaults, &TlsKeys::ca_file>(),
    key("tls.defaults.verify_incoming", Bool, "false", "Clients must show a certificate.")
        .new_connections()
        .to<&AgentConfig::tls_defaults, &TlsKeys::verify_incoming>(),
    refused("tls.defaults.ca_path", Text, kOneFile),
    no_effect("tls.defaults.verify_outgoing", Bool, kRpc),
    no_effect("tls.defaults.verify_server_hostname", Bool, kRpc),
    refused("tls.defaults.tls_cipher_suites", Text, kCiphers),
    min_version("tls.defaults.tls_min_version"),
    key("tls.https.cert_file", Text, "tls.defaults.cert_file", "Certificate of the HTTPS listener.")
        .new_connections()
        .to<&AgentConfig::tls_https, &TlsKeys::cert_file>(),
    key("tls.https.key_file", Text, "tls.defaults.key_file", "Private key of the HTTPS listener.")
        .new_connections()
        .to<&AgentConfig::tls_https, &TlsKeys::key_file>(),
    key("tls.https.ca_file", Text, "tls.defaults.ca_file", "CA certificates for clients of HTTPS.")
        .new_connections()
        .to<&AgentConfig::tls_https, &TlsKeys::ca_file>(),
    key("tls.https.verify_incoming", Bool, "tls.defaults.verify_incoming",
        "Clients of HTTPS must show a certificate.")
        .new_connections()
        .to<&AgentConfig::tls_https, &TlsKeys::verify_incoming>(),
    refused("tls.https.ca_path", Text, kOneFile),
    no_effect("tls.https.verify_outgoing", Bool, kRpc),
    refused("tls.https.tls_cipher_suites", Text, kCiphers),
    min_version("tls.https.tls_min_version"),
    no_effect("tls.internal_rpc", Anything, kRpc),
    no_effect("tls.grpc", Anything, kMesh),
    renamed("cert_file", Text, "tls.defaults.cert_file"),
    renamed("key_file", Text, "tls.defaults.key_file"),
    renamed("ca_file", Text, "tls.defaults.ca_file"),
    renamed("ca_path", Text, "tls.defaults.ca_path"),
    renamed("verify_incoming", Bool, "tls.defaults.verify_incoming"),
    renamed("verify_incoming_https", Bool, "tls.https.verify_incoming"),
    no_effect("verify_incoming_rpc", Bool, kRpc),
    renamed("verify_outgoing", Bool, "tls.defaults.verify_outgoing"),
    renamed("verify_server_hostname", Bool, "tls.defaults.verify_server_hostname"),
    renamed("tls_cipher_suites", Text, "tls.defaults.tls_cipher_suites"),
    renamed("tls_min_version", Choice, "tls.defaults.tls_min_version"),
    no_effect("tls_prefer_server_cipher_suites", Bool, "OpenSSL decides"),
    no_effect("server_name", Text, kRpc),
    no_effect("enable_agent_tls_for_checks", Bool, "checks over TLS show no client certificate"),
};

}  // namespace

std::span<const KeyRow> tls_keys() {
    return kRows;
}

}  // namespace weft::agent
