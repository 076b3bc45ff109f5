#include "agent/health/grpc_health.hpp"

#include <cstdint>
#include <optional>

namespace weft::agent {

namespace {

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += static_cast<char>(value | 0x80);
        value >>= 7;
    }
    out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7Fu} << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

// Leaves bytes behind the field; false if it is cut off or of an unknown wire type.
bool skip_field(std::string_view& bytes, std::uint64_t wire_type) {
    std::uint64_t size = 0;
    if (wire_type == 0) return take_varint(bytes).has_value();
    if (wire_type == 1) size = 8;
    if (wire_type == 5) size = 4;
    if (wire_type == 2) {
        const auto length = take_varint(bytes);
        if (!length) return false;
        size = *length;
    } else if (size == 0) {
        return false;
    }
    if (size > bytes.size()) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
    return true;
}

Error malformed() {
    return make_error(Errc::Corrupt, "malformed gRPC health response");
}

}  // namespace

std::string encode_grpc_health_request(std::string_view service) {
    std::string message;
    if (!service.empty()) {
        message += '\x0a';
        append_varint(message, service.size());
        message += service;
    }
    std::string framed(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        framed += static_cast<char>(message.size() >> shift);
    return framed + message;
}

Result<GrpcServing> parse_grpc_health_response(std::string_view bytes) {
    if (bytes.size() < 5 || bytes[0] != '\0') return malformed();
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < 5; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(5);
    if (length > bytes.size()) return malformed();
    bytes = bytes.substr(0, length);
    std::uint64_t status = 0;
    while (!bytes.empty()) {
        const auto tag = take_varint(bytes);
        if (!tag) return malformed();
        if (*tag != 8) {
            if (!skip_field(bytes, *tag & 7)) return malformed();
            continue;
        }
        const auto value = take_varint(bytes);
        if (!value) return malformed();
        status = *value;
    }
    return status <= 3 ? static_cast<GrpcServing>(status) : GrpcServing::Unknown;
}

}  // namespace weft::agent
