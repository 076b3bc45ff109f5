// Request bodies; the first byte chooses the endpoint.
#include <cstdint>
#include <string_view>

#include "agent/catalog/command.hpp"
#include "api/http/catalog_body.hpp"
#include "api/http/definition_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 5) {
        case 0:
            (void)weft::api::read_service_body(body);
            break;
        case 1:
            (void)weft::api::read_check_body(body);
            break;
        case 2:
            (void)weft::api::read_check_update_body(body);
            break;
        case 3: {
            const auto registration = weft::api::read_catalog_register_body(body);
            // What was accepted becomes a command, which must read back.
            if (registration) {
                const std::string bytes = weft::agent::encode(registration.value().command);
                if (!weft::agent::decode_command(std::as_bytes(std::span(bytes)))) __builtin_trap();
            }
            break;
        }
        case 4:
            (void)weft::api::read_catalog_deregister_body(body);
            break;
    }
    return 0;
}
