#include "agent/runtime/self_ring.hpp"

#include <fmt/format.h>

#include "agent/base/uuid.hpp"
#include "agent/runtime/consul_event.hpp"
#include "gossip/core/node_config.hpp"

namespace weft::agent {

SelfRing::SelfRing(const AgentIdentity& identity, Facts facts)
    : identity_(identity), facts_(std::move(facts)) {
    book_.measured({{identity_.node_name, {}}});
}

void SelfRing::join(std::vector<std::string>, Done<api::JoinOutcome> done) {
    done(make_error(Errc::Unsupported, "Joining needs gossip, which this agent does not run"));
}

void SelfRing::force_leave(std::string name, bool, Done<void> done) {
    if (name != identity_.node_name) return done(make_error(Errc::NotFound, name));
    done(make_error(Errc::Unsupported,
                    "Forcing a member to leave needs gossip, which this agent does not run"));
}

void SelfRing::fire_event(api::UserEvent event, Done<std::string> done) {
    event.id = random_uuid();
    event.version = 1;
    event.time = event_time_;
    // What a ring would not carry, an agent alone does not take either.
    const std::size_t limit = gossip::NodeConfig{}.event_bytes_max;
    if (kConsulEventPrefix.size() + event.name.size() + encode_consul_event(event).size() > limit) {
        return done(make_error(
            Errc::Limit,
            fmt::format("user event exceeds configured limit of {} bytes before encoding", limit)));
    }
    ++event_time_;
    done(event.id);
    if (!passes_filters(event, identity_.node_name, facts_.services())) return;
    log_.add(std::move(event));
    if (event_came_) event_came_();
}

// As an agent without encryption answers; a server is asked in both of its pools.
void SelfRing::keys(api::KeyRequest, Done<std::vector<api::KeyAnswer>> done) {
    const auto none = [](std::string datacenter, std::string node, bool wan) {
        return api::KeyAnswer{
            .wan = wan,
            .datacenter = std::move(datacenter),
            .messages = {{std::move(node), "Keyring is empty (encryption not enabled)"}},
            .keys = {},
            .primary_keys = {},
            .nodes = 1,
            .error = "1/1 nodes reported failure"};
    };
    const std::string& datacenter = identity_.datacenter;
    std::vector<api::KeyAnswer> answers;
    answers.push_back(none(datacenter, identity_.node_name + "." + datacenter, true));
    answers.push_back(none(datacenter, identity_.node_name, false));
    done(std::move(answers));
}

void SelfRing::reachability(Done<api::Reachability> done) {
    done(api::Reachability{.answered = {identity_.node_name}, .missing = {}});
}

void SelfRing::set_coordinate(std::string node, api::Coordinate coordinate, Done<void> done) {
    if (!facts_.is_node(node)) return done(success());
    done(book_.reported(std::move(node), coordinate));
}

void SelfRing::publish_coordinates() {
    if (book_.publish_reported(facts_.is_node) && coordinates_changed_) coordinates_changed_();
}

}  // namespace weft::agent
