// Configuration entries: what is accepted is stored, and what was stored is the entry again; all of
// them together have chains or say why not. The first byte chooses what the body is.
#include <cstdint>
#include <string_view>

#include "agent/config_entry/discovery_chain.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"
#include "agent/config_entry/set_check.hpp"

namespace {

using namespace weft;
using namespace weft::agent;

// Nothing when the entry is refused.
EntryPtr stored_entry(const JsonValue& tree) {
    EntryFault fault;
    auto entry = decode_entry(tree, &fault);
    (void)place_of(tree, fault);
    if (!entry) return nullptr;
    if (const auto valid = prepare(entry.value(), &fault); !valid) {
        (void)place_of(tree, fault);
        return nullptr;
    }
    const auto stored = stored_form(entry.value());
    if (!stored) return nullptr;
    const auto again = decode_stored_entry(stored.value());
    if (!again || !(again.value() == entry.value())) __builtin_trap();
    if (stored_form(again.value()).value() != stored.value()) __builtin_trap();
    return std::make_shared<const ConfigEntry>(std::move(entry).value());
}

void compile_all(const JsonValue& list) {
    EntrySet entries;
    for (const JsonValue& item : list.items) {
        const EntryPtr entry = stored_entry(item);
        if (!entry) continue;
        if (check_changes(entries, {{key_of(*entry), entry}}).empty()) entries.put(*entry);
    }
    for (const EntryKind kind : kEntryKinds) {
        for (const EntryKey& key : entries.keys(kind)) {
            const auto compiled = compile_chain(entries, key.name, {"dc1", "dc1", "consul", {}});
            const bool has_chain =
                kind == EntryKind::ServiceRouter || kind == EntryKind::ServiceSplitter ||
                kind == EntryKind::ServiceResolver || kind == EntryKind::ServiceDefaults;
            // What was found to go together has a chain.
            if (has_chain && !compiled.chain) __builtin_trap();
            if (!compiled.chain) continue;
            std::string json;
            JsonWriter writer(json);
            write_chain(writer, compiled.chain.value());
            if (!compiled.chain.value().nodes.contains(compiled.chain.value().start_node))
                __builtin_trap();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto tree = parse_json({reinterpret_cast<const char*>(data + 1), size - 1});
    if (!tree) return 0;
    switch (data[0] % 3) {
        case 0:
            (void)stored_entry(tree.value());
            break;
        case 1:
            compile_all(tree.value());
            break;
        case 2: {
            ChainOptions options{"dc2", "dc1", "consul", {}};
            const auto overrides = decode_chain_overrides(tree.value());
            if (overrides) options.overrides = overrides.value();
            (void)compile_chain(EntrySet(), "web", options);
            break;
        }
    }
    return 0;
}
