#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// How many instances bear each service name and, under it, each tag: the list of catalog/services, kept so that a change
// tells at once whether that list changed.
class ServiceNames {
public:
    // Each returns whether the list changed.
    bool add(const ServiceRow& row);
    bool remove(const ServiceRow& row);

    bool contains(std::string_view name) const;
    std::size_t size() const { return names_; }
    std::vector<ServiceName> list() const;

    void check_invariants() const { counts_.check_invariants(); }

private:
    // The entry of a name itself sorts before those of its tags.
    struct Key {
        std::string_view name;
        bool is_tag;
        std::string_view tag;
    };
    struct Count {
        SharedText name;
        SharedText tag;
        bool is_tag = false;
        std::uint32_t rows = 0;
        bool operator==(const Count&) const = default;
    };
    struct ByName {
        static int compare(const Count& a, const Key& key);
        static int compare(const Count& a, const Count& b) { return compare(a, Key{b.name, b.is_tag, b.tag}); }
    };

    bool change(const Count& counted, bool more);
    bool change(const ServiceRow& row, bool more);

    PersistentSet<Count, ByName> counts_;
    std::size_t names_ = 0;
};

}  // namespace weft::agent
