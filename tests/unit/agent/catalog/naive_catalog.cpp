#include "tests/unit/agent/catalog/naive_catalog.hpp"

#include <set>

#include "agent/catalog/text_order.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

namespace weft::agent {
namespace {

std::string connect_of(const ServiceRow& row) {
    if (row.kind == "connect-proxy") return folded(row.proxy->destination_service_name);
    return row.connect_native ? folded(row.name) : std::string();
}

// Puts the row with its indexes unless only they would change.
template <class Map, class Row>
void put(Map& rows, const typename Map::key_type& at, Row row, Index index) {
    const auto present = rows.find(at);
    if (present != rows.end() && present->second.same_content(row)) return;
    if (present != rows.end()) row.create_index = present->second.create_index;
    if (row.create_index == Index(0)) row.create_index = index;
    row.modify_index = index;
    rows[at] = row;
}

}  // namespace

NaiveCatalog::Key NaiveCatalog::key(std::string_view node, std::string_view id) {
    return {folded(node), {folded(id), std::string(id)}};
}

const NodeRow* NaiveCatalog::find_node(std::string_view name) const {
    const auto found = nodes_.find(folded(name));
    return found == nodes_.end() ? nullptr : &found->second;
}

const NodeRow* NaiveCatalog::find_node_by_id(std::string_view id) const {
    for (const auto& [name, row] : nodes_) {
        if (!id.empty() && row.id == id) return &row;
    }
    return nullptr;
}

bool NaiveCatalog::is_name_free(const NodeRow& row, bool renaming) const {
    const NodeRow* holder = find_node(row.name);
    if (holder == nullptr || holder->id == row.id || row.id.empty()) return true;
    if (holder->id.empty() && !renaming) return true;
    const auto serf = checks_.find(key(row.name, "serfHealth"));
    return serf == checks_.end() || serf->second.status == Status::Critical;
}

bool NaiveCatalog::apply(Index index, const RegisterCommand& command) {
    const NaiveCatalog before = *this;
    NodeRow node = command.node;
    const NodeRow* present = find_node(node.name);
    if (present == nullptr && node.address.empty() && !command.skip_node_update) return false;
    if (present == nullptr || !(command.skip_node_update || node.address.empty())) {
        const NodeRow* owner = find_node_by_id(node.id);
        const bool renaming = owner != nullptr && owner->name != node.name;
        if (!is_name_free(node, renaming)) return false;
        if (renaming) {
            node.create_index = owner->create_index;
            remove_node(owner->name.str());
        }
        if (find_node(node.name) != nullptr) node.name = find_node(node.name)->name;
        put(nodes_, folded(node.name), node, index);
    }
    if (command.service) {
        ServiceRow row = *command.service;
        row.node = command.node.name;
        if (row.id.empty()) row.id = row.name;
        put_service(index, row);
    }
    for (CheckRow row : command.checks) {
        row.node = command.node.name;
        if (!row.service_id.empty() && !services_.contains(key(row.node, row.service_id))) {
            *this = before;
            return false;
        }
        put_check(index, row);
    }
    return true;
}

void NaiveCatalog::put_service(Index index, ServiceRow row) {
    row.node = find_node(row.node)->name;
    put(services_, key(row.node, row.id), row, index);
    const std::map<Key, CheckRow> checks = checks_;
    for (const auto& [at, check] : checks) {
        if (fold_compare(check.node, row.node) == 0 && check.service_id == row.id)
            put_check(index, check);
    }
}

void NaiveCatalog::put_check(Index index, CheckRow row) {
    row.node = find_node(row.node)->name;
    if (!row.service_id.empty()) {
        const ServiceRow& service = services_.at(key(row.node, row.service_id));
        row.service_name = service.name;
        row.service_tags = service.tags;
    }
    row.create_index = Index(0);
    if (row.status == Status::Critical) losses_.checks.insert(key(row.node, row.id));
    put(checks_, key(row.node, row.id), row, index);
}

template <class Gone>
void NaiveCatalog::remove_checks(Gone gone) {
    std::erase_if(checks_, [&](const auto& item) {
        if (gone(item)) losses_.checks.insert(item.first);
        return gone(item);
    });
}

void NaiveCatalog::remove_node(const std::string& name) {
    losses_.nodes.insert(folded(name));
    remove_checks([&](const auto& item) { return item.first.first == folded(name); });
    std::erase_if(services_, [&](const auto& item) { return item.first.first == folded(name); });
    nodes_.erase(folded(name));
}

void NaiveCatalog::remove_service(const std::string& node, const std::string& id) {
    services_.erase(key(node, id));
    remove_checks([&](const auto& item) {
        return item.first.first == folded(node) && item.second.service_id.view() == id;
    });
}

bool NaiveCatalog::apply(Index, const DeregisterCommand& command) {
    const std::string node = command.node.str();
    if (!command.service_id.empty()) {
        remove_service(node, command.service_id.str());
    } else if (!command.check_id.empty()) {
        remove_checks([&](const auto& item) { return item.first == key(node, command.check_id); });
    } else {
        remove_node(node);
    }
    return true;
}

std::string NaiveCatalog::render_all() const {
    std::string out;
    for (const auto& [name, row] : nodes_) out += render(row) + "\n";
    for (const auto& [at, row] : services_) out += render(row) + "\n";
    for (const auto& [at, row] : checks_) out += render(row) + "\n";
    for (const char* name : {"cache", "db", "web"}) {
        out += std::string("instances of ") + name + "\n";
        for (const auto& [at, row] : services_) {
            if (folded(row.name) == name)
                out += render(*find_node(row.node)) + " " + render(row) + "\n";
        }
        out += std::string("checks of ") + name + "\n";
        for (const auto& [at, row] : checks_) {
            if (!row.service_id.empty() && folded(row.service_name) == name)
                out += render(row) + "\n";
        }
        out += std::string("connect of ") + name + "\n";
        for (const auto& [at, row] : services_) {
            if (connect_of(row) == name) out += render(row) + "\n";
        }
    }
    for (const Status status : {Status::Passing, Status::Warning, Status::Critical}) {
        out += std::string(to_string(status)) + "\n";
        for (const auto& [at, row] : checks_) {
            if (row.status == status) out += render(row) + "\n";
        }
    }
    std::map<std::string, std::set<std::string>> names;
    for (const auto& [at, row] : services_) {
        auto& tags = names[row.name.str()];
        for (const SharedText& tag : *row.tags) tags.insert(tag.str());
    }
    for (const auto& [name, tags] : names) {
        out += name + ":";
        for (const std::string& tag : tags) out += " " + tag;
        out += "\n";
    }
    return out;
}

std::string NaiveCatalog::render_all(const View& view) {
    std::string out;
    for (const NodeRow* row : view.nodes()) out += render(*row) + "\n";
    for (const NodeRow* node : view.nodes()) {
        for (const ServiceRow* row : view.services_of_node(node->name)) out += render(*row) + "\n";
    }
    for (const CheckRow* row : view.checks_in_state("any")) out += render(*row) + "\n";
    for (const char* name : {"cache", "db", "web"}) {
        out += std::string("instances of ") + name + "\n";
        for (const Instance& instance : view.instances(name)) {
            out += render(*instance.node) + " " + render(*instance.service) + "\n";
        }
        out += std::string("checks of ") + name + "\n";
        for (const CheckRow* row : view.checks_of_service(name)) out += render(*row) + "\n";
        out += std::string("connect of ") + name + "\n";
        for (const Instance& instance : view.connect_instances(name))
            out += render(*instance.service) + "\n";
    }
    for (const char* state : {"passing", "warning", "critical"}) {
        out += std::string(state) + "\n";
        for (const CheckRow* row : view.checks_in_state(state)) out += render(*row) + "\n";
    }
    for (const ServiceName& name : view.service_names()) {
        out += name.name.str() + ":";
        for (const SharedText& tag : name.tags) out += " " + tag.str();
        out += "\n";
    }
    return out;
}

}  // namespace weft::agent
