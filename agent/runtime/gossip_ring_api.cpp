// GossipRing as the HTTP API sees it.
#include <algorithm>
#include <set>
#include <utility>

#include "agent/base/shortened.hpp"
#include "agent/base/uuid.hpp"
#include "agent/io/clock.hpp"
#include "agent/runtime/consul_event.hpp"
#include "agent/runtime/gossip_ring.hpp"
#include "agent/runtime/key_answer.hpp"
#include "gossip/core/internal_queries.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

std::string_view query_of(api::KeyOperation operation) {
    switch (operation) {
        case api::KeyOperation::List:
            return gossip::kListKeysQuery;
        case api::KeyOperation::Install:
            return gossip::kInstallKeyQuery;
        case api::KeyOperation::Use:
            return gossip::kUseKeyQuery;
        case api::KeyOperation::Remove:
            return gossip::kRemoveKeyQuery;
    }
    return gossip::kListKeysQuery;
}

}  // namespace

RingFigures GossipRing::figures() const {
    RingFigures figures;
    {
        const std::lock_guard lock(figures_mutex_);
        figures = figures_;
    }
    for (const auto& [name, member] : members_) {
        if (name == identity_.node_name) continue;
        ++figures.members;
        if (member.status == static_cast<int>(gossip::MemberStatus::Failed)) ++figures.failed;
        if (member.status == static_cast<int>(gossip::MemberStatus::Left)) ++figures.left;
    }
    return figures;
}

std::vector<api::Member> GossipRing::members() const {
    std::vector<api::Member> all{self_member(identity_)};
    for (const auto& [name, member] : members_) {
        if (name != identity_.node_name) all.push_back(member);
    }
    std::sort(all.begin(), all.end(),
              [](const api::Member& a, const api::Member& b) { return a.name < b.name; });
    return all;
}

namespace {

asio::awaitable<void> join_and_tell(RingJoiner& joiner, std::vector<std::string> addresses,
                                    std::function<void(api::JoinOutcome)> tell) {
    api::JoinOutcome outcome = co_await joiner.join(std::move(addresses));
    tell(std::move(outcome));
}

constexpr const char* kStopping = "the agent is stopping";

api::JoinOutcome not_joined(const std::vector<std::string>& addresses) {
    api::JoinOutcome outcome;
    for (const std::string& address : addresses) outcome.failures.push_back({address, kStopping});
    return outcome;
}

}  // namespace

void GossipRing::join(std::vector<std::string> addresses, Done<api::JoinOutcome> done) {
    asio::post(thread_.context(), [this, addresses = std::move(addresses),
                                   done = std::move(done)]() mutable {
        auto tell = [this, done = std::move(done)](api::JoinOutcome outcome) {
            asio::post(control_, [done, outcome = std::move(outcome)] { done(outcome); });
        };
        if (scope_->is_closing()) return tell(not_joined(addresses));
        scope_->spawn(join_and_tell(*joiner_, std::move(addresses), std::move(tell)));
    });
}

void GossipRing::force_leave(std::string name, bool prune, Done<void> done) {
    // As any member that is alive, which refutes it; Consul's clients expect no error.
    if (name == identity_.node_name) return done(success());
    asio::post(thread_.context(), [this, name = std::move(name), prune, done = std::move(done)] {
        const auto forced = ring_->call([&](gossip::Node& node, Instant now, gossip::Output& out) {
            return node.force_leave(name, prune, now, out);
        });
        if (!forced) {
            asio::post(control_, [done, forced] { done(forced); });
            return;
        }
        // Who asks for the members next sees it.
        when_published_.push_back([done] { done(success()); });
        expect_members();
    });
}

void GossipRing::fire_event(api::UserEvent event, Done<std::string> done) {
    event.id = random_uuid();
    event.version = 1;
    std::string name = std::string(kConsulEventPrefix) + event.name;
    std::string payload = encode_consul_event(event);
    asio::post(thread_.context(), [this, name = std::move(name), payload = std::move(payload),
                                   id = event.id, done = std::move(done)] {
        const auto fired = ring_->call([&](gossip::Node& node, Instant now, gossip::Output& out) {
            return node.fire_event(name, payload, false, now, out);
        });
        asio::post(control_, [done, fired, id] {
            if (fired) return done(id);
            done(fired.error());
        });
    });
}

