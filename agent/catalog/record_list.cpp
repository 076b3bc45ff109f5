#include "agent/catalog/record_list.hpp"

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "agent/catalog/record_key.hpp"
#include "agent/catalog/root.hpp"

namespace weft::agent {
namespace {

template <class Table>
StoredRecord encode_row(const void* row) {
    using Entry = std::remove_reference_t<decltype(*std::declval<const typename Table::Ptr&>())>;
    const auto& entry = *static_cast<const Entry*>(row);
    return {Table::key_of(entry), Table::encode(entry)};
}

StoredRecord encode_globals(const void* globals) {
    return {Globals::key(), static_cast<const Globals*>(globals)->encode()};
}

}  // namespace

bool is_table(TableTag tag) {
    static const std::array<bool, 256> known = [] {
        std::array<bool, 256> tags{};
        const auto add = [&](TableTag each) { tags[static_cast<std::uint8_t>(each)] = true; };
        CatalogRoot().for_each_table(
            [&](const auto& table) { add(std::remove_cvref_t<decltype(table)>::kTag); });
        add(TableTag::Globals);
        return tags;
    }();
    return known[static_cast<std::uint8_t>(tag)];
}

RecordList::RecordList(View view) : view_(std::move(view)) {
    const CatalogRoot& root = *view_.root();
    root.for_each_table([&](const auto& table) {
        using Table = std::remove_cvref_t<decltype(table)>;
        table.scan([&](const typename Table::Ptr& entry) {
            bool stored = true;
            if constexpr (requires { entry->is_stored(); }) stored = entry->is_stored();
            if (stored) items_.push_back({entry.get(), encode_row<Table>});
            return true;
        });
    });
    if (!(root.globals == Globals())) items_.push_back({&root.globals, encode_globals});
}

}  // namespace weft::agent
