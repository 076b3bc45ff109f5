#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/catalog/interner.hpp"
#include "agent/catalog/journal.hpp"
#include "agent/catalog/root.hpp"
#include "agent/catalog/row_digest.hpp"

namespace weft::agent {

// The changes that one command makes: puts and removes rows and keeps everything that depends on
// them, namely digest, per-row and per-watch indexes, names, the links between rows, and the
// journal. Which changes a command means is decided by its own file; the rows given here are valid:
// their nodes and services exist.
class Mutation {
public:
    // time: of the command; 0 when it has none.
    Mutation(CatalogRoot& root, Journal& journal, Interner& interner, Index index, UnixMillis time)
        : root_(root),
          journal_(journal),
          interner_(interner),
          index_(index),
          now_(std::clamp(time, root.globals.time, Globals::kTimeMax)) {}

    const CatalogRoot& root() const { return root_; }
    bool changed() const { return changed_; }

    // Create or replace; a row equal to the present one but for its indexes changes nothing.
    // create_index is kept from the present row, or taken from the given one when that is not zero
    // (a renamed node).
    void put_node(NodeRow row);
    void put_service(ServiceRow row);
    void put_check(CheckRow row);

    void put_key(KvRow row);
    void remove_key(std::string_view key);  // an unknown one is no error
    void remove_keys_below(std::string_view prefix);
    // Whether its lock must not be taken yet, because its last holder's session ended just now.
    bool is_lock_delayed(std::string_view key) const;

    void put_session(SessionRow row);  // a new one
    // Frees or deletes the keys that it has locked; an unknown one is no error. Sessions go by
    // themselves with their node and when a check of theirs becomes critical or goes.
    void remove_session(std::string_view id);
    void put_config_entry(ConfigEntryRow row);
    void remove_config_entry(std::string_view kind, std::string_view name);

    void put_prepared_query(PreparedQueryRow row);
    // An unknown one is no error. A query goes by itself with its session.
    void remove_prepared_query(std::string_view id);

    void put_autopilot(AutopilotRow row);

    // Ids of checks, sorted, that this command will put: put_service() leaves them alone, so that
    // none is seen to pass through a state that it leaves in the same command.
    void announce_checks(std::vector<std::string_view> ids) { announced_checks_ = std::move(ids); }

    // With everything that belongs to them; unknown ones are no error.
    void remove_node(std::string_view name);
    void remove_service(std::string_view node, std::string_view id);
    void remove_check(std::string_view node, std::string_view id);

    // Time goes on, as with any change: of a state that was put there as a whole.
    void pass_time() { changed_ = true; }
    // Each is over so much earlier.
    void bring_lock_delays_forward(std::int64_t millis);

    // After the last change of the command.
    void finish();

private:
    enum class Change : std::uint8_t { Put, Removal };

    template <class Table>
    void replace(Table& table, const typename Table::Ptr& old, const typename Table::Ptr& fresh);
    template <class Row>
    void stamp(Row& row, const Row* present) const;

    void relink_services(const NodePtr& node);
    void rename_checks(const ServiceRow& service);
    void update_names(const ServicePtr& old, const ServicePtr& fresh);
    void erase_service(const ServicePtr& entry);
    void erase_check(const CheckPtr& entry);
    void erase_key(const KvPtr& entry);
    void take_out(const KvPtr& entry);  // what it leaves behind is the caller's to remember
    void remember_deletion(const SharedText& key);
    void invalidate(const SessionPtr& session);
    void invalidate_bound(std::string_view node, std::string_view check);
    void invalidate_of_node(std::string_view node);
    void remove_queries_of(std::string_view session);
    void delay_lock(const SharedText& key, UnixMillis until);
    void finish_names();
    void finish_time();

    void touch_nodes();
    void touch_services(const NodeRow& owner, Change change);
    // A node is watched by its name and by its id.
    void touch_node(const NodeRow& row, Change change, int members = 0);
    // Leaves a subject under the id, which remembers when it last named that node.
    void lose_id(const NodeRow& row);
    void touch_state(const CheckPtr& old, const CheckPtr& fresh);
    void touch_check(const CheckRow& row, Change change);
    void touch_services_of(std::string_view node, Change change);
    void touch_service(const ServiceRow& row, Aspect aspect, Change change);
    void touch_session(const SessionRow& row, Change change);
    void touch_config_entry(const ConfigEntryRow& row, Change change, int members);
    void touch_prepared_query(const PreparedQueryRow& row, Change change);
    void move_member(SubjectKind kind, std::string_view from, std::string_view to);
    void join(SubjectKind kind, std::string_view name);
    void leave(SubjectKind kind, std::string_view name);

    // Marks aspects of a subject as changed, and moves its number of members.
    void touch(SubjectKind kind, std::string_view name, std::initializer_list<Aspect> aspects,
               Change change, int members = 0);
    RefPtr<Subject> fresh_subject(SubjectKind kind, std::string_view name,
                                  const SubjectPtr& present) const;
    void replace_subject(const SubjectPtr& old, const SubjectPtr& fresh);
    void forget_oldest();

    CatalogRoot& root_;
    Journal& journal_;
    Interner& interner_;
    const Index index_;
    const UnixMillis now_;  // never before that of an earlier command
    bool changed_ = false;
    std::vector<std::string_view> announced_checks_;
    ServiceNames::Toggles toggles_;
    // By change: the node whose services touch_services_of() was about last, and still are the
    // same.
    std::array<std::optional<std::string>, 2> told_services_of_;
};

template <class Table>
void Mutation::replace(Table& table, const typename Table::Ptr& old,
                       const typename Table::Ptr& fresh) {
    std::string key = Table::key_of(fresh ? *fresh : *old);
    if (old) root_.rows_digest -= row_digest(key, Table::encode(*old));
    if (fresh) root_.rows_digest += row_digest(key, Table::encode(*fresh));
    journal_.record(std::move(key));
    table.replace(old, fresh);
    changed_ = true;
}

template <class Row>
void Mutation::stamp(Row& row, const Row* present) const {
    if (present != nullptr) row.create_index = present->create_index;
    if (row.create_index == Index(0)) row.create_index = index_;
    row.modify_index = index_;
}

}  // namespace weft::agent
