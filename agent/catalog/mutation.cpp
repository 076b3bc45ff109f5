#include "agent/catalog/mutation.hpp"

#include <algorithm>
#include <vector>

#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

std::vector<CheckPtr> bound_checks(const CatalogRoot& root, std::string_view node,
                                   std::string_view service_id) {
    std::vector<CheckPtr> found;
    root.checks.scan_bound(node, service_id, [&](const CheckPtr& entry) {
        found.push_back(entry);
        return true;
    });
    return found;
}

}  // namespace

// ---- nodes

void Mutation::put_node(NodeRow row) {
    const NodePtr old = root_.nodes.find(row.name);
    // The first spelling of a name stays: services and checks of the node bear it.
    if (old) row.name = old->row.name;
    if (old && old->row.same_content(row)) return;
    stamp(row, old ? &old->row : nullptr);
    interner_.share(row);
    auto made = make_ref<NodeEntry>();
    made->row = std::move(row);
    const NodePtr fresh(made);
    replace(root_.nodes, old, fresh);
    touch_nodes();
    touch_node(fresh->row, Change::Put, old ? 0 : 1);
    if (old && fold_compare(old->row.id, fresh->row.id) != 0) lose_id(old->row);
    if (old) relink_services(fresh);
}

void Mutation::relink_services(const NodePtr& node) {
    for (const ServicePtr& old : services_of(root_, node->row.name)) {
        auto fresh = make_ref<ServiceEntry>(*old);
        fresh->node = node;
        root_.services.replace(old, ServicePtr(fresh));
        touch_service(fresh->row, Aspect::Members, Change::Put);
    }
}

void Mutation::remove_node(std::string_view name) {
    const NodePtr node = root_.nodes.find(name);
    if (!node) return;
    invalidate_of_node(name);
    std::vector<CheckPtr> checks;
    root_.checks.scan_node(name, [&](const CheckPtr& entry) {
        checks.push_back(entry);
        return true;
    });
    for (const CheckPtr& check : checks) erase_check(check);
    for (const ServicePtr& service : services_of(root_, name)) erase_service(service);
    replace(root_.nodes, node, NodePtr());
    touch_nodes();
    touch_node(node->row, Change::Removal, -1);
    lose_id(node->row);
}

// ---- services

void Mutation::put_service(ServiceRow row) {
    const NodePtr node = root_.nodes.find(row.node);
    WEFT_ASSERT(node);
    const ServicePtr old = root_.services.find(row.node, row.id);
    interner_.share(row, node->row);
    if (old && old->row.same_content(row)) return;
    if (old) row.id = old->row.id;  // the text that its checks share
    stamp(row, old ? &old->row : nullptr);
    auto made = make_ref<ServiceEntry>();
    made->row = std::move(row);
    made->node = node;
    const ServicePtr fresh(made);
    replace(root_.services, old, fresh);
    told_services_of_ = {};
    touch_services(node->row, Change::Put);
    update_names(old, fresh);

    const std::string_view old_name = old ? old->row.name.view() : std::string_view();
    const std::string_view old_connect = old ? connect_name(old->row) : std::string_view();
    join(SubjectKind::Service, fresh->row.name);
    if (!connect_name(fresh->row).empty()) join(SubjectKind::Connect, connect_name(fresh->row));
    if (old && (old->row.name != fresh->row.name || !(old->row.tags == fresh->row.tags)))
        rename_checks(fresh->row);
    // Leaving comes last, so that a name that loses its last instance also knows of its last check.
    move_member(SubjectKind::Service, old_name, fresh->row.name);
    move_member(SubjectKind::Connect, old_connect, connect_name(fresh->row));
}

void Mutation::rename_checks(const ServiceRow& service) {
    for (const CheckPtr& check : bound_checks(root_, service.node, service.id)) {
        const bool comes = std::binary_search(announced_checks_.begin(), announced_checks_.end(),
                                              check->row.id.view());
        if (!comes) put_check(check->row);
    }
}

void Mutation::update_names(const ServicePtr& old, const ServicePtr& fresh) {
    if (old && fresh && old->row.name == fresh->row.name && old->row.tags == fresh->row.tags)
        return;
    if (fresh) root_.names.add(fresh->row, toggles_);
    if (old) root_.names.remove(old->row, toggles_);
}

void Mutation::finish() {
    finish_names();
    finish_time();
}

// What came and left again in one command did neither.
void Mutation::finish_names() {
    std::sort(toggles_.begin(), toggles_.end());
    for (auto at = toggles_.begin(); at != toggles_.end();) {
        const auto next = std::upper_bound(at, toggles_.end(), *at);
        if ((next - at) % 2 != 0) {
            root_.globals.service_names = index_;
            journal_.watch(WatchKind::ServiceNames);
            return;
        }
        at = next;
    }
}

