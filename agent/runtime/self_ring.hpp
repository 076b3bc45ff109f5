#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/runtime/agent_identity.hpp"
#include "agent/runtime/coordinate_book.hpp"
#include "agent/runtime/user_event_log.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// A ring of this agent alone, for an agent that does not gossip: it knows itself, its events are
// its own, nobody can join. Control thread, but for coordinates().
class SelfRing final : public api::Ring {
public:
    struct Facts {
        std::function<std::vector<api::LocalService>()> services;  // for the filters of events
        std::function<bool(const std::string&)> is_node;           // whether the catalog knows it
    };

    SelfRing(const AgentIdentity& identity, Facts facts);

    std::vector<api::Member> members() const override { return {self_member(identity_)}; }
    void join(std::vector<std::string> addresses, Done<api::JoinOutcome> done) override;
    void force_leave(std::string name, bool prune, Done<void> done) override;
    void fire_event(api::UserEvent event, Done<std::string> done) override;
    const std::vector<api::UserEvent>& events() const override { return log_.events(); }
    void keys(api::KeyRequest request, Done<std::vector<api::KeyAnswer>> done) override;
    void reachability(Done<api::Reachability> done) override;
    api::CoordinatesPtr coordinates() const override { return book_.current(); }
    void set_coordinate(std::string node, api::Coordinate coordinate, Done<void> done) override;
    void publish_coordinates() override;
    void on_event(std::function<void()> listener) override { event_came_ = std::move(listener); }
    void on_coordinates(std::function<void()> listener) override {
        coordinates_changed_ = std::move(listener);
    }

private:
    const AgentIdentity& identity_;
    Facts facts_;
    UserEventLog log_;
    CoordinateBook book_;
    std::uint64_t event_time_ = 2;  // 1 was the news that this server leads
    std::function<void()> event_came_;
    std::function<void()> coordinates_changed_;
};

}  // namespace weft::agent
