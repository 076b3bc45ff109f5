#pragma once

#include <algorithm>
#include <boost/smart_ptr/make_shared.hpp>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/assert.hpp"
#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/ring.hpp"

// Small stand-ins for what the endpoints work on; everything happens at once, on one thread.
namespace weft::api::testing {

// A real catalog, without a log below it.
class FakeCatalog final : public CatalogReader, public Writer {
public:
    agent::View view() const override { return liveness_.over(catalog_.view()); }

    void hold(std::vector<agent::NodeLiveness> nodes) {
        liveness_.hold(catalog_.view(), std::move(nodes));
    }

    void write(agent::Command command, Done done) override {
        if (auto meanwhile = std::exchange(before_write, nullptr)) meanwhile();
        index_ += 1;
        auto outcome = catalog_.apply(agent::Index(index_), command);
        if (outcome.refusal) return done(*outcome.refusal);
        done(Written{agent::Index(index_), outcome.held, std::move(outcome.transaction)});
    }

    void put(agent::RegisterCommand command) {
        write(std::move(command),
              [](const Result<Written>& written) { WEFT_ASSERT(written.has_value()); });
    }

    std::function<void()> before_write;  // called once, by the next write; may set itself again

private:
    agent::Catalog catalog_;
    agent::LivenessBook liveness_;
    std::uint64_t index_ = 10;
};

class FakeSessionTimes final : public SessionTimes {
public:
    bool renew(std::string_view id) override {
        renewed.emplace_back(id);
        return !ending;
    }

    bool ending = false;
    std::vector<std::string> renewed;
};

// A snapshot is a text in two pieces.
class FakeSnapshots final : public Snapshots {
public:
    Result<SavedSnapshot> save() override;
    void restore(std::shared_ptr<const std::string> file, Restored done) override;

    std::vector<std::string> restored;
    std::optional<Error> refusal;
    std::uint64_t skipped = 0;
};

// Keeps registrations as rows, with just enough of the agent's rules for the endpoints to be seen.
class FakeLocalServices final : public LocalServices {
public:
    std::vector<LocalService> services() const override {
        if (broken) throw std::runtime_error("broken");
        return values(services_);
    }
    std::vector<LocalCheck> checks() const override { return values(checks_); }

    std::optional<LocalService> service(std::string_view id) const override {
        const auto found = services_.find(std::string(id));
        if (found == services_.end()) return std::nullopt;
        return found->second;
    }
    std::vector<LocalCheck> checks_of_service(std::string_view id) const override {
        std::vector<LocalCheck> found = values(checks_);
        std::erase_if(found, [&](const LocalCheck& check) { return check.row.service_id != id; });
        return found;
    }
    std::vector<LocalCheck> node_checks() const override { return checks_of_service(""); }

    void register_service(agent::ServiceDefinition definition, bool, Done done) override;
    void deregister_service(std::string id, Done done) override {
        if (services_.erase(id) == 0) return done(make_error(Errc::NotFound, "no such service"));
        changed_();
        done(success());
    }
    void register_check(agent::CheckDefinition definition, Done done) override;
    void deregister_check(std::string id, Done done) override {
        if (checks_.erase(id) == 0) return done(make_error(Errc::NotFound, "no such check"));
        done(success());
    }
    void update_ttl(std::string id, agent::Status status, std::string output, Done done) override;
    void service_maintenance(std::string id, bool enable, std::string reason, Done done) override;
    void node_maintenance(bool enable, std::string reason, Done done) override;
    void on_change(std::function<void()> listener) override { changed_ = std::move(listener); }

    bool broken = false;  // services() throws

private:
    template <class Map>
    static std::vector<typename Map::mapped_type> values(const Map& map) {
        std::vector<typename Map::mapped_type> list;
        for (const auto& [id, value] : map) list.push_back(value);
        return list;
    }
    void add_check(const agent::CheckDefinition& definition, std::string id, std::string name);
    void set_maintenance(std::string id, std::string name, std::string service, bool enable,
                         std::string reason);

