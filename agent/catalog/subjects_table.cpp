#include "agent/catalog/subjects_table.hpp"

#include <algorithm>

#include "agent/catalog/stored_value.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

struct StoredFloors {
    AspectIndexes floors;
};

template <class Visitor, MaybeConst<StoredFloors> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("members", row.floors[static_cast<std::size_t>(Aspect::Members)]);
    visit("health", row.floors[static_cast<std::size_t>(Aspect::Health)]);
    visit("checks", row.floors[static_cast<std::size_t>(Aspect::Checks)]);
    visit("sessions", row.floors[static_cast<std::size_t>(Aspect::Sessions)]);
}

constexpr char kKindLetters[] = {'n', 's', 'c', 'e', 'k'};

}  // namespace

Index Subject::extinction() const {
    return *std::max_element(floors.begin(), floors.end());
}

bool Subject::is_stored() const {
    return extinction() > Index(0);
}

std::optional<SubjectAspect> subject_of(WatchKind kind) {
    switch (kind) {
        case WatchKind::Node:
            return SubjectAspect{SubjectKind::Node, Aspect::Members};
        case WatchKind::NodeHealth:
            return SubjectAspect{SubjectKind::Node, Aspect::Health};
        case WatchKind::NodeChecks:
            return SubjectAspect{SubjectKind::Node, Aspect::Checks};
        case WatchKind::NodeSessions:
            return SubjectAspect{SubjectKind::Node, Aspect::Sessions};
        case WatchKind::Service:
            return SubjectAspect{SubjectKind::Service, Aspect::Members};
        case WatchKind::ServiceHealth:
            return SubjectAspect{SubjectKind::Service, Aspect::Health};
        case WatchKind::ServiceChecks:
            return SubjectAspect{SubjectKind::Service, Aspect::Checks};
        case WatchKind::Connect:
            return SubjectAspect{SubjectKind::Connect, Aspect::Members};
        case WatchKind::ConnectHealth:
            return SubjectAspect{SubjectKind::Connect, Aspect::Health};
        case WatchKind::OneConfigEntry:
            return SubjectAspect{SubjectKind::OneConfigEntry, Aspect::Members};
        case WatchKind::ConfigEntries:
            return SubjectAspect{SubjectKind::ConfigKind, Aspect::Members};
        case WatchKind::Nodes:
        case WatchKind::ServiceNames:
        case WatchKind::State:
        case WatchKind::Registrations:
        case WatchKind::NodesAndChecks:
        case WatchKind::Overview:
        case WatchKind::Gateways:
        case WatchKind::Key:
        case WatchKind::KeyPrefix:
        case WatchKind::Sessions:
        case WatchKind::Session:
        case WatchKind::PreparedQueries:
        case WatchKind::PreparedQuery:
            break;
    }
    return std::nullopt;
}

std::optional<WatchKind> watch_of(SubjectKind kind, Aspect aspect) {
    switch (kind) {
        case SubjectKind::Node:
            if (aspect == Aspect::Members) return WatchKind::Node;
            if (aspect == Aspect::Health) return WatchKind::NodeHealth;
            return aspect == Aspect::Checks ? WatchKind::NodeChecks : WatchKind::NodeSessions;
        case SubjectKind::Service:
            if (aspect == Aspect::Members) return WatchKind::Service;
            return aspect == Aspect::Health ? WatchKind::ServiceHealth : WatchKind::ServiceChecks;
        case SubjectKind::Connect:
            if (aspect == Aspect::Members) return WatchKind::Connect;
            if (aspect == Aspect::Health) return WatchKind::ConnectHealth;
            break;
        case SubjectKind::OneConfigEntry:
            if (aspect == Aspect::Members) return WatchKind::OneConfigEntry;
            break;
        case SubjectKind::ConfigKind:
            if (aspect == Aspect::Members) return WatchKind::ConfigEntries;
            break;
    }
    return std::nullopt;
}

int SubjectsTable::ByName::compare(const SubjectPtr& a, const Key& key) {
    if (a->kind != key.kind) return a->kind < key.kind ? -1 : 1;
    return fold_compare(a->name, key.name);
}

SubjectPtr SubjectsTable::find(SubjectKind kind, std::string_view name) const {
    const SubjectPtr* found = by_name_.find(Key{kind, name});
    return found ? *found : SubjectPtr();
}

int SubjectsTable::ByExtinction::compare(const SubjectPtr& a, const SubjectPtr& b) {
    const Index one = a->extinction();
    const Index other = b->extinction();
    if (one != other) return one < other ? -1 : 1;
    return ByName::compare(a, b);
}

SubjectPtr SubjectsTable::oldest_tombstone() const {
    SubjectPtr oldest;
    tombstones_.scan([&](const SubjectPtr& subject) {
        oldest = subject;
        return false;
    });
    return oldest;
}

void SubjectsTable::replace(const SubjectPtr& old, const SubjectPtr& fresh) {
    if (old && old->is_tombstone()) tombstones_.erase(old);
    if (fresh && fresh->is_tombstone()) tombstones_.put(fresh);
    if (fresh) {
        by_name_.put(fresh);
    } else {
        by_name_.erase(old);
    }
}

std::string SubjectsTable::key_of(const Subject& subject) {
    const char letter = kKindLetters[static_cast<std::size_t>(subject.kind)];
    return record_key(kTag, std::string_view(&letter, 1), subject.name);
}

std::string SubjectsTable::encode(const Subject& subject) {
    return encode_value(StoredFloors{subject.floors});
}

std::optional<AspectIndexes> SubjectsTable::decode(std::string_view value) {
    const auto stored = decode_value<StoredFloors>(value);
    return stored ? std::optional(stored->floors) : std::nullopt;
}

std::optional<SubjectKind> SubjectsTable::kind_of(const ParsedKey& key) {
    if (key.name.size() != 1 || !is_folded(key.id)) return std::nullopt;
    for (std::size_t i = 0; i < std::size(kKindLetters); ++i) {
        if (key.name[0] == kKindLetters[i]) return static_cast<SubjectKind>(i);
    }
    return std::nullopt;
}

void SubjectsTable::check_invariants() const {
    by_name_.check_invariants();
    tombstones_.check_invariants();
    std::size_t tombstones = 0;
    scan([&](const SubjectPtr& subject) {
        if (!subject->is_tombstone()) return true;
        ++tombstones;
        WEFT_ASSERT(tombstones_.find(subject) != nullptr && *tombstones_.find(subject) == subject);
        return true;
    });
    WEFT_ASSERT(tombstones == tombstone_count());
}

SubjectPtr SubjectsTable::find_record(const ParsedKey& key) const {
    const auto kind = kind_of(key);
    if (!kind) return {};
    SubjectPtr found = find(*kind, key.id);
    return found && found->is_stored() ? found : SubjectPtr();
}

}  // namespace weft::agent
