#include <vector>

#include "agent/base/assert.hpp"
#include "agent/catalog/catalog.hpp"
#include "agent/catalog/catalog_state.hpp"
#include "agent/catalog/import.hpp"

namespace weft::agent {
namespace {

void check_subjects(const SubjectsTable& kept, const SubjectsTable& derived) {
    WEFT_ASSERT(kept.size() == derived.size());
    kept.scan([&](const SubjectPtr& subject) {
        const SubjectPtr other = derived.find(subject->kind, subject->name);
        WEFT_ASSERT(other);
        WEFT_ASSERT(subject->members == other->members);
        WEFT_ASSERT(subject->floors == other->floors);
        WEFT_ASSERT(subject->current == other->current);
        return true;
    });
}

void check_names(const ServiceNames& kept, const ServiceNames& derived) {
    const auto names = kept.list();
    const auto others = derived.list();
    WEFT_ASSERT(names.size() == others.size() && names.size() == kept.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        WEFT_ASSERT(names[i].name == others[i].name && names[i].tags == others[i].tags);
    }
}

// A check shows its service's name and tags.
void check_service_copies(const CatalogRoot& root) {
    root.checks.scan([&](const CheckPtr& check) {
        if (check->row.service_id.empty()) return true;
        const ServicePtr service = root.services.find(check->row.node, check->row.service_id);
        WEFT_ASSERT(service);
        WEFT_ASSERT(check->row.service_name == service->row.name);
        WEFT_ASSERT(check->row.service_tags == service->row.tags);
        return true;
    });
}

// Locks have holders, and sessions what they depend on.
void check_sessions(const CatalogRoot& root) {
    root.kv.scan([&](const KvPtr& entry) {
        const SharedText& holder = entry->row.session;
        WEFT_ASSERT(holder.empty() || root.sessions.find(holder)->row.id == holder);
        WEFT_ASSERT(!root.kv_tombstones.find(entry->row.key));
        return true;
    });
    root.sessions.scan([&](const SessionPtr& session) {
        const NodePtr node = root.nodes.find(session->row.node);
        WEFT_ASSERT(node && node->row.name == session->row.node);
        for (const SharedText& id : checks_of_session(session->row)) {
            const CheckPtr check = root.checks.find(session->row.node, id);
            WEFT_ASSERT(check && check->row.status != Status::Critical);
        }
        return true;
    });
    const LockDelays::Ptr delay = root.lock_delays.least();
    WEFT_ASSERT(!delay || delay->at > root.globals.time);
}

}  // namespace

void Catalog::check_invariants() const {
    const CatalogRoot& root = *state_->root;
    root.for_each_table([](const auto& table) { table.check_invariants(); });
    root.names.check_invariants();
    check_service_copies(root);
    check_sessions(root);

    // All that is derived comes out the same when it is derived again from the records.
    auto again = make_ref<CatalogRoot>();
    Interner interner;
    export_records(view(), [&](const StoredRecord& record) {
        WEFT_ASSERT(Importer(*again, interner).add(record).has_value());
    });
    WEFT_ASSERT(again->digest() == root.digest());
    WEFT_ASSERT(again->nodes.size() == root.nodes.size());
    WEFT_ASSERT(again->services.size() == root.services.size());
    WEFT_ASSERT(again->checks.size() == root.checks.size());
    WEFT_ASSERT(again->kv.size() == root.kv.size());
    WEFT_ASSERT(again->kv_tombstones.size() == root.kv_tombstones.size());
    WEFT_ASSERT(root.kv_tombstones.size() <= kMaxKvTombstones);
    WEFT_ASSERT(again->sessions.size() == root.sessions.size());
    WEFT_ASSERT(again->prepared_queries.size() == root.prepared_queries.size());
    WEFT_ASSERT(root.prepared_queries.size() <= kMaxPreparedQueries);
    WEFT_ASSERT(again->autopilot.size() == root.autopilot.size());
    WEFT_ASSERT(again->lock_delays.size() == root.lock_delays.size());
    WEFT_ASSERT(root.lock_delays.size() <= kMaxLockDelays);
    WEFT_ASSERT(again->config_entries.size() == root.config_entries.size());
    check_subjects(root.subjects, again->subjects);
    check_names(root.names, again->names);
}

}  // namespace weft::agent
