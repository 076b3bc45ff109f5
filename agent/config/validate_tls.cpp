// Whether the certificate of the listeners is one that clients will take.
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "agent/config/resolve.hpp"

namespace weft::agent {
namespace {

constexpr std::int64_t kSoonDays = 14;

struct Free {
    void operator()(FILE* file) const { std::fclose(file); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    void operator()(ASN1_TIME* time) const { ASN1_TIME_free(time); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// OpenSSL would ask at the terminal; a key with a password is one that the agent cannot read.
int no_password(char*, int, int, void*) {
    return 0;
}

Owned<X509> read_certificate(const std::string& path) {
    const Owned<FILE> file(std::fopen(path.c_str(), "rb"));
    return Owned<X509>(file ? PEM_read_X509(file.get(), nullptr, no_password, nullptr) : nullptr);
}

Owned<EVP_PKEY> read_key(const std::string& path) {
    const Owned<FILE> file(std::fopen(path.c_str(), "rb"));
    return Owned<EVP_PKEY>(file ? PEM_read_PrivateKey(file.get(), nullptr, no_password, nullptr)
                                : nullptr);
}

// Days from unix_time to a time of the certificate; negative: it has passed.
std::int64_t days_until(const ASN1_TIME* time, std::int64_t unix_time) {
    const Owned<ASN1_TIME> now(ASN1_TIME_set(nullptr, static_cast<time_t>(unix_time)));
    int days = 0;
    int seconds = 0;
    if (!now || ASN1_TIME_diff(&days, &seconds, now.get(), time) == 0) return kSoonDays + 1;
    return days == 0 && seconds < 0 ? -1 : days;
}

bool has_names(X509& certificate) {
    const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
    return names && sk_GENERAL_NAME_num(names.get()) > 0;
}

std::string key_of(const Settings& settings, std::string_view name) {
    const std::string own = fmt::format("tls.https.{}", name);
    return settings.find(own) != nullptr ? own : fmt::format("tls.defaults.{}", name);
}

}  // namespace

void validate_certificate(const AgentConfig& config, const Settings& settings,
                          std::int64_t unix_time, Diagnostics& diagnostics) {
    const api::HttpTlsFiles& files = config.http.tls;
    if (config.ports.https <= 0 || files.cert_file.empty() || files.key_file.empty()) return;
    const std::string cert_key = key_of(settings, "cert_file");
    const std::string key_key = key_of(settings, "key_file");
    const auto place = settings.place_of(cert_key);
    const Owned<X509> certificate = read_certificate(files.cert_file);
    const Owned<EVP_PKEY> key = read_key(files.key_file);
    const auto unusable = [&](const std::string& name, const std::string& path,
                              std::string_view what) {
        if (::access(path.c_str(), R_OK) != 0) return;  // said already
        diagnostics
            .error("W1046", fmt::format("`{}` holds no {}", name, what), settings.place_of(name))
            .label = "PEM is expected, without a password";
    };
    if (!certificate) unusable(cert_key, files.cert_file, "certificate");
    if (!key) unusable(key_key, files.key_file, "private key");
    if (!certificate || !key) return;
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        auto& found = diagnostics.error(
            "W1046", fmt::format("`{}` is not the key of `{}`", key_key, cert_key),
            settings.place_of(key_key));
        found.label = fmt::format("the certificate is {}", files.cert_file);
    }
    if (!has_names(*certificate)) {
        auto& found = diagnostics.warning(
            "W1047", fmt::format("the certificate of `{}` names no host", cert_key), place);
        found.label = "clients look for a subjectAltName and will refuse it";
    }
    ERR_clear_error();  // of what was not PEM
    if (unix_time == 0) return;
    const std::int64_t left = days_until(X509_get0_notAfter(certificate.get()), unix_time);
    if (left < 0) {
        diagnostics
            .warning("W1047", fmt::format("the certificate of `{}` has expired", cert_key), place)
            .label = "clients will refuse it";
    } else if (left < kSoonDays) {
        diagnostics
            .warning("W1047", fmt::format("the certificate of `{}` expires soon", cert_key), place)
            .label = fmt::format("{} days are left", left);
    }
    if (days_until(X509_get0_notBefore(certificate.get()), unix_time) > 0) {
        diagnostics
            .warning("W1047", fmt::format("the certificate of `{}` is not valid yet", cert_key),
                     place)
            .label = "check the clock";
    }
}

}  // namespace weft::agent