void GossipRing::event_heard(const gossip::event::UserEvent& heard) {
    if (!heard.name.starts_with(kConsulEventPrefix)) return;  // of others than Consul's agents
    auto event = decode_consul_event(heard.payload);
    if (!event) {
        const std::size_t times = events_ignored_.due(now());
        if (times > 0) {
            log_->warn(
                "user event ignored, it is not in the form of Consul's agents event={} "
                "error=\"{}\" times={}",
                shortened(heard.name), shortened(event.error().message()), times);
        }
        return;
    }
    event.value().time = heard.time;
    if (!passes_filters(event.value(), identity_.node_name, facts_.services())) return;
    log_of_events_.add(std::move(event.value()));
    if (event_came_) event_came_();
}

void GossipRing::ask(gossip::QueryParams params, Question question,
                     std::function<void(const Error&)> refused) {
    if (is_closed_) return refused(make_error(Errc::Unavailable, kStopping));
    const auto asked = ring_->call([&](gossip::Node& node, Instant now, gossip::Output& out) {
        auto id = node.ask(params, now, out);
        // Before anything is sent, so that no answer comes too early.
        if (id) questions_.emplace(id.value(), std::move(question));
        return id;
    });
    if (!asked) refused(asked.error());
}

void GossipRing::end_question(std::uint32_t id) {
    auto question = questions_.extract(id);
    if (question.empty()) return;
    question.mapped().ended(std::move(question.mapped().collected));
}

void GossipRing::keys(api::KeyRequest request, Done<std::vector<api::KeyAnswer>> done) {
    gossip::QueryParams params;
    params.name = query_of(request.operation);
    params.relay_factor = request.relay_factor;
    if (request.local_only) params.filter_nodes = {identity_.node_name};
    std::string key;
    if (request.operation != api::KeyOperation::List) {
        const auto bytes = gossip::key_from_text(request.key);
        if (!bytes) return done(bytes.error());
        key = bytes.value();
    }
    params.payload = gossip::key_query_payload(key);
    asio::post(thread_.context(), [this, params = std::move(params), done = std::move(done),
                                   operation = request.operation, local_only = request.local_only] {
        std::set<std::string> expected;
        if (local_only) {
            expected.insert(identity_.node_name);
        } else {
            for (const gossip::MemberView& view : ring_->node().members()) {
                const bool is_there = view.status == gossip::MemberStatus::Alive ||
                                      view.status == gossip::MemberStatus::Leaving;
                if (is_there) expected.insert(view.member->name);
            }
        }
        auto ended = [this, done, operation](RingQuestion answered) {
            auto tell = [this, done, operation,
                         answered = std::move(answered)](const Result<void>& kept) {
                asio::post(control_, [this, done, operation, answered, kept] {
                    done(std::vector{key_answer_of(answered, operation, identity_, kept)});
                });
            };
            if (operation == api::KeyOperation::List) return tell(success());
            // This agent's own answer was given before its keys were written.
            keyring_file_.when_kept(std::move(tell));
        };
        Question question{RingQuestion(RingQuestion::Wants::Answers, std::move(expected)),
                          std::move(ended)};
        ask(params, std::move(question), [this, done](const Error& error) {
            asio::post(control_, [done, error] { done(error); });
        });
    });
}

void GossipRing::reachability(Done<api::Reachability> done) {
    asio::post(thread_.context(), [this, done = std::move(done)] {
        gossip::QueryParams params;
        params.name = gossip::kPingQuery;
        params.wants_ack = true;
        std::set<std::string> alive;
        for (const gossip::MemberView& view : ring_->node().members()) {
            if (view.status == gossip::MemberStatus::Alive) alive.insert(view.member->name);
        }
        auto ended = [this, done](const RingQuestion& answered) {
            api::Reachability found;
            found.answered.assign(answered.acks().begin(), answered.acks().end());
            found.missing.assign(answered.missing().begin(), answered.missing().end());
            asio::post(control_, [done, found = std::move(found)] { done(found); });
        };
        Question question{RingQuestion(RingQuestion::Wants::Acks, std::move(alive)),
                          std::move(ended)};
        ask(params, std::move(question), [this, done](const Error& error) {
            asio::post(control_, [done, error] { done(error); });
        });
    });
}

void GossipRing::set_coordinate(std::string node, api::Coordinate coordinate, Done<void> done) {
    if (!facts_.is_node(node)) return done(success());
    done(book_.reported(std::move(node), coordinate));
}

void GossipRing::publish_coordinates() {
    if (book_.publish_reported(facts_.is_node) && coordinates_changed_) coordinates_changed_();
}

}  // namespace weft::agent
