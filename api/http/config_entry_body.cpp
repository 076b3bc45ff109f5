#include "api/http/config_entry_body.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <set>
#include <utility>

#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_rules.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {
namespace {

CatalogBodyError undecodable(const std::string& text, BodyFault fault) {
    return {400, "Bad request: Request decoding failed: " + text, std::move(fault)};
}

BodyFault place_of(const JsonValue& entry, std::string_view pointer,
                   const agent::EntryFault& fault) {
    const agent::FaultPlace place = agent::place_of(entry, fault);
    BodyFault found;
    found.found = true;
    found.offset = place.offset;
    found.pointer = pointer;
    for (const std::string& name : place.way) found.pointer += pointer_step(name);
    if (!fault.meant.empty()) found.help = fmt::format("did you mean `{}`?", fault.meant);
    return found;
}

CatalogBody<agent::ConfigEntry> decode(const JsonValue& tree, std::string_view pointer) {
    agent::EntryFault fault;
    auto entry = agent::decode_entry(tree, &fault);
    if (!entry) return undecodable(entry.error().message(), place_of(tree, pointer, fault));
    return std::move(entry).value();
}

CatalogBodyError malformed(const JsonValue& at, std::string pointer, const std::string& text) {
    BodyFault fault;
    fault.found = true;
    fault.offset = at.offset;
    fault.pointer = std::move(pointer);
    return {400, text, std::move(fault)};
}

CatalogBody<WantedChange> read_wanted(const JsonValue& item, const std::string& pointer) {
    WantedChange wanted;
    const JsonValue* tree = nullptr;
    for (const auto& [name, value] : item.members) {
        if (name == "Entry") {
            tree = &value;
        } else if (name == "ModifyIndex" && value.kind == JsonValue::Kind::Number) {
            std::uint64_t index = 0;
            const char* const end = value.text.data() + value.text.size();
            const auto [at, status] = std::from_chars(value.text.data(), end, index);
            if (status != std::errc{} || at != end)
                return malformed(value, pointer + "/ModifyIndex", "ModifyIndex is no index");
            wanted.cas = index;
        } else {
            return malformed(value, pointer + pointer_step(name),
                             "an item has an Entry and perhaps a ModifyIndex, a number");
        }
    }
    if (tree == nullptr) return malformed(item, pointer, "an item has no Entry");
    const std::string entry_pointer = pointer + "/Entry";
    WEFT_TRY(auto entry, decode(*tree, entry_pointer));
    WEFT_TRY(check_config_entry(entry, *tree, entry_pointer));
    wanted.change = change_of(std::move(entry));
    return wanted;
}

}  // namespace

CatalogBody<ConfigEntryBody> read_config_entry_body(std::string_view body) {
    BodyFault fault;
    auto tree = parse_body(body, fault);
    if (!tree) return undecodable(tree.error().message(), std::move(fault));
    WEFT_TRY(auto entry, decode(tree.value(), {}));
    return ConfigEntryBody{std::move(tree).value(), std::move(entry)};
}

CatalogBody<void> check_config_entry(agent::ConfigEntry& entry, const JsonValue& tree,
                                     std::string_view pointer) {
    agent::EntryFault fault;
    const auto valid = agent::prepare(entry, &fault);
    if (valid) return boost::outcome_v2::success();
    return CatalogBodyError{500, valid.error().message(), place_of(tree, pointer, fault)};
}

CatalogBody<std::vector<WantedChange>> read_config_entries_body(std::string_view body) {
    BodyFault fault;
    const auto tree = parse_body(body, fault);
    if (!tree) return undecodable(tree.error().message(), std::move(fault));
    if (tree.value().kind != JsonValue::Kind::Array || tree.value().items.empty())
        return malformed(tree.value(), {}, "the body is a list of items, one at least");
    std::vector<WantedChange> all;
    std::set<agent::EntryKey> keys;
    for (const JsonValue& item : tree.value().items) {
        const std::string pointer = fmt::format("/{}", all.size());
        WEFT_TRY(auto wanted, read_wanted(item, pointer));
        if (!keys.insert(wanted.change.key).second)
            return malformed(item, pointer,
                             agent::to_string(wanted.change.key) + " stands in the list twice");
        all.push_back(std::move(wanted));
    }
    return all;
}

agent::EntryChange change_of(agent::ConfigEntry entry) {
    agent::EntryChange change;
    change.key = agent::key_of(entry);
    change.entry = std::make_shared<const agent::ConfigEntry>(std::move(entry));
    return change;
}

}  // namespace weft::api
