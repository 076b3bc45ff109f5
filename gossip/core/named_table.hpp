#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/assert.hpp"
#include "agent/base/rng.hpp"
#include "agent/base/strong_id.hpp"

namespace weft::gossip {

// Records by name and by place, a number that is a record's own until it is removed. The order of
// places depends on nothing but what came and went. A Record has name() and is_present(); a default
// one is absent.
template <class Record>
class NamedTable {
public:
    using Id = StrongId<Record, std::uint32_t>;

    NamedTable() : by_name_(0, Hash{&places_}, Equal{&places_}) {}
    NamedTable(const NamedTable&) = delete;
    NamedTable& operator=(const NamedTable&) = delete;

    void reserve(std::size_t records) {
        places_.reserve(records);
        by_name_.reserve(records);
    }

    // Its name must not be there yet.
    Id add(Record record) {
        const Id id = free_.empty() ? append(std::move(record)) : reuse(std::move(record));
        WEFT_ASSERT(by_name_.insert(id.get()).second);
        return id;
    }

    void remove(Id id) {
        by_name_.erase(id.get());
        places_[id.get()] = Record{};
        free_.push_back(id.get());
    }

    std::optional<Id> find(std::string_view name) const {
        const auto at = by_name_.find(name);
        if (at == by_name_.end()) return std::nullopt;
        return Id(*at);
    }

    bool contains(Id id) const {
        return id.get() < places_.size() && places_[id.get()].is_present();
    }
    Record& operator[](Id id) { return places_[id.get()]; }
    const Record& operator[](Id id) const { return places_[id.get()]; }

    std::size_t size() const { return by_name_.size(); }

    // Calls use(Id, const Record&) for each, in the order of places.
    template <class Use>
    void for_each(Use&& use) const {
        for (std::uint32_t i = 0; i < places_.size(); ++i) {
            if (places_[i].is_present()) use(Id(i), places_[i]);
        }
    }

    // Up to count different records that wanted(Id, const Record&) accepts, at random. Looks
    // at few places where most are wanted, and gives up early where hardly any are, as memberlist
    // does: whoever needs all of few uses for_each().
    template <class Wanted>
    std::vector<Id> random(std::size_t count, Rng& rng, Wanted&& wanted) const {
        std::vector<Id> chosen;
        if (places_.empty()) return chosen;
        for (std::size_t tries = 0; tries < 3 * places_.size() && chosen.size() < count; ++tries) {
            const Id id(static_cast<std::uint32_t>(rng.below(places_.size())));
            const Record& record = places_[id.get()];
            if (!record.is_present() || !wanted(id, record)) continue;
            if (std::find(chosen.begin(), chosen.end(), id) == chosen.end()) chosen.push_back(id);
        }
        return chosen;
    }

private:
    // Both look the names up in places_, so that an entry of the index takes four bytes.
    struct Hash {
        using is_transparent = void;
        const std::vector<Record>* places;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>{}(name);
        }
        std::size_t operator()(std::uint32_t place) const {
            return (*this)(std::string_view((*places)[place].name()));
        }
    };
    struct Equal {
        using is_transparent = void;
        const std::vector<Record>* places;
        bool operator()(std::uint32_t a, std::uint32_t b) const {
            return a == b || (*places)[a].name() == (*places)[b].name();
        }
        bool operator()(std::string_view name, std::uint32_t place) const {
            return name == (*places)[place].name();
        }
        bool operator()(std::uint32_t place, std::string_view name) const {
            return (*this)(name, place);
        }
    };

    Id append(Record record) {
        places_.push_back(std::move(record));
        return Id(static_cast<std::uint32_t>(places_.size() - 1));
    }
    Id reuse(Record record) {
        const Id id(free_.back());
        free_.pop_back();
        places_[id.get()] = std::move(record);
        return id;
    }

    std::vector<Record> places_;
    std::vector<std::uint32_t> free_;
    boost::unordered_flat_set<std::uint32_t, Hash, Equal> by_name_;
};

}  // namespace weft::gossip
