#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// What watches are about: a node, a service name, a name that connect instances serve, a
// configuration entry ("kind/name"), all entries of a kind, or (empty) of all kinds.
enum class SubjectKind : std::uint8_t { Node, Service, Connect, OneConfigEntry, ConfigKind };

// What of a subject can change apart from the rest; each is one kind of watch.
enum class Aspect : std::uint8_t {
    Members,   // a node with its services; the instances of a service with their nodes; entries
    Health,    // Members with all their checks
    Checks,    // the checks of a node; the checks bound to a service; connect names have none
    Sessions,  // the sessions of a node
};
inline constexpr std::size_t kAspects = 4;

using AspectIndexes = std::array<Index, kAspects>;

// When the aspects of a subject last changed. An existing row tells its last change itself; what
// rows cannot tell, because a row left, is in `floors`, and only that is stored. current = the
// larger of floors and the rows' indexes.
struct Subject : RefCounted {
    SubjectKind kind{};
    SharedText name;            // folded
    std::uint32_t members = 0;  // rows; with none the subject is a tombstone
    AspectIndexes current;
    AspectIndexes floors;

    Index extinction() const;  // of a tombstone: when its last member left
    bool is_stored() const;
    bool is_tombstone() const { return members == 0; }
};
using SubjectPtr = RefPtr<const Subject>;

// Of names without members so many are remembered: names come and go for ever.
inline constexpr std::size_t kMaxTombstones = 4096;

// The kind and aspect that a watch is about; nothing for the watches of whole tables.
struct SubjectAspect {
    SubjectKind kind;
    Aspect aspect;
};
std::optional<SubjectAspect> subject_of(WatchKind kind);
std::optional<WatchKind> watch_of(SubjectKind kind, Aspect aspect);

class SubjectsTable {
public:
    static constexpr TableTag kTag = TableTag::Subjects;
    using Ptr = SubjectPtr;

    SubjectPtr find(SubjectKind kind, std::string_view name) const;
    std::size_t size() const { return by_name_.size(); }
    template <class Visit>
    void scan(Visit&& visit) const {
        by_name_.scan(visit);
    }

    std::size_t tombstone_count() const { return tombstones_.size(); }
    SubjectPtr oldest_tombstone() const;  // by extinction; null when there is none

    void replace(const SubjectPtr& old, const SubjectPtr& fresh);

    static std::string key_of(const Subject& subject);
    static std::string encode(const Subject& subject);  // the floors
    static std::optional<AspectIndexes> decode(std::string_view value);
    SubjectPtr find_record(const ParsedKey& key) const;
    static std::optional<SubjectKind> kind_of(const ParsedKey& key);

    void check_invariants() const;

private:
    struct Key {
        SubjectKind kind;
        std::string_view name;
    };
    struct ByName {
        static int compare(const SubjectPtr& a, const Key& key);
        static int compare(const SubjectPtr& a, const SubjectPtr& b) {
            return compare(a, Key{b->kind, b->name});
        }
    };

    struct ByExtinction {
        static int compare(const SubjectPtr& a, const SubjectPtr& b);
    };

    PersistentSet<SubjectPtr, ByName> by_name_;
    PersistentSet<SubjectPtr, ByExtinction> tombstones_;
};

}  // namespace weft::agent
