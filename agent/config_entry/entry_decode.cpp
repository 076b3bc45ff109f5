#include "agent/config_entry/entry_decode.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "agent/base/nearest.hpp"
#include "agent/config_entry/value_decoder.hpp"

namespace weft::agent {

// Members of an object that is no entry.
template <class Visitor, MaybeConstOf<ChainOverrides> Part>
void visit_fields(Visitor& visit, Part& part) {
    visit(EntryField{"OverrideMeshGateway", "override_mesh_gateway"}, part.mesh_gateway);
    visit(EntryField{"OverrideProtocol", "override_protocol"}, part.protocol);
    visit(EntryField{"OverrideConnectTimeout", "override_connect_timeout"}, part.connect_timeout);
}

namespace {

Error refused(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

Result<void> expect_object(const JsonValue& tree) {
    if (tree.kind == JsonValue::Kind::Object || tree.is_null()) return success();
    return refused(
        fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    kind_name(tree)));
}

// The first number that no float64 holds; null when there is none.
const JsonValue* unreadable_number(const JsonValue& value) {
    if (value.kind == JsonValue::Kind::Number)
        return std::isinf(std::strtod(value.text.c_str(), nullptr)) ? &value : nullptr;
    for (const JsonValue& item : value.items)
        if (const auto* found = unreadable_number(item)) return found;
    for (const auto& member : value.members)
        if (const auto* found = unreadable_number(member.second)) return found;
    return nullptr;
}

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const EntryKind kind : kEntryKinds) names.push_back(to_string(kind));
    return names;
}

// The last member with one of the two spellings that Consul looks for.
const JsonValue* kind_member(const JsonValue& tree) {
    for (const std::string_view spelling : {"Kind", "kind"}) {
        for (auto member = tree.members.rbegin(); member != tree.members.rend(); ++member) {
            if (member->first == spelling) return &member->second;
        }
    }
    return nullptr;
}

Result<ConfigEntry> decode(const JsonValue& tree, UnknownNames unknown, EntryFault& fault) {
    WEFT_TRY(expect_object(tree));
    const JsonValue* kind_value = kind_member(tree);
    if (kind_value == nullptr)
        return refused("Payload does not contain a kind/Kind key at the top level");
    fault.path = "Kind";
    if (kind_value->kind != JsonValue::Kind::String)
        return refused("Kind value in payload is not a string");
    const auto kind = entry_kind(kind_value->text);
    if (!kind) {
        if (const auto meant = nearest(kind_value->text, kind_names())) fault.meant = *meant;
        return refused("invalid config entry kind: " + kind_value->text);
    }

    ConfigEntry entry = empty_entry(*kind);
    ValueDecoder decoder(unknown);
    std::visit([&](auto& body) { decoder.decode(tree, {}, body); }, entry);
    fault = decoder.fault().value_or(EntryFault{});
    WEFT_TRY(decoder.result());
    return entry;
}

}  // namespace

Result<ConfigEntry> decode_entry(const JsonValue& tree, EntryFault* fault) {
    EntryFault unasked;
    if (const auto* number = unreadable_number(tree))
        return refused(fmt::format("json: cannot unmarshal number {} into Go value of type float64",
                                   number->text));
    return decode(tree, UnknownNames::Refused, fault == nullptr ? unasked : *fault);
}

Result<ConfigEntry> decode_entry(std::string_view json) {
    WEFT_TRY(const JsonValue tree, parse_json(json));
    return decode_entry(tree);
}

Result<ConfigEntry> decode_stored_entry(std::string_view json) {
    EntryFault unasked;
    WEFT_TRY(const JsonValue tree, parse_json(json));
    return decode(tree, UnknownNames::Skipped, unasked);
}

Result<ChainOverrides> decode_chain_overrides(const JsonValue& tree) {
    WEFT_TRY(expect_object(tree));
    ChainOverrides overrides;
    ValueDecoder decoder(UnknownNames::Refused);
    decoder.decode(tree, {}, overrides);
    WEFT_TRY(decoder.result());
    return overrides;
}

}  // namespace weft::agent
