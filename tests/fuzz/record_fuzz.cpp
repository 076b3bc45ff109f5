// Decoders of what is read from disk and log; the first byte chooses the kind.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/globals.hpp"
#include "agent/catalog/store/checkpoint_record.hpp"
#include "agent/catalog/transaction.hpp"
#include "agent/health/local_record.hpp"
#include "agent/io/rocks/sealed_value.hpp"
#include "agent/prepared_query/query_execution.hpp"
#include "agent/prepared_query/query_rules.hpp"
#include "raft/storage/record.hpp"

namespace {

// What a decoder accepts must survive its own encoding.
void check_command(std::string_view bytes) {
    const auto command = weft::agent::decode_command(std::as_bytes(std::span(bytes)));
    if (!command) return;
    const std::string again = weft::agent::encode(command.value());
    const auto twice = weft::agent::decode_command(std::as_bytes(std::span(again)));
    if (!twice || weft::agent::encode(twice.value()) != again) __builtin_trap();
}

// A transaction that only reads finds what it does in the log, and changes nothing.
void read_only(const weft::agent::Catalog& catalog,
               const weft::Result<weft::agent::Command>& command) {
    if (!command) return;
    const auto* transaction = std::get_if<weft::agent::TransactionCommand>(&command.value());
    if (!transaction || !weft::agent::is_read_only(*transaction)) return;
    (void)weft::agent::read_transaction(catalog.view(), *transaction);
}

// Whatever a stored query says: what it gives, and why it gives nothing, is defined.
void execute_queries(const weft::agent::View& view) {
    using namespace weft::agent;
    for (const PreparedQueryRow* row : view.prepared_queries()) {
        (void)check_query(*row);
        (void)dns_ttl(*row);
        for (const std::string& name : {row->id.str(), row->name.str(), row->name.str() + "-x"}) {
            const auto resolved = resolve_query(view, name);
            if (!resolved) continue;
            const QueryService& service = resolved.value().service;
            const QuerySource source{.near = {}, .agent_node = "n", .address = "10.0.0.1"};
            auto found = find_instances(view, service, QueriedInstances::AsStored);
            weft::Rng rng(1);
            order_instances(found, near_node(view, service, source), Coordinates(), rng);
        }
    }
}

// Applying any bytes has a defined outcome and keeps the state sound.
void apply_commands(std::string_view bytes) {
    weft::agent::Catalog catalog;
    std::uint64_t index = 0;
    while (bytes.size() >= 2) {
        const std::size_t length =
            static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1]);
        const std::string_view command = bytes.substr(2, length);
        bytes.remove_prefix(2 + command.size());
        const auto decoded = weft::agent::decode_command(std::as_bytes(std::span(command)));
        read_only(catalog, decoded);
        catalog.apply(weft::agent::Index{++index}, std::as_bytes(std::span(command)));
    }
    catalog.check_invariants();
    execute_queries(catalog.view());
}

// A node with a check, and a session that has locked a key and holds a query: what an imported
// record may refer to, or clash with.
const std::vector<weft::agent::StoredRecord>& records_before() {
    using namespace weft::agent;
    static const std::vector<StoredRecord> records = [] {
        Catalog catalog;
        RegisterCommand registration;
        registration.node.name = "n";
        registration.node.address = "10.0.0.1";
        registration.checks.emplace_back().id = "c";
        registration.checks.back().status = Status::Passing;
        catalog.apply(Index{1}, registration);
        SessionCreateCommand creation;
        creation.session.id = "00000000-0000-0000-0000-000000000001";
        creation.session.node = "n";
        creation.session.node_checks = TextList{"c"};
        catalog.apply(Index{2}, creation);
        KvCommand lock;
        lock.operation = {.verb = KvVerb::Lock, .key = "k", .session = creation.session.id};
        catalog.apply(Index{3}, lock);
        PreparedQueryCommand query;
        query.query.id = "00000000-0000-0000-0000-000000000002";
        query.query.name = "q";
        query.query.session = creation.session.id;
        catalog.apply(Index{4}, query);
        std::vector<StoredRecord> exported;
        Catalog::export_records(catalog.view(), [&](const StoredRecord& record) {
            const bool is_last = record.key == Globals::key();
            if (!is_last) exported.push_back(record);
        });
        return exported;
    }();
    return records;
}

void import_record(std::string_view bytes) {
    const std::size_t split = bytes.find('\n');
    if (split == std::string_view::npos) return;
    weft::agent::Catalog catalog;
    if (!catalog.begin_import()) return;
    for (const auto& before : records_before()) {
        if (!catalog.import_record(before)) __builtin_trap();
    }
    weft::agent::StoredRecord record{std::string(bytes.substr(0, split)),
                                     std::string(bytes.substr(split + 1))};
    if (!catalog.import_record(record)) return;
    if (!catalog.finish_import(weft::agent::Index{9}, std::nullopt)) return;
    catalog.check_invariants();
    execute_queries(catalog.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 8) {
        case 0:
            check_command(bytes);
            break;
        case 1:
            apply_commands(bytes);
            break;
        case 2:
            import_record(bytes);
            break;
        case 3:
            (void)weft::agent::decode_service(bytes);
            break;
        case 4:
            (void)weft::agent::decode_check(bytes);
            break;
        case 5:
            (void)weft::agent::decode_state(bytes);
            break;
        case 6:
            (void)weft::raft::decode_entry("12345678", bytes);
            break;
        case 7:
            (void)weft::raft::decode_hard_state(bytes);
            (void)weft::raft::decode_position(bytes);
            (void)weft::decode_number(bytes);
            (void)weft::agent::decode_checkpoint(bytes);
            break;
    }
    return 0;
}
