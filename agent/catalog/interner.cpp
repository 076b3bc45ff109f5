#include "agent/catalog/interner.hpp"

#include <xxhash.h>

namespace weft::agent {
namespace {

// Longer texts are check outputs and bodies, hardly ever equal.
constexpr std::size_t kSharedBytes = 128;

std::uint64_t hash(std::string_view text, std::uint64_t seed = 0) {
    return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

std::uint64_t hash(const TextList& list) {
    std::uint64_t sum = list.size();
    for (const SharedText& text : list) sum = hash(text.view(), sum);
    return sum;
}

std::uint64_t hash(const TextMap& map) {
    std::uint64_t sum = map.size();
    for (const auto& [key, value] : map) sum = hash(value.view(), hash(key.view(), sum));
    return sum;
}

std::uint64_t hash(const ServiceAddressMap& map) {
    std::uint64_t sum = map.size();
    for (const auto& [key, value] : map) sum = hash(value.address.view(), hash(key.view(), sum));
    return sum;
}

std::uint64_t hash(const ProxyRow& proxy) {
    return hash(proxy.destination_service_name.view());
}

std::uint64_t hash(const CheckDefinitionRow& definition) {
    return hash(definition.tcp.view(), hash(definition.http.view()));
}

template <class T, class Table>
void share_with(T& value, Table& recent, std::uint64_t value_hash) {
    T& slot = recent[value_hash % recent.size()];
    if (slot == value) {
        value = slot;
    } else {
        slot = value;
    }
}

}  // namespace

void Interner::share(SharedText& text) {
    if (!text.empty() && text.size() <= kSharedBytes) share_with(text, texts_, hash(text.view()));
}
void Interner::share(Shared<TextList>& list) {
    if (!list.is_null()) share_with(list, lists_, hash(*list));
}
void Interner::share(Shared<TextMap>& map) {
    if (!map.is_null()) share_with(map, maps_, hash(*map));
}
void Interner::share(Shared<ServiceAddressMap>& map) {
    if (!map.is_null()) share_with(map, addresses_, hash(*map));
}
void Interner::share(Shared<ProxyRow>& proxy) {
    if (!proxy.is_null()) share_with(proxy, proxies_, hash(*proxy));
}
void Interner::share(Shared<CheckDefinitionRow>& definition) {
    if (!definition.is_null()) share_with(definition, definitions_, hash(*definition));
}

void Interner::share(NodeRow& row) {
    share(row.tagged_addresses);
    share(row.meta);
}

void Interner::share(ServiceRow& row, const NodeRow& node) {
    row.node = node.name;
    share(row.name);
    if (row.id == row.name) row.id = row.name;
    share(row.kind);
    share(row.tags);
    if (row.address == node.address) {
        row.address = node.address;
    } else {
        share(row.address);
    }
    share(row.tagged_addresses);
    share(row.meta);
    share(row.proxy);
}

void Interner::share(CheckRow& row) {
    // The check of a service has an id of its own; only node checks such as serfHealth repeat.
    if (row.service_id.empty()) share(row.id);
    share(row.name);
    if (row.id == row.name) row.id = row.name;
    share(row.notes);
    share(row.output);
    share(row.type);
    share(row.definition);
}

}  // namespace weft::agent
