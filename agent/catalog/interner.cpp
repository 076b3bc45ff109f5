#include "agent/catalog/interner.hpp"

#include <xxhash.h>

#include "agent/catalog/field_codec.hpp"
#include "agent/catalog/row_fields.hpp"

namespace weft::agent {
namespace {

// Longer texts are check outputs and bodies, hardly ever equal.
constexpr std::size_t kSharedBytes = 128;
// Larger lists and blocks would be kept here long after their rows are gone.
constexpr std::size_t kSharedBlockBytes = 4096;

// How much memory a list or a block takes, roughly.
class Weigher {
public:
    template <class T>
    void operator()(std::string_view, const T& value) {
        weigh(value);
    }
    template <class T>
    void always(std::string_view, const T& value) {
        weigh(value);
    }
    template <class T>
    void weigh(const T& value) {
        bytes_ += sizeof value;
        if constexpr (HasFields<const T, Weigher>) visit_fields(*this, value);
    }
    void weigh(const SharedText& text) { bytes_ += sizeof text + text.size(); }
    template <class T>
    void weigh(const std::vector<T>& list) {
        for (const T& element : list) weigh(element);
    }
    template <class Key, class T>
    void weigh(const std::pair<Key, T>& item) {
        weigh(item.first);
        weigh(item.second);
    }
    std::size_t bytes() const { return bytes_; }

private:
    std::size_t bytes_ = 0;
};

template <class T>
bool is_small(const T& value) {
    Weigher weigher;
    weigher.weigh(value);
    return weigher.bytes() <= kSharedBlockBytes;
}

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

template <class T, class Table>
void share_block(Shared<T>& value, Table& recent) {
    if (!value.is_null() && is_small(*value)) share_with(value, recent, hash(*value));
}

}  // namespace

void Interner::share(SharedText& text) {
    if (!text.empty() && text.size() <= kSharedBytes) share_with(text, texts_, hash(text.view()));
}
void Interner::share(Shared<TextList>& list) {
    share_block(list, lists_);
}
void Interner::share(Shared<TextMap>& map) {
    share_block(map, maps_);
}
void Interner::share(Shared<ServiceAddressMap>& map) {
    share_block(map, addresses_);
}
void Interner::share(Shared<ProxyRow>& proxy) {
    share_block(proxy, proxies_);
}
void Interner::share(Shared<CheckDefinitionRow>& definition) {
    share_block(definition, definitions_);
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