void Mutation::remove_service(std::string_view node, std::string_view id) {
    const ServicePtr entry = root_.services.find(node, id);
    if (!entry) return;
    for (const CheckPtr& check : bound_checks(root_, entry->row.node, entry->row.id))
        erase_check(check);
    erase_service(entry);
}

void Mutation::erase_service(const ServicePtr& entry) {
    replace(root_.services, entry, ServicePtr());
    told_services_of_ = {};
    touch_services(entry->node->row, Change::Removal);
    update_names(entry, ServicePtr());
    leave(SubjectKind::Service, entry->row.name);
    if (const std::string_view name = connect_name(entry->row); !name.empty())
        leave(SubjectKind::Connect, name);
}

// ---- checks

void Mutation::put_check(CheckRow row) {
    const NodePtr node = root_.nodes.find(row.node);
    WEFT_ASSERT(node);
    row.node = node->row.name;
    row.service_name = {};
    row.service_tags = {};
    if (!row.service_id.empty()) {
        const ServicePtr service = root_.services.find(row.node, row.service_id);
        WEFT_ASSERT(service);
        row.service_id = service->row.id;
        row.service_name = service->row.name;
        row.service_tags = service->row.tags;
    }
    const CheckPtr old = root_.checks.find(row.node, row.id);
    if (old && old->row.same_content(row)) return;
    stamp(row, old ? &old->row : nullptr);
    interner_.share(row);
    auto made = make_ref<CheckEntry>();
    made->row = std::move(row);
    const CheckPtr fresh(made);
    replace(root_.checks, old, fresh);
    touch_check(fresh->row, Change::Put);
    const bool moved = old && (old->row.service_id != fresh->row.service_id ||
                               fold_compare(old->row.service_name, fresh->row.service_name) != 0);
    if (moved) touch_check(old->row, Change::Removal);
    touch_state(old, fresh);
    if (fresh->row.status == Status::Critical) invalidate_bound(fresh->row.node, fresh->row.id);
}

void Mutation::remove_check(std::string_view node, std::string_view id) {
    if (const CheckPtr entry = root_.checks.find(node, id)) erase_check(entry);
}

void Mutation::erase_check(const CheckPtr& entry) {
    replace(root_.checks, entry, CheckPtr());
    touch_check(entry->row, Change::Removal);
    touch_state(entry, CheckPtr());
    invalidate_bound(entry->row.node, entry->row.id);
}

// ---- autopilot

void Mutation::put_autopilot(AutopilotRow row) {
    const AutopilotRow& present = root_.autopilot.current();
    if (present.same_content(row)) return;
    stamp(row, &present);
    auto made = make_ref<AutopilotEntry>();
    made->row = std::move(row);
    replace(root_.autopilot, AutopilotPtr(root_.autopilot.entry()), AutopilotPtr(made));
}

// ---- bookkeeping

void Mutation::touch_nodes() {
    root_.globals.nodes = index_;
    journal_.watch(WatchKind::Nodes);
    journal_.watch(WatchKind::Registrations);
    journal_.watch(WatchKind::NodesAndChecks);
    journal_.watch(WatchKind::Overview);
    journal_.watch(WatchKind::Gateways);
}

void Mutation::touch_services(const NodeRow& owner, Change change) {
    root_.globals.services = index_;
    journal_.watch(WatchKind::Registrations);
    journal_.watch(WatchKind::Overview);
    journal_.watch(WatchKind::Gateways);
    touch_node(owner, change);
}

void Mutation::touch_node(const NodeRow& row, Change change, int members) {
    touch(SubjectKind::Node, row.name, {Aspect::Members, Aspect::Health}, change, members);
    if (!row.id.empty()) journal_.watch(WatchKind::Node, folded(row.id));
}

void Mutation::lose_id(const NodeRow& row) {
    if (!row.id.empty()) touch(SubjectKind::Node, row.id, {Aspect::Members}, Change::Removal);
}

void Mutation::touch_state(const CheckPtr& old, const CheckPtr& fresh) {
    root_.globals.checks = index_;
    journal_.watch(WatchKind::NodesAndChecks);
    journal_.watch(WatchKind::Overview);
    journal_.watch(WatchKind::Gateways);
    journal_.watch(WatchKind::State, "any");
    const auto touch_one = [&](Status status) {
        root_.globals.states[static_cast<std::size_t>(status)] = index_;
        journal_.watch(WatchKind::State, to_string(status));
    };
    if (old) touch_one(old->row.status);
    if (fresh && !(old && old->row.status == fresh->row.status)) touch_one(fresh->row.status);
}

