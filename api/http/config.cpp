#include "api/http/config.hpp"

#include <charconv>

#include "agent/base/ip_address.hpp"
#include "api/http/cidr.hpp"

namespace weft::api {
namespace {

Error invalid(std::string context) {
    return make_error(Errc::InvalidArgument, std::move(context));
}

// Anything else could end the header early and smuggle a second one in.
bool is_header_name(std::string_view name) {
    constexpr std::string_view kToken = "!#$%&'*+-.^_`|~";
    if (name.empty()) return false;
    for (char c : name) {
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric && kToken.find(c) == std::string_view::npos) return false;
    }
    return true;
}

bool is_header_value(std::string_view value) {
    for (char c : value) {
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

bool is_number(std::string_view text, int base) {
    unsigned value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

Result<void> validate_listener(const HttpListener& listener, const HttpTlsFiles& tls) {
    if (listener.unix_path.empty() && !IpAddress::parse(listener.address)) {
        return invalid("HTTP listener address \"" + listener.address + "\" is no IP address");
    }
    // sockaddr_un has room for 107 characters and a zero.
    if (listener.unix_path.size() > 107) {
        return invalid("the path of a unix socket may have 107 characters: " + listener.unix_path);
    }
    if (listener.tls && (tls.cert_file.empty() || tls.key_file.empty())) {
        return invalid("HTTPS needs cert_file and key_file");
    }
    if (listener.tls && tls.verify_incoming && tls.ca_file.empty()) {
        return invalid(
            "verify_incoming needs ca_file, against which clients' certificates are checked");
    }
    return success();
}

}  // namespace

Result<void> HttpConfig::validate() const {
    for (const HttpListener& listener : listeners) {
        WEFT_TRY(validate_listener(listener, tls));
    }
    for (const auto& [name, value] : response_headers) {
        if (!is_header_name(name))
            return invalid("response header \"" + name + "\" is no header name");
        if (!is_header_value(value))
            return invalid("the value of response header \"" + name + "\" has a control character");
    }
    for (const std::string& network : allow_write_cidrs) {
        if (auto parsed = Cidr::parse(network); !parsed) return parsed.error();
    }
    if (max_connections == 0) return invalid("max_connections of the HTTP API must be at least 1");
    if (max_header_bytes < 1024)
        return invalid("max_header_bytes of the HTTP API must be at least 1024");
    if (header_timeout <= Duration{} || idle_timeout <= Duration{} || write_timeout <= Duration{}) {
        return invalid("the timeouts of the HTTP API must be positive");
    }
    if (default_query_time <= Duration{} || max_query_time <= Duration{}) {
        return invalid("default_query_time and max_query_time must be positive");
    }
    if (!unix_socket_mode.empty() && !is_number(unix_socket_mode, 8)) {
        return invalid("unix_sockets.mode \"" + unix_socket_mode +
                       "\" is no octal mode, such as 0660");
    }
    if (!unix_socket_user.empty() && !is_number(unix_socket_user, 10)) {
        return invalid("unix_sockets.user \"" + unix_socket_user + "\" must be a numeric user id");
    }
    if (!unix_socket_group.empty() && !is_number(unix_socket_group, 10)) {
        return invalid("unix_sockets.group \"" + unix_socket_group +
                       "\" must be a numeric group id");
    }
    return success();
}

}  // namespace weft::api
