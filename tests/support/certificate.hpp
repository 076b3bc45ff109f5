#pragma once

#include <cstdlib>
#include <string>

namespace weft::testing {

// Writes a certificate for 127.0.0.1 that signs itself, and its key. False: openssl is missing.
inline bool make_certificate(const std::string& cert_file, const std::string& key_file) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=weft.test -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key_file + " -out " + cert_file + " 2>/dev/null";
    return std::system(command.c_str()) == 0;
}

}  // namespace weft::testing
