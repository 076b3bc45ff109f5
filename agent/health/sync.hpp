#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/view.hpp"
#include "agent/health/config.hpp"
#include "agent/health/local_change.hpp"
#include "agent/health/local_state.hpp"

namespace weft::agent {

// One write that brings the catalog closer to the local registrations, and the rows that it is
// about.
struct SyncStep {
    Command command;
    bool node = false;  // this node's own row, serfHealth and the server's service
    std::optional<std::string> service;
    std::set<std::string> checks;
};

// Keys that become due at a time.
class DelayedKeys {
public:
    // Keeps an earlier time.
    void add(const std::string& key, Instant due);
    void remove(const std::string& key);
    bool contains(const std::string& key) const { return due_.contains(key); }
    std::vector<std::string> take_due(Instant now);
    Instant next() const { return queue_.empty() ? Instant::max() : queue_.begin()->first; }
    std::size_t size() const { return due_.size(); }

private:
    std::map<std::string, Instant> due_;
    std::set<std::pair<Instant, std::string>> queue_;
};

// Anti-entropy: compares this node's slice of the catalog with the local registrations and says
// what to write (Consul: agent/local/state.go). The local side is the authority. What is known to
// differ is dirty; a row whose write is under way counts as different whatever the catalog says,
// since the answer may be about to change.
//
// A service and its checks go in one command; if that is refused each row goes alone, so that a bad
// one blocks no other.
//
// Tags of the catalog win over those here for services with enable_tag_override, except over tags
// that a definition has just changed.
class SyncState {
public:
    SyncState(const HealthConfig& config, Rng& rng) : config_(config), rng_(rng) {
        if (config_.server_service) config_.server_service->node = config_.node_name;
    }

    void set_node_meta(Shared<TextMap> meta) { config_.node_meta = std::move(meta); }

    // Rows that a change may have made different. Output alone waits up to check_update_interval.
    void mark(const LocalChange& change, Instant now);

    // Compares everything, also for rows that nobody here knows.
    void compare_all(LocalState& state, const View& view, Instant now);
    // The catalog was replaced: what it holds of this node is anybody's guess.
    void compare_soon() { full_at_ = Instant::min(); }
    bool is_full_due(Instant now) const { return now >= full_at_; }

    // Writes for dirty rows whose time has come, at most limit of them; each is under way until
    // finished().
    std::vector<SyncStep> take(LocalState& state, const View& view, Instant now, std::size_t limit);
    // The same for the rows of one change alone, so that its maker can wait for them.
    std::vector<SyncStep> take_change(LocalState& state, const View& view,
                                      const LocalChange& change);
    void finished(const SyncStep& step, const Result<Index>& result, LocalState& state,
                  const View& view, Instant now);

    Instant next_deadline() const;
    std::size_t dirty() const {
        return services_.size() + checks_.size() + (node_dirty_ && !node_under_way_ ? 1 : 0);
    }
    std::size_t under_way() const { return under_way_; }
    // Nothing is to be written, not even later after a failure; delayed outputs apart.
    bool is_settled() const {
        return dirty() == 0 && under_way_ == 0 && !retry_node_ && retry_services_.size() == 0 &&
               retry_checks_.size() == 0;
    }

private:
    bool node_differs(const View& view) const;
    bool service_differs(const LocalState& state, const View& view, const std::string& id) const;
    bool check_differs(const LocalState& state, const View& view, const std::string& id) const;
    bool same_check(const CheckRow& local, const CheckRow& remote) const;
    SyncStep node_step() const;
    std::optional<SyncStep> service_step(const LocalState& state, const View& view,
                                         const std::string& id);
    std::optional<SyncStep> check_step(const LocalState& state, const View& view,
                                       const std::string& id);
    void adopt_tags(LocalState& state, const View& view, const std::string& id) const;
    void take_service(LocalState& state, const View& view, std::string id,
                      std::vector<SyncStep>& steps);
    void take_check(const LocalState& state, const View& view, std::string id,
                    std::vector<SyncStep>& steps);
    void finish_service(const SyncStep& step, LocalState& state, const View& view, Instant later);
    bool wrote_check(const SyncStep& step, const LocalState& state, const std::string& id) const;
    RegisterCommand upsert(const View& view) const;
    NodeRow own_node() const;
    CheckRow serf_health() const;
    bool is_own_service(std::string_view id) const;
    void begin(const SyncStep& step);
    void end(const SyncStep& step);
    void retry(const SyncStep& step, const Error& error, Instant now);
    Duration jittered(Duration around);

    HealthConfig config_;
    Rng& rng_;
    bool node_dirty_ = false;
    std::set<std::string> services_;
    std::set<std::string> checks_;
    std::set<std::string> alone_;  // services whose combined write failed
    DelayedKeys outputs_;          // checks of which the output alone differs
    DelayedKeys retry_services_;
    DelayedKeys retry_checks_;
    std::optional<Instant> retry_node_;
    bool node_under_way_ = false;
    std::map<std::string, int> services_under_way_;
    std::map<std::string, int> checks_under_way_;
    std::size_t under_way_ = 0;
    Instant full_at_ = Instant::min();
};

}  // namespace weft::agent
