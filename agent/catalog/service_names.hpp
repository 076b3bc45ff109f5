#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// How many instances bear each service name and, under it, each tag: the list of catalog/services,
// kept so that a change tells at once whether that list changed.
class ServiceNames {
public:
    // A name, or a tag under it, that came into the list or left it.
    struct Toggle {
        SharedText name;
        SharedText tag;
        bool is_tag = false;
        auto operator<=>(const Toggle&) const = default;
    };
    using Toggles = std::vector<Toggle>;

    void add(const ServiceRow& row, Toggles& toggles);
    void remove(const ServiceRow& row, Toggles& toggles);

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
    struct Count : Toggle {
        std::uint32_t rows = 0;
        bool operator==(const Count&) const = default;
    };
    struct ByName {
        static int compare(const Count& a, const Key& key);
        static int compare(const Count& a, const Count& b) {
            return compare(a, Key{b.name, b.is_tag, b.tag});
        }
    };

    void change(Toggle key, bool more, Toggles& toggles);
    void change(const ServiceRow& row, bool more, Toggles& toggles);

    PersistentSet<Count, ByName> counts_;
    std::size_t names_ = 0;
};

}  // namespace weft::agent