void Mutation::touch_check(const CheckRow& row, Change change) {
    touch(SubjectKind::Node, row.node, {Aspect::Health, Aspect::Checks}, change);
    if (row.service_id.empty()) return touch_services_of(row.node, change);
    touch(SubjectKind::Service, row.service_name, {Aspect::Health, Aspect::Checks}, change);
    const ServicePtr service = root_.services.find(row.node, row.service_id);
    const std::string_view connect = service ? connect_name(service->row) : std::string_view();
    if (!connect.empty()) touch(SubjectKind::Connect, connect, {Aspect::Health}, change);
}

// That a check of the node changed is told to all its services; of many such checks one tells it
// for all.
void Mutation::touch_services_of(std::string_view node, Change change) {
    auto& told = told_services_of_[static_cast<std::size_t>(change)];
    if (told && fold_compare(*told, node) == 0) return;
    told = node;
    for (const ServicePtr& service : services_of(root_, node))
        touch_service(service->row, Aspect::Health, change);
}

// Members are part of Health too.
void Mutation::touch_service(const ServiceRow& row, Aspect aspect, Change change) {
    const auto touch_kind = [&](SubjectKind kind, std::string_view name) {
        if (aspect == Aspect::Members) {
            touch(kind, name, {Aspect::Members, Aspect::Health}, change);
        } else {
            touch(kind, name, {aspect}, change);
        }
    };
    touch_kind(SubjectKind::Service, row.name);
    if (const std::string_view connect = connect_name(row); !connect.empty())
        touch_kind(SubjectKind::Connect, connect);
}

void Mutation::join(SubjectKind kind, std::string_view name) {
    touch(kind, name, {Aspect::Members, Aspect::Health}, Change::Put, 1);
}

void Mutation::leave(SubjectKind kind, std::string_view name) {
    touch(kind, name, {Aspect::Members, Aspect::Health}, Change::Removal, -1);
}

// Takes the place of the member that join(to) counted: away from the old name, or a second time
// from the same.
void Mutation::move_member(SubjectKind kind, std::string_view from, std::string_view to) {
    if (from.empty()) return;
    if (!to.empty() && fold_compare(from, to) == 0) {
        touch(kind, to, {Aspect::Members, Aspect::Health}, Change::Put, -1);
    } else {
        leave(kind, from);
    }
}

RefPtr<Subject> Mutation::fresh_subject(SubjectKind kind, std::string_view name,
                                        const SubjectPtr& present) const {
    if (present) return make_ref<Subject>(*present);
    auto made = make_ref<Subject>();
    made->kind = kind;
    made->name = SharedText(folded(name));
    // Perhaps there was a tombstone that had to go: an index that was told once must not go back.
    made->floors.fill(root_.globals.forgotten);
    made->current = made->floors;
    return made;
}

void Mutation::touch(SubjectKind kind, std::string_view name, std::initializer_list<Aspect> aspects,
                     Change change, int members) {
    const SubjectPtr present = root_.subjects.find(kind, name);
    const auto is_done = [&](Aspect aspect) {
        const auto at = static_cast<std::size_t>(aspect);
        return present->current[at] == index_ &&
               (change == Change::Put || present->floors[at] == index_);
    };
    if (present && members == 0 && std::all_of(aspects.begin(), aspects.end(), is_done)) return;

    const RefPtr<Subject> fresh = fresh_subject(kind, name, present);
    fresh->members += static_cast<std::uint32_t>(members);
    for (const Aspect aspect : aspects) {
        const auto at = static_cast<std::size_t>(aspect);
        fresh->current[at] = index_;
        if (change == Change::Removal) fresh->floors[at] = index_;
        if (const auto watch = watch_of(kind, aspect)) journal_.watch(*watch, fresh->name);
    }
    replace_subject(present, fresh);
    forget_oldest();
}

void Mutation::replace_subject(const SubjectPtr& old, const SubjectPtr& fresh) {
    const SubjectPtr& subject = fresh ? fresh : old;
    const bool was_stored = old && old->is_stored();
    const bool is_stored = fresh && fresh->is_stored();
    if ((was_stored || is_stored) && !(old && fresh && old->floors == fresh->floors)) {
        std::string key = SubjectsTable::key_of(*subject);
        if (was_stored) root_.rows_digest -= row_digest(key, SubjectsTable::encode(*old));
        if (is_stored) root_.rows_digest += row_digest(key, SubjectsTable::encode(*fresh));
        journal_.record(std::move(key));
    }
    root_.subjects.replace(old, fresh);
}

void Mutation::forget_oldest() {
    while (root_.subjects.tombstone_count() > kMaxTombstones) {
        const SubjectPtr oldest = root_.subjects.oldest_tombstone();
        root_.globals.forgotten = std::max(root_.globals.forgotten, oldest->extinction());
        replace_subject(oldest, SubjectPtr());
    }
}

}  // namespace weft::agent
