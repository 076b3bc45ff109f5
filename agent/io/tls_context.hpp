#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "agent/base/result.hpp"

namespace weft {

struct TlsFiles {
    std::string cert_file;  // PEM chain, own certificate first; empty: none
    std::string key_file;   // PEM; must fit the certificate
    std::string ca_file;    // PEM bundle that peers are verified against; empty: see below
    std::string ca_path;    // directory of PEM files, each of which is loaded
};

// For a server: certificate and key are required; with verify_peer clients must show a certificate
// of ca_file. TLS 1.2 or newer. Errors name the file and OpenSSL's reason.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(const TlsFiles& files,
                                                                   bool verify_peer);

// For a client: without ca_file and ca_path the machine's own trust store is used; a certificate is
// shown if given. skip_verify accepts any peer.
Result<std::shared_ptr<boost::asio::ssl::context>> make_client_tls(const TlsFiles& files,
                                                                   bool skip_verify);

}  // namespace weft
