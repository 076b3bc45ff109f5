#include "agent/catalog/liveness_overlay.hpp"

#include <set>
#include <utility>

#include "agent/catalog/services_table.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

bool name_before(const NodeLiveness& a, const NodeLiveness& b) {
    return a.node < b.node;
}

Watch folded_watch(const Watch& watch) {
    return {watch.kind, folded(watch.name)};
}

// The passing-only results that instances on that node are part of.
void add_watches(const View& view, const std::string& node, std::set<Watch>& watches) {
    for (const ServiceRow* service : view.services_of_node(node)) {
        watches.insert({WatchKind::ServiceHealth, folded(service->name)});
        const std::string_view connect = connect_name(*service);
        if (!connect.empty()) watches.insert({WatchKind::ConnectHealth, folded(connect)});
        watches.insert({WatchKind::Gateways, {}});
    }
}

}  // namespace

Liveness LivenessOverlay::of(std::string_view node) const {
    const auto at = std::lower_bound(nodes.begin(), nodes.end(), node,
                                     [](const NodeLiveness& held, std::string_view wanted) {
                                         return fold_compare(held.node, wanted) < 0;
                                     });
    return at != nodes.end() && fold_equal(at->node, node) ? at->liveness : Liveness::Present;
}

Index LivenessOverlay::ahead_of(const Watch& watch) const {
    if (ahead.empty()) return {};
    const auto found = is_folded(watch.name) ? ahead.find(watch) : ahead.find(folded_watch(watch));
    return found == ahead.end() ? Index() : found->second;
}

std::optional<std::vector<Watch>> LivenessBook::hold(const View& view,
                                                     std::vector<NodeLiveness> nodes) {
    for (NodeLiveness& held : nodes) held.node = folded(held.node);
    std::sort(nodes.begin(), nodes.end(), name_before);
    const std::vector<NodeLiveness> before = overlay_ ? overlay_->nodes : decltype(nodes)();
    if (nodes == before) return std::nullopt;

    const auto changed_since = [](const std::vector<NodeLiveness>& one,
                                  const std::vector<NodeLiveness>& other, auto&& visit) {
        for (const NodeLiveness& held : one) {
            const auto at = std::lower_bound(other.begin(), other.end(), held, name_before);
            if (at == other.end() || *at != held) visit(held.node);
        }
    };
    std::set<Watch> watches;
    const auto add = [&](const std::string& node) { add_watches(view, node, watches); };
    changed_since(before, nodes, add);
    changed_since(nodes, before, add);

    const View current = over(view);
    LivenessOverlay next = overlay_ ? *overlay_ : LivenessOverlay();
    next.nodes = std::move(nodes);
    for (const Watch& watch : watches) next.ahead[watch] = Index(current.index_of(watch).get() + 1);
    replace(std::move(next));
    return std::vector<Watch>(watches.begin(), watches.end());
}

void LivenessBook::applied(const View& view, const std::vector<Watch>& changed) {
    if (!overlay_ || overlay_->ahead.empty()) return;
    std::optional<LivenessOverlay> next;
    for (const Watch& change : changed) {
        const Watch watch = folded_watch(change);
        if (!overlay_->ahead.contains(watch)) continue;
        if (!next) next = *overlay_;
        const auto at = next->ahead.find(watch);
        if (at == next->ahead.end()) continue;
        if (view.index_of(watch) > at->second) {
            next->ahead.erase(at);
        } else {
            at->second = Index(at->second.get() + 1);
        }
    }
    if (next) replace(std::move(*next));
}

void LivenessBook::restored(const View& view) {
    std::vector<Watch> all;
    if (overlay_) {
        for (const auto& [watch, index] : overlay_->ahead) all.push_back(watch);
    }
    applied(view, all);
}

void LivenessBook::replace(LivenessOverlay next) {
    ++next.version;
    overlay_ = make_ref<const LivenessOverlay>(std::move(next));
}

}  // namespace weft::agent
