#include "api/dns/record_cache.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace weft::api {

namespace {

class Key {
public:
    Key(const DnsName& name, RecordType type) : size_(name.size() + 2) {
        std::memcpy(bytes_.data(), name.wire().data(), name.size());
        bytes_[name.size()] = static_cast<char>(static_cast<unsigned>(type) >> 8);
        bytes_[name.size() + 1] = static_cast<char>(static_cast<unsigned>(type));
    }
    std::string_view view() const { return {bytes_.data(), size_}; }

private:
    std::array<char, kMaxDnsNameBytes + 2> bytes_;
    std::size_t size_;
};

constexpr std::size_t kOverheadBytes = 128;  // list and table nodes

}  // namespace

ServiceRecords* RecordCache::find(const DnsName& name, RecordType type, const agent::View& view) {
    const Key key(name, type);
    const auto found = index_.find(key.view());
    if (found == index_.end()) return nullptr;
    const auto entry = found->second;
    const void* root = view.root().get();
    const agent::Index index = view.applied_index();
    const std::uint64_t overlay = view.overlay_version();
    if (entry->checked_root != root || entry->checked_index != index ||
        entry->checked_overlay != overlay) {
        if (view.service_version(entry->service) != entry->version) {
            erase(entry);
            return nullptr;
        }
        entry->checked_root = root;
        entry->checked_index = index;
        entry->checked_overlay = overlay;
    }
    if (entry != entries_.begin()) entries_.splice(entries_.begin(), entries_, entry);
    return &entry->records;
}

ServiceRecords* RecordCache::insert(const DnsName& name, RecordType type, std::string service,
                                    std::uint64_t version, ServiceRecords records) {
    const Key key(name, type);
    const std::size_t bytes =
        kOverheadBytes + sizeof(Entry) + 2 * key.view().size() + records.memory_bytes();
    if (bytes > bytes_max_) return nullptr;
    if (const auto old = index_.find(key.view()); old != index_.end()) erase(old->second);
    while (bytes_ + bytes > bytes_max_) erase(std::prev(entries_.end()));
    entries_.push_front(Entry{std::string(key.view()), std::move(service), version, nullptr,
                              agent::Index(), 0, std::move(records), bytes});
    index_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
    return &entries_.front().records;
}

void RecordCache::clear() {
    index_.clear();
    entries_.clear();
    bytes_ = 0;
}

void RecordCache::erase(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    index_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace weft::api
