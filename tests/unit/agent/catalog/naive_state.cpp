#include "tests/unit/agent/catalog/naive_state.hpp"

#include <algorithm>

#include "agent/base/uuid.hpp"
#include "agent/catalog/text_order.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

namespace weft::agent {
namespace {

std::vector<std::string> checks_of(const SessionRow& row) {
    std::vector<std::string> ids;
    for (const SharedText& id : *row.node_checks) ids.push_back(id.str());
    for (const SharedText& id : *row.checks) ids.push_back(id.str());
    for (const SessionServiceCheck& check : *row.service_checks) ids.push_back(check.id.str());
    return ids;
}

bool leaves_a_row(KvVerb verb) {
    return verb == KvVerb::Set || verb == KvVerb::Cas || verb == KvVerb::Lock ||
           verb == KvVerb::Unlock;
}

std::string without_value(KvRow row) {
    row.value = {};
    return render(row);
}

template <class Row>
Index index_of(const Row* row) {
    return row ? row->modify_index : Index();
}

template <class Map>
auto find(const Map& rows, const typename Map::key_type& key) {
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
}

bool is_removal(RowVerb verb) {
    return verb == RowVerb::Delete || verb == RowVerb::DeleteCas;
}

}  // namespace

NaiveState::Outcome NaiveState::outcome_of(const ApplyOutcome& outcome) {
    Outcome plain{outcome.refusal.has_value(), outcome.held, {}, {}};
    if (!outcome.transaction) return plain;
    for (const TransactionRow& row : outcome.transaction->results)
        plain.results.push_back(render(row));
    for (const TransactionError& error : outcome.transaction->errors)
        plain.errors.push_back(error.operation);
    return plain;
}

NaiveState::Outcome NaiveState::apply(Index index, const Command& command) {
    index_ = index;
    now_ = std::max(time_, time_of(command).get());
    touched_ = false;
    const NaiveState kept = *this;
    const Outcome outcome = std::visit([&](const auto& body) { return apply_body(body); }, command);
    if (outcome.refused || !outcome.held) *this = kept;
    if (touched_) time_ = now_;
    return outcome;
}

void NaiveState::put(KvRow row) {
    KvRow& present = keys_[row.key.str()];
    if (present.create_index != Index() && present.same_content(row)) return;
    row.create_index = present.create_index == Index() ? index_ : present.create_index;
    row.modify_index = index_;
    present = row;
    touched_ = true;
}

template <class Gone>
void NaiveState::remove_keys(Gone gone) {
    if (std::erase_if(keys_, [&](const auto& item) { return gone(item.first); }) > 0)
        touched_ = true;
}

void NaiveState::end(const std::string& id) {
    const SessionRow session = sessions_.at(id);
    sessions_.erase(id);
    touched_ = true;
    std::erase_if(queries_, [&](const auto& item) { return item.second.session.str() == id; });
    const std::int64_t delay = std::min<std::int64_t>(session.lock_delay_ns, 60'000'000'000);
    const std::map<std::string, KvRow> keys = keys_;
    for (const auto& [key, row] : keys) {
        if (row.session.str() != id) continue;
        KvRow freed = row;
        freed.session = {};
        if (session.behavior == SessionBehavior::Delete) {
            remove_keys([&](const std::string& name) { return name == key; });
        } else {
            put(freed);
        }
        if (delay > 0) {
            std::int64_t& until = delays_[key];
            until = std::max(until, now_ + (delay + 999'999) / 1'000'000);
        }
    }
}

void NaiveState::end_sessions() {
    const NaiveCatalog::Losses losses = catalog_.take_losses();
    const std::map<std::string, SessionRow> sessions = sessions_;
    for (const auto& [id, row] : sessions) {
        bool over = losses.nodes.contains(folded(row.node));
        for (const std::string& check : checks_of(row))
            over = over || losses.checks.contains(NaiveCatalog::key(row.node, check));
        if (over) end(id);
    }
}

bool NaiveState::register_rows(const RegisterCommand& command) {
    const std::string before = catalog_.render_all();
    const bool accepted = catalog_.apply(index_, command);
    touched_ = touched_ || catalog_.render_all() != before;
    end_sessions();
    return accepted;
}

NaiveState::Outcome NaiveState::apply_body(const RegisterCommand& command) {
    return {!register_rows(command), true, {}, {}};
}

NaiveState::Outcome NaiveState::apply_body(const DeregisterCommand& command) {
    const std::string before = catalog_.render_all();
    catalog_.apply(index_, command);
    touched_ = touched_ || catalog_.render_all() != before;
    end_sessions();
    return {};
}

NaiveState::Outcome NaiveState::apply_body(const SessionCreateCommand& command) {
    SessionRow row = command.session;
    const NodeRow* node = catalog_.find_node(row.node);
    Outcome refused{true, true, {}, {}};
    if (sessions_.contains(folded(row.id)) || node == nullptr) return refused;
    for (const std::string& id : checks_of(row)) {
        const CheckRow* check = find(catalog_.checks(), NaiveCatalog::key(row.node, id));
        if (check == nullptr || check->status == Status::Critical) return refused;
    }
    row.node = node->name;
    row.create_index = row.modify_index = index_;
    sessions_[folded(row.id)] = row;
    touched_ = true;
    return {};
}

NaiveState::Outcome NaiveState::apply_body(const SessionDestroyCommand& command) {
    if (!sessions_.contains(command.id.str())) return {false, false, {}, {}};
    end(command.id.str());
    return {};
}

NaiveState::Written NaiveState::write(const KvOperation& operation) {
    const std::string key = operation.key.str();
    const KvRow* present = find(keys_, key);
    const SessionRow* session = find(sessions_, operation.session.str());
    KvRow row;
    row.key = operation.key;
    row.value = operation.value;
    row.flags = operation.flags;
    switch (operation.verb) {
        case KvVerb::Cas:
            if (index_of(present) != operation.index) return Written::NotHeld;
            [[fallthrough]];
        case KvVerb::Set:
            if (present) row.session = present->session;
            put(row);
            return Written::Done;
        case KvVerb::DeleteCas:
            if (present && present->modify_index != operation.index) return Written::NotHeld;
            [[fallthrough]];
        case KvVerb::Delete:
            remove_keys([&](const std::string& name) { return name == key; });
            return Written::Done;
        case KvVerb::DeleteTree:
            remove_keys([&](const std::string& name) { return name.starts_with(key); });
            return Written::Done;
        case KvVerb::Lock:
            if (delays_.contains(key) && delays_.at(key) > now_) return Written::NotHeld;
            if (session == nullptr) return Written::Refused;
            if (present && !present->session.empty() && present->session != session->id)
                return Written::NotHeld;
            row.session = session->id;
            row.lock_index = present ? present->lock_index : 0;
            if (!present || present->session.empty()) ++row.lock_index;
            put(row);
            return Written::Done;
        case KvVerb::Unlock:
            if (operation.session.empty()) return Written::Refused;
            if (!present || present->session != operation.session) return Written::NotHeld;
            row.lock_index = present->lock_index;
            put(row);
            return Written::Done;
        default:
            return Written::Refused;
    }
}

NaiveState::Outcome NaiveState::apply_body(const KvCommand& command) {
    const KvOperation& operation = command.operation;
    if (operation.key.empty() && operation.verb != KvVerb::DeleteTree) return {true, true, {}, {}};
    const Written written = write(operation);
    return {written == Written::Refused, written != Written::NotHeld, {}, {}};
}

NaiveState::Outcome NaiveState::apply_body(const AutopilotCommand& command) {
    if (check_autopilot(command.configuration)) return {true, true, {}, {}};
    if (command.cas && *command.cas != autopilot_.modify_index) return {false, false, {}, {}};
    if (command.configuration.same_content(autopilot_)) return {};
    autopilot_ = command.configuration;
    autopilot_.create_index = Index(1);
    autopilot_.modify_index = index_;
    touched_ = true;
    return {};
}

bool NaiveState::fails_before(const TransactionOperation& operation) const {
    if (operation.kv) {
        const bool delayed = operation.kv->verb == KvVerb::Lock &&
                             delays_.contains(operation.kv->key.str()) &&
                             delays_.at(operation.kv->key.str()) > now_;
        return delayed || (operation.kv->key.empty() && operation.kv->verb != KvVerb::DeleteTree);
    }
    const auto writes = [](RowVerb verb) { return verb != RowVerb::Get; };
    if (operation.node && writes(operation.node->verb)) {
        const NodeRow& row = operation.node->node;
        return row.name.empty() || (!row.id.empty() && !is_uuid(row.id));
    }
    return operation.service && writes(operation.service->verb) &&
           operation.service->service.name.empty() && !operation.service->service.id.empty();
}

NaiveState::Outcome NaiveState::apply_body(const TransactionCommand& command) {
    Outcome outcome;
    const auto& operations = command.operations;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
        if (fails_before(operations[i])) outcome.errors.push_back(i);
    }
    const bool begins = outcome.errors.empty();
    for (std::uint32_t i = 0; begins && i < operations.size(); ++i) {
        if (!run(operations[i], outcome)) outcome.errors.push_back(i);
    }
    outcome.held = outcome.errors.empty();
    if (!outcome.held) outcome.results.clear();
    return outcome;
}

bool NaiveState::run(const TransactionOperation& operation, Outcome& outcome) {
    if (operation.kv) return run_kv(*operation.kv, outcome);
    if (operation.node) return run_node(*operation.node, outcome);
    if (operation.service) return run_service(*operation.service, outcome);
    return !operation.check || run_check(*operation.check, outcome);
}

bool NaiveState::run_kv(const KvOperation& operation, Outcome& outcome) {
    const std::string key = operation.key.str();
    const KvRow* row = find(keys_, key);
    switch (operation.verb) {
        case KvVerb::Get:
            if (row) outcome.results.push_back(render(*row));
            return row != nullptr;
        case KvVerb::GetTree:
            for (const auto& [name, each] : keys_) {
                if (name.starts_with(key)) outcome.results.push_back(render(each));
            }
            return true;
        case KvVerb::CheckIndex:
            if (!row || row->modify_index != operation.index) return false;
            outcome.results.push_back(without_value(*row));
            return true;
        case KvVerb::CheckSession:
            if (!row || row->session != operation.session) return false;
            outcome.results.push_back(without_value(*row));
            return true;
        case KvVerb::CheckNotExists:
            return row == nullptr;
        case KvVerb::Unknown:
            return false;
        default:
            break;
    }
    if (write(operation) != Written::Done) return false;
    if (leaves_a_row(operation.verb)) outcome.results.push_back(without_value(keys_.at(key)));
    return true;
}

bool NaiveState::run_rows(RowVerb verb, bool is_present, bool unchanged,
                          const RegisterCommand& command, const DeregisterCommand& removal) {
    switch (verb) {
        case RowVerb::Cas:
            return unchanged && register_rows(command);
        case RowVerb::Set:
            return register_rows(command);
        case RowVerb::DeleteCas:
            if (!is_present || !unchanged) return false;
            [[fallthrough]];
        case RowVerb::Delete:
            apply_body(removal);
            return true;
        case RowVerb::Get:
            return true;
        case RowVerb::Unknown:
            break;
    }
    return false;
}

bool NaiveState::run_node(const NodeOperation& operation, Outcome& outcome) {
    const NodeRow& row = operation.node;
    const auto lookup = [&] {
        return row.id.empty() ? catalog_.find_node(row.name) : catalog_.find_node_by_id(row.id);
    };
    const NodeRow* present = catalog_.find_node(row.name);
    const bool unchanged = index_of(present) == row.modify_index;
    RegisterCommand command;
    command.node = row;
    if (present && row.address.empty()) command.node.address = present->address;
    DeregisterCommand removal;
    removal.node = row.name;
    if (!run_rows(operation.verb, present, unchanged, command, removal)) return false;
    if (is_removal(operation.verb)) return true;
    if (lookup()) outcome.results.push_back(render(*lookup()));
    return lookup() != nullptr;
}

bool NaiveState::run_service(const ServiceOperation& operation, Outcome& outcome) {
    const ServiceRow& row = operation.service;
    if (!is_removal(operation.verb) && !catalog_.find_node(row.node)) return false;
    const auto key = NaiveCatalog::key(row.node, row.id.empty() ? row.name : row.id);
    const ServiceRow* present = find(catalog_.services(), key);
    const bool unchanged = index_of(present) == row.modify_index;
    RegisterCommand command;
    command.node.name = row.node;
    command.skip_node_update = true;
    command.service = row;
    DeregisterCommand removal;
    removal.node = row.node;
    removal.service_id = row.id.empty() ? row.name : row.id;
    if (!run_rows(operation.verb, present, unchanged, command, removal)) return false;
    if (is_removal(operation.verb)) return true;
    const ServiceRow* now = find(catalog_.services(), key);
    if (now) outcome.results.push_back(render(*now));
    return now != nullptr;
}

bool NaiveState::run_check(const CheckOperation& operation, Outcome& outcome) {
    const CheckRow& row = operation.check;
    if (!is_removal(operation.verb) && !catalog_.find_node(row.node)) return false;
    const auto key = NaiveCatalog::key(row.node, row.id);
    const CheckRow* present = find(catalog_.checks(), key);
    const bool unchanged = index_of(present) == row.modify_index;
    RegisterCommand command;
    command.node.name = row.node;
    command.skip_node_update = true;
    command.checks.push_back(row);
    DeregisterCommand removal;
    removal.node = row.node;
    removal.check_id = row.id;
    if (!run_rows(operation.verb, present, unchanged, command, removal)) return false;
    if (is_removal(operation.verb)) return true;
    const CheckRow* now = find(catalog_.checks(), key);
    if (now) outcome.results.push_back(render(*now));
    return now != nullptr;
}

std::string NaiveState::render_all() const {
    std::string out = catalog_.render_all();
    for (const auto& [key, row] : keys_) out += render(row) + "\n";
    for (const auto& [id, row] : sessions_) out += render(row) + "\n";
    for (const auto& [id, row] : queries_) out += render(row) + "\n";
    return out + render(autopilot_) + "\n";
}

std::string NaiveState::render_all(const View& view) {
    std::string out = NaiveCatalog::render_all(view);
    for (const KvRow* row : view.keys_below("")) out += render(*row) + "\n";
    for (const SessionRow* row : view.sessions()) out += render(*row) + "\n";
    for (const PreparedQueryRow* row : view.prepared_queries()) out += render(*row) + "\n";
    return out + render(view.autopilot()) + "\n";
}

}  // namespace weft::agent
