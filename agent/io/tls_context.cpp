#include "agent/io/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace weft {

namespace asio = boost::asio;
using Context = std::shared_ptr<asio::ssl::context>;

namespace {

// Also empties OpenSSL's queue, so that a later failure does not show this reason.
std::string openssl_reason() {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(first)) return std::generic_category().message(ERR_GET_REASON(first));
    const char* reason = first ? ERR_reason_error_string(first) : nullptr;
    return reason ? reason : "unknown reason";
}

Error file_error(std::string_view what, const std::string& file) {
    return make_error(Errc::InvalidArgument,
                      fmt::format("{} {}: {}", what, file, openssl_reason()));
}

Result<void> load_certificate(SSL_CTX* context, const TlsFiles& files) {
    if (SSL_CTX_use_certificate_chain_file(context, files.cert_file.c_str()) != 1) {
        return file_error("cannot load the certificate", files.cert_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return file_error("cannot load the key", files.key_file);
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return file_error("the key does not fit the certificate: key", files.key_file);
    }
    return success();
}

Result<std::vector<std::string>> files_in(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code error;
    // A range-for would throw at a folder whose disk fails while it is read.
    for (auto entry = std::filesystem::directory_iterator(folder, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        paths.push_back(entry->path().string());
    }
    if (error) {
        return make_error(Errc::InvalidArgument, fmt::format("cannot read the CA directory {}: {}",
                                                             folder, error.message()));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

Result<void> load_authorities(SSL_CTX* context, const TlsFiles& files) {
    std::vector<std::string> bundles;
    if (!files.ca_path.empty()) {
        WEFT_TRY(bundles, files_in(files.ca_path));
    }
    if (!files.ca_file.empty()) bundles.push_back(files.ca_file);
    for (const auto& bundle : bundles) {
        if (SSL_CTX_load_verify_file(context, bundle.c_str()) != 1) {
            return file_error("cannot load the CA certificates", bundle);
        }
    }
    return success();
}

Result<Context> new_context(asio::ssl::context::method method) {
    auto context = std::make_shared<asio::ssl::context>(method);
    SSL_CTX* handle = context->native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    return context;
}

}  // namespace

Result<Context> make_server_tls(const TlsFiles& files, bool verify_peer) {
    if (files.cert_file.empty() || files.key_file.empty()) {
        return make_error(Errc::InvalidArgument, "a TLS server needs both cert_file and key_file");
    }
    if (verify_peer && files.ca_file.empty() && files.ca_path.empty()) {
        return make_error(Errc::InvalidArgument, "verifying clients needs ca_file or ca_path");
    }
    WEFT_TRY(auto context, new_context(asio::ssl::context::tls_server));
    WEFT_TRY(load_certificate(context->native_handle(), files));
    WEFT_TRY(load_authorities(context->native_handle(), files));
    if (verify_peer) {
        SSL_CTX_set_verify(context->native_handle(),
                           SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

Result<Context> make_client_tls(const TlsFiles& files, bool skip_verify) {
    WEFT_TRY(auto context, new_context(asio::ssl::context::tls_client));
    SSL_CTX* handle = context->native_handle();
    if (!files.cert_file.empty() || !files.key_file.empty()) {
        if (files.cert_file.empty() || files.key_file.empty()) {
            return make_error(Errc::InvalidArgument,
                              "a TLS client needs cert_file and key_file together");
        }
        WEFT_TRY(load_certificate(handle, files));
    }
    if (files.ca_file.empty() && files.ca_path.empty()) {
        SSL_CTX_set_default_verify_paths(handle);
    } else {
        WEFT_TRY(load_authorities(handle, files));
    }
    SSL_CTX_set_verify(handle, skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    return context;
}

}  // namespace weft
