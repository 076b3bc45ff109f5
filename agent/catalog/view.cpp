#include "agent/catalog/view.hpp"

#include <algorithm>
#include <utility>

#include "agent/catalog/liveness_overlay.hpp"
#include "agent/catalog/root.hpp"
#include "agent/catalog/text_order.hpp"
#include "agent/catalog/watch_index.hpp"

namespace weft::agent {
namespace {

constexpr Index kFirst{1};  // an index of 0 would tell clients not to block

Instance instance_of(const ServicePtr& entry) {
    return entry ? Instance{&entry->node->row, &entry->row} : Instance();
}

std::optional<Status> status_of(std::string_view state) {
    for (const Status status :
         {Status::Passing, Status::Warning, Status::Critical, Status::Maintenance}) {
        if (state == to_string(status)) return status;
    }
    return std::nullopt;
}

Index state_index(const Globals& globals, std::string_view state) {
    if (state == "any") return globals.checks;
    const auto status = status_of(state);
    return status ? globals.states[static_cast<std::size_t>(*status)] : Index();
}

Index subject_index(const CatalogRoot& root, const SubjectAspect& about, std::string_view name) {
    const auto index_in = [&](const SubjectPtr& subject) {
        return subject ? subject->current[static_cast<std::size_t>(about.aspect)]
                       : root.globals.forgotten;
    };
    const SubjectPtr subject = root.subjects.find(about.kind, name);
    const bool may_be_id = about.kind == SubjectKind::Node && about.aspect == Aspect::Members;
    if (!may_be_id || (subject && subject->members > 0)) return index_in(subject);
    // No node has that name, so it may be an id; that an id was lost is in a subject of its name.
    const NodePtr node = root.nodes.find_by_id(name);
    if (!node) return index_in(subject);
    return std::max(index_in(subject), index_in(root.subjects.find(about.kind, node->row.name)));
}

Index overview_index(const Globals& globals) {
    return std::max({globals.nodes, globals.services, globals.checks});
}

Index table_index(const CatalogRoot& root, const Watch& watch) {
    const Globals& globals = root.globals;
    switch (watch.kind) {
        case WatchKind::Key:
            return key_index(root, watch.name);
        case WatchKind::KeyPrefix:
            return prefix_index(root, watch.name);
        case WatchKind::Sessions:
            return globals.sessions;
        case WatchKind::Session:
            return session_index(root, watch.name);
        case WatchKind::PreparedQueries:
            return globals.prepared_queries;
        case WatchKind::PreparedQuery:
            return prepared_query_index(root, watch.name);
        case WatchKind::Nodes:
            return globals.nodes;
        case WatchKind::ServiceNames:
            return globals.service_names;
        case WatchKind::Registrations:
            return std::max(globals.nodes, globals.services);
        case WatchKind::NodesAndChecks:
            return std::max(globals.nodes, globals.checks);
        case WatchKind::Overview:
            return overview_index(globals);
        case WatchKind::Gateways:
            return std::max(overview_index(globals),
                            subject_index(root, *subject_of(WatchKind::ConfigEntries), {}));
        default:
            return state_index(globals, watch.name);
    }
}

// Collects pointers to the rows of a scan.
template <class Entry>
auto collect(std::vector<const decltype(Entry::row)*>& rows) {
    return [&rows](const RefPtr<const Entry>& entry) {
        rows.push_back(&entry->row);
        return true;
    };
}

}  // namespace

View::View() : root_(new CatalogRoot) {}
View::View(RefPtr<const CatalogRoot> root) : root_(std::move(root)) {}
View::View(const View&) = default;
View::View(View&&) noexcept = default;
View& View::operator=(View other) noexcept {
    std::swap(root_, other.root_);
    std::swap(overlay_, other.overlay_);
    return *this;
}
View::~View() = default;

View View::with_overlay(const RefPtr<const LivenessOverlay>& overlay) const {
    View other = *this;
    other.overlay_ = overlay;
    return other;
}

Index View::applied_index() const {
    return root_->applied;
}

std::uint64_t View::lead() const {
    return root_->globals.lead;
}

Digest View::digest() const {
    return root_->digest();
}
UnixMillis View::time() const {
    return root_->globals.time;
}

Index View::index_of(const Watch& watch) const {
    const auto about = subject_of(watch.kind);
    const Index found =
        about ? subject_index(*root_, *about, watch.name) : table_index(*root_, watch);
    const Index ahead = overlay_ ? overlay_->ahead_of(watch) : Index();
    return std::max({found, ahead, root_->globals.restored, kFirst});
}

const NodeRow* View::node(std::string_view name) const {
    const NodePtr entry = root_->nodes.find(name);
    return entry ? &entry->row : nullptr;
}

const NodeRow* View::node_by_id(std::string_view id) const {
    const NodePtr entry = root_->nodes.find_by_id(id);
    return entry ? &entry->row : nullptr;
}

const NodeRow* View::node_by_address(std::string_view address) const {
    const NodePtr entry = root_->nodes.find_by_address(address);
    return entry ? &entry->row : nullptr;
}

std::vector<const NodeRow*> View::nodes() const {
    std::vector<const NodeRow*> rows;
    rows.reserve(root_->nodes.size());
    root_->nodes.scan(collect<NodeEntry>(rows));
    return rows;
}

std::vector<ServiceName> View::service_names() const {
    return root_->names.list();
}

bool View::has_service(std::string_view name) const {
    return root_->names.contains(name);
}

std::vector<Instance> View::instances(std::string_view service) const {
    std::vector<Instance> found;
    root_->services.scan_name(service, [&](const ServicePtr& entry) {
        found.push_back(instance_of(entry));
        return true;
    });
    return found;
}

std::vector<Instance> View::connect_instances(std::string_view service) const {
    std::vector<Instance> found;
    root_->services.scan_connect(service, [&](const ServicePtr& entry) {
        found.push_back(instance_of(entry));
        return true;
    });
    return found;
}

Instance View::instance_by_address(std::string_view address) const {
    return instance_of(root_->services.find_by_address(address));
}

std::vector<const ServiceRow*> View::services_of_node(std::string_view node) const {
    std::vector<const ServiceRow*> rows;
    root_->services.scan_node(node, collect<ServiceEntry>(rows));
    return rows;
}

const ServiceRow* View::service(std::string_view node, std::string_view service_id) const {
    const ServicePtr entry = root_->services.find(node, service_id);
    return entry ? &entry->row : nullptr;
}

const CheckRow* View::check(std::string_view node, std::string_view check_id) const {
    const CheckPtr entry = root_->checks.find(node, check_id);
    return entry ? &entry->row : nullptr;
}

std::vector<const CheckRow*> View::checks_of_node(std::string_view node) const {
    std::vector<const CheckRow*> rows;
    root_->checks.scan_node(node, collect<CheckEntry>(rows));
    return rows;
}

std::vector<const CheckRow*> View::checks_of_service(std::string_view service) const {
    std::vector<const CheckRow*> rows;
    root_->services.scan_name(service, [&](const ServicePtr& entry) {
        root_->checks.scan_bound(entry->row.node, entry->row.id, collect<CheckEntry>(rows));
        return true;
    });
    // Instances come by node, but those of one node may have their checks' ids interleaved.
    std::stable_sort(rows.begin(), rows.end(), [](const CheckRow* a, const CheckRow* b) {
        const int order = fold_compare(a->node, b->node);
        return order != 0 ? order < 0 : id_compare(a->id, b->id) < 0;
    });
    return rows;
}

std::vector<const CheckRow*> View::checks_in_state(std::string_view state) const {
    std::vector<const CheckRow*> rows;
    if (state == "any") {
        rows.reserve(root_->checks.size());
        root_->checks.scan(collect<CheckEntry>(rows));
    } else if (const auto status = status_of(state)) {
        root_->checks.scan_state(*status, collect<CheckEntry>(rows));
    }
    return rows;
}

std::vector<const CheckRow*> View::checks_of(const Instance& instance) const {
    std::vector<const CheckRow*> rows;
    root_->checks.scan_bound(instance.service->node, {}, collect<CheckEntry>(rows));
    root_->checks.scan_bound(instance.service->node, instance.service->id,
                             collect<CheckEntry>(rows));
    return rows;
}

const AutopilotRow& View::autopilot() const {
    return root_->autopilot.current();
}

std::uint64_t View::service_version(std::string_view service) const {
    // Each change that ServiceHealth is about happens at an index of its own.
    const SubjectPtr subject = root_->subjects.find(SubjectKind::Service, service);
    if (!subject || subject->members == 0) return 0;
    const Index changed = std::max(subject->current[static_cast<std::size_t>(Aspect::Health)],
                                   root_->globals.restored);
    if (!overlay_) return changed.get();
    const Watch watch{WatchKind::ServiceHealth, std::string(service)};
    return std::max(changed, overlay_->ahead_of(watch)).get();
}

Liveness View::liveness(std::string_view node) const {
    return overlay_ ? overlay_->of(node) : Liveness::Present;
}

bool View::any_absent() const {
    return overlay_ && !overlay_->nodes.empty();
}

std::uint64_t View::overlay_version() const {
    return overlay_ ? overlay_->version : 0;
}

std::size_t View::node_count() const {
    return root_->nodes.size();
}
std::size_t View::service_count() const {
    return root_->names.size();
}
std::size_t View::service_instance_count() const {
    return root_->services.size();
}
std::size_t View::check_count() const {
    return root_->checks.size();
}

}  // namespace weft::agent
