#include "agent/config_entry/entry.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace weft::agent {
namespace {

template <std::size_t... I>
ConfigEntry make_empty(EntryKind kind, std::index_sequence<I...>) {
    ConfigEntry made;
    const auto try_one = [&]<class Entry>(std::type_identity<Entry>) {
        if (Entry::kKind == kind) made = Entry{};
    };
    (try_one(std::type_identity<std::variant_alternative_t<I, ConfigEntry>>{}), ...);
    return made;
}

}  // namespace

ConfigEntry empty_entry(EntryKind kind) {
    return make_empty(kind, std::make_index_sequence<std::variant_size_v<ConfigEntry>>{});
}

EntryKind kind_of(const ConfigEntry& entry) {
    return std::visit([](const auto& body) { return body.kKind; }, entry);
}

const std::string& name_of(const ConfigEntry& entry) {
    return std::visit([](const auto& body) -> const std::string& { return body.name; }, entry);
}

std::string to_string(SplitWeight weight) {
    const bool negative = weight.hundredths < 0;
    const auto size = negative ? -std::int64_t{weight.hundredths} : weight.hundredths;
    std::string text = fmt::format("{}{}", negative ? "-" : "", size / 100);
    if (size % 100 == 0) return text;
    text += fmt::format(".{:02}", size % 100);
    if (text.ends_with('0')) text.pop_back();
    return text;
}

}  // namespace weft::agent
