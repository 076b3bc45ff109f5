// Request bodies; the first byte chooses the endpoint.
#include <chrono>
#include <cstdint>
#include <string_view>

#include "agent/catalog/command.hpp"
#include "agent/prepared_query/query_rules.hpp"
#include "api/http/catalog_body.hpp"
#include "api/http/config_entry_body.hpp"
#include "api/http/definition_body.hpp"
#include "api/http/prepared_query_body.hpp"
#include "api/http/session_body.hpp"
#include "api/http/transaction_body.hpp"

namespace {

// What was accepted becomes a command, which must read back.
void check_command(const weft::agent::Command& command) {
    if (!weft::agent::check_limits(command)) return;
    const std::string bytes = weft::agent::encode(command);
    if (!weft::agent::decode_command(std::as_bytes(std::span(bytes)))) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
    weft::api::BodyFault fault;
    // What came later has a byte of its own, so that the others mean what they did.
    switch (data[0] == 0xff ? 8 : data[0] % 8) {
        case 0:
            (void)weft::api::read_service_body(body, fault);
            break;
        case 1:
            (void)weft::api::read_check_body(body, fault);
            break;
        case 2:
            (void)weft::api::read_check_update_body(body, fault);
            break;
        case 3: {
            const auto registration = weft::api::read_catalog_register_body(body);
            if (registration) check_command(registration.value().command);
            break;
        }
        case 4:
            (void)weft::api::read_catalog_deregister_body(body);
            break;
        case 5: {
            const auto session =
                weft::api::read_session_body(body, "node", std::chrono::seconds(10));
            if (session) check_command(weft::agent::SessionCreateCommand{session.value()});
            break;
        }
        case 6: {
            const auto transaction = weft::api::read_transaction_body(body, {});
            if (transaction) check_command(transaction.value().command);
            break;
        }
        case 7: {
            const auto query = weft::api::read_prepared_query_body(body);
            if (!query || !weft::agent::check_query(query.value())) break;
            check_command(weft::agent::PreparedQueryCommand{weft::agent::PreparedQueryVerb::Create,
                                                            query.value()});
            break;
        }
        case 8: {
            const auto entries = weft::api::read_config_entries_body(body);
            if (!entries) fault = entries.error().fault;
            break;
        }
    }
    if (fault.found) (void)describe(fault, body);
    return 0;
}
