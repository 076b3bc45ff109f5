#pragma once

#include "agent/catalog/autopilot_table.hpp"
#include "agent/catalog/checks_table.hpp"
#include "agent/catalog/config_entries_table.hpp"
#include "agent/catalog/globals.hpp"
#include "agent/catalog/key_marks.hpp"
#include "agent/catalog/kv_table.hpp"
#include "agent/catalog/nodes_table.hpp"
#include "agent/catalog/prepared_queries_table.hpp"
#include "agent/catalog/service_names.hpp"
#include "agent/catalog/services_table.hpp"
#include "agent/catalog/sessions_table.hpp"
#include "agent/catalog/subjects_table.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

// One state of the catalog. Copying it copies a few pointers; copies share all trees until one is
// changed.
struct CatalogRoot : RefCounted {
    NodesTable nodes;
    ServicesTable services;
    ChecksTable checks;
    SessionsTable sessions;
    KvTable kv;
    KvTombstones kv_tombstones;
    LockDelays lock_delays;
    PreparedQueriesTable prepared_queries;
    AutopilotTable autopilot;
    ConfigEntriesTable config_entries;
    SubjectsTable subjects;  // index bookkeeping of single nodes and services
    Globals globals;         // ... and of whole tables
    ServiceNames names;      // derived from services
    Digest rows_digest;      // of all records but the globals'
    Index applied;

    // The tables whose records are exported, rows that others refer to before those. A new table
    // joins here.
    template <class Visit>
    void for_each_table(Visit&& visit) const {
        visit(nodes);
        visit(services);
        visit(checks);
        visit(sessions);
        visit(kv);
        visit(kv_tombstones);
        visit(lock_delays);
        visit(prepared_queries);
        visit(autopilot);
        visit(config_entries);
        visit(subjects);
    }

    Digest digest() const;
};

// The services of a node, by id. A list of its own, since what is done with it may change the
// table.
std::vector<ServicePtr> services_of(const CatalogRoot& root, std::string_view node);

}  // namespace weft::agent
