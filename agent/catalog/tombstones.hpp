#pragma once

#include <compare>
#include <cstddef>
#include <set>
#include <string>

#include "agent/catalog/subjects_table.hpp"

namespace weft::agent {

// The subjects without members, oldest extinction first. Derived from the subjects; bounded, since
// names come and go for ever.
class Tombstones {
public:
    static constexpr std::size_t kLimit = 4096;

    struct Entry {
        Index extinction;
        SubjectKind kind{};
        std::string name;
        auto operator<=>(const Entry&) const = default;
    };

    void add(const Subject& subject) { entries_.insert(entry(subject)); }
    void remove(const Subject& subject) { entries_.erase(entry(subject)); }
    bool is_over_limit() const { return entries_.size() > kLimit; }
    const Entry& oldest() const { return *entries_.begin(); }
    void clear() { entries_.clear(); }
    bool operator==(const Tombstones&) const = default;

private:
    static Entry entry(const Subject& subject) {
        return {subject.extinction(), subject.kind, subject.name.str()};
    }

    std::set<Entry> entries_;
};

}  // namespace weft::agent