    std::map<std::string, LocalService> services_;
    std::map<std::string, LocalCheck> checks_;
    std::function<void()> changed_ = [] {};
};

// A ring that does as it is told; tests change what it knows.
class FakeRing final : public Ring {
public:
    std::vector<Member> members() const override { return known; }
    void join(std::vector<std::string> addresses, Done<JoinOutcome> done) override {
        asked = std::move(addresses);
        join_done = std::move(done);
        if (join_outcome) join_done(*join_outcome);
    }
    void force_leave(std::string name, bool prune, Done<void> done) override {
        if (std::none_of(known.begin(), known.end(), [&](const auto& m) { return m.name == name; }))
            return done(make_error(Errc::NotFound, name));
        asked = {std::move(name), prune ? "prune" : ""};
        done(success());
    }
    void fire_event(UserEvent event, Done<std::string> done) override {
        if (event.payload.size() > 400)
            return done(make_error(
                Errc::Limit, "user event exceeds configured limit of 512 bytes before encoding"));
        ++fired;
        event.id = "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + fired);
        event.time = fired + 1;
        done(event.id);
        if (!passes(event)) return;
        log.push_back(std::move(event));
        event_came();
    }
    const std::vector<UserEvent>& events() const override { return log; }
    void keys(KeyRequest request, Done<std::vector<KeyAnswer>> done) override {
        key_request = std::move(request);
        done(key_answers);
    }
    void reachability(Done<Reachability> done) override {
        done(Reachability{{"golden"}, {"lost"}});
    }
    CoordinatesPtr coordinates() const override { return places; }
    void set_coordinate(std::string node, Coordinate coordinate, Done<void> done) override {
        if (node == "golden") reported.push_back({std::move(node), coordinate});
        done(success());
    }
    void publish_coordinates() override {
        for (const NodeCoordinate& report : std::exchange(reported, {}))
            set_place(report.node, report.coordinate);
    }
    void on_event(std::function<void()> listener) override { event_came = std::move(listener); }
    void on_coordinates(std::function<void()> listener) override { moved = std::move(listener); }

    void set_place(std::string node, const Coordinate& coordinate);

    std::vector<Member> known = {
        {"golden", "127.0.0.1", 8301, {{"dc", "dc1"}, {"role", "consul"}}, 1}};
    std::vector<std::string> asked;
    std::optional<Result<JoinOutcome>> join_outcome;  // none: the test calls join_done
    Done<JoinOutcome> join_done;
    std::function<bool(const UserEvent&)> passes = [](const UserEvent&) { return true; };
    std::uint64_t fired = 0;
    std::vector<UserEvent> log;
    KeyRequest key_request;
    Result<std::vector<KeyAnswer>> key_answers = std::vector<KeyAnswer>{};
    std::vector<NodeCoordinate> reported;
    CoordinatesPtr places = boost::make_shared<const Coordinates>();
    std::function<void()> event_came = [] {};
    std::function<void()> moved = [] {};
};

class FakeControl final : public AgentControl {
public:
    std::string self_json() const override { return "{}"; }
    std::string host_json() const override { return "{}"; }
    std::string version_json() const override { return "{}"; }
    std::string metrics_prometheus() const override { return "weft_up 1\n"; }
    std::string metrics_json() const override { return "{}"; }
    void reload(std::function<void(Result<void>)> done) override { done(success()); }
    void leave(std::function<void()> done) override {
        left = true;
        done();
    }
    Result<std::unique_ptr<LogSubscription>> subscribe_log(
        std::string_view level, bool, std::function<void(LogLine)> sink) override {
        if (monitors_full) return make_error(Errc::Limit, "at most 64");
        log_level = level;
        log = std::move(sink);
        return std::make_unique<LogSubscription>();
    }
    std::string leader_address() const override { return "127.0.0.1:8300"; }
    std::vector<std::string> peer_addresses() const override { return {"127.0.0.1:8300"}; }
    std::string raft_configuration_json() const override {
        return R"({"Servers":[{"ID":"6d1a4d4e-0b5b-4a57-8f3d-0d0f3a0a9a11"}],"Index":0})";
    }
    std::string leading_since() const override { return "2026-11-26T10:00:00Z"; }
    AutopilotHealth autopilot_health() const override { return {"{}", healthy}; }
    std::string autopilot_state_json() const override { return R"({"Healthy":true})"; }

    bool healthy = true;
    bool left = false;
    bool monitors_full = false;
    std::string log_level;
    std::function<void(LogLine)> log;
};

class FakeTimers final : public ControlTimers {
public:
    std::uint64_t call_after(Duration delay, std::function<void()> action) override {
        calls[++last_] = {delay, std::move(action)};
        return last_;
    }
    void cancel(std::uint64_t call) override { calls.erase(call); }

    // Makes the only call that waits.
    void fire() {
        WEFT_ASSERT(calls.size() == 1);
        auto action = std::move(calls.begin()->second.second);
        calls.clear();
        action();
    }

    std::map<std::uint64_t, std::pair<Duration, std::function<void()>>> calls;

private:
    std::uint64_t last_ = 0;
};

}  // namespace weft::api::testing
