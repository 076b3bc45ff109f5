#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agent/catalog/view.hpp"
#include "api/dns/service_records.hpp"

namespace weft::api {

// Ready-made records by question, one cache a worker. An entry is good as long as its service has
// the version that it was made from. Bounded in bytes; what was not asked for longest goes first.
class RecordCache {
public:
    explicit RecordCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Null when there is no entry, or none of that view's version. Valid until the next call of any
    // other function.
    ServiceRecords* find(const DnsName& name, RecordType type, const agent::View& view);
    // Returns the records where they are kept from now on, or null when they are larger than the
    // cache.
    ServiceRecords* insert(const DnsName& name, RecordType type, std::string service,
                           std::uint64_t version, ServiceRecords records);
    void clear();

    std::size_t bytes() const { return bytes_; }
    std::size_t entries() const { return index_.size(); }

private:
    struct Entry {
        std::string key;
        std::string service;
        std::uint64_t version;
        // The state that version was last compared with, so that an unchanged catalog costs no
        // lookup.
        const void* checked_root;
        agent::Index checked_index;
        std::uint64_t checked_overlay;
        ServiceRecords records;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;

    void erase(Entries::iterator entry);

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    Entries entries_;                                                // the last used in front
    std::unordered_map<std::string_view, Entries::iterator> index_;  // by key of the entry
};

}  // namespace weft::api
