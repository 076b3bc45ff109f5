#include "tests/unit/gossip/core/small_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "gossip/wire/tags.hpp"

namespace weft::gossip::test {

namespace {

constexpr Duration kDelay = std::chrono::milliseconds(1);

// What a stream carries, taken apart as the shell does.
std::optional<StreamMessage> parsed(StreamReader& reader, std::string_view message,
                                    const StreamConfig& config, StreamSide side) {
    Keyring none;
    std::string bytes;
    write_stream(bytes, message, config, none, side, {});
    auto read = reader.add(bytes);
    EXPECT_TRUE(read.has_value() && read.value().has_value());
    return read ? read.value() : std::nullopt;
}

}  // namespace

Endpoint SmallRing::endpoint_of(const std::string& name) {
    const auto number = static_cast<std::uint8_t>(std::stoi(name.substr(1)));
    return {IpAddress::v4({127, 0, 0, number}), 7946};
}

std::string SmallRing::add(const std::function<void(NodeConfig&)>& configure, Keyring keyring) {
    const std::string name = "n" + std::to_string(agents_.size() + 1);
    NodeConfig config;
    config.name = name;
    config.advertise = endpoint_of(name);
    const std::vector<std::pair<std::string_view, std::string_view>> tags{{"weft", "1"}};
    EXPECT_TRUE(encode_tags(config.meta, tags));
    if (configure) configure(config);
    Agent& agent = agents_[name];
    agent.node = std::make_unique<Node>(config, std::move(keyring), rng_, pool_, now_);
    return name;
}

SmallRing::Agent* SmallRing::at(const Endpoint& endpoint) {
    for (auto& [name, agent] : agents_) {
        if (agent.node->self()->endpoint == endpoint) return &agent;
    }
    return nullptr;
}

void SmallRing::later(Duration delay, std::function<void()> what) {
    queue_.emplace(now_ + delay, std::move(what));
}

void SmallRing::act(const std::string& name,
                    const std::function<void(Node&, Instant, Output&)>& input) {
    Agent& agent = agents_.at(name);
    if (!agent.is_there || agent.is_stopped) return;
    Output out;
    input(*agent.node, now_, out);
    agent.node->check_invariants();
    carry_out(name, std::move(out));
}

void SmallRing::join(const std::string& name, const std::string& seed) {
    const Endpoint endpoint = endpoint_of(seed);
    act(name, [&](Node& node, Instant now, Output& out) {
        node.join(std::span(&endpoint, 1), false, now, out);
    });
}

void SmallRing::kill(const std::string& name, bool answers_refusals) {
    agents_.at(name).is_there = false;
    agents_.at(name).answers_refusals = answers_refusals;
}

void SmallRing::go_on(const std::string& name) {
    Agent& agent = agents_.at(name);
    agent.is_stopped = false;
    for (const auto& arrive : std::exchange(agent.kept, {})) arrive();
}

void SmallRing::carry_out(const std::string& from, Output out) {
    Agent& agent = agents_.at(from);
    for (Event& event : out.events) agent.events.push_back(std::move(event));
    for (Datagram& datagram : out.datagrams) {
        if (loss_ > 0 && loss_rng_.unit() < loss_) continue;
        later(kDelay, [this, from, datagram = std::move(datagram)] {
            Agent* to = at(datagram.to);
            if (to && !to->is_there && to->answers_refusals) {
                return act(from, [&](Node& node, Instant now, Output& answer) {
                    node.port_unreachable(datagram.to, now, answer);
                });
            }
            if (!to || !to->is_there || to->is_deaf) return;
            const auto arrive = [this, from, datagram, name = to->node->self()->name] {
                std::vector<std::string_view> messages;
                for (const SharedBytes& message : datagram.messages) messages.push_back(*message);
                act(name, [&](Node& node, Instant now, Output& answer) {
                    node.receive(endpoint_of(from), messages, now, answer);
                });
            };
            if (to->is_stopped) {
                to->kept.emplace_back(arrive);
            } else {
                arrive();
            }
        });
    }
    for (Dial& wanted : out.dials) {
        later(kDelay, [this, from, wanted = std::move(wanted)] { dial(from, wanted); });
    }
}

void SmallRing::dial(const std::string& from, Dial dial) {
    Agent* to = at(dial.to);
    if (!to || !to->is_there || to->is_deaf || agents_.at(from).is_deaf) {
        const bool refuses = to && !to->is_there && to->answers_refusals;
        const Duration wait = refuses ? kDelay : dial.deadline - now_;
        return later(wait, [this, from, dial, refuses] {
            act(from, [&](Node& node, Instant now, Output& out) {
                node.dial_failed(dial.id, refuses ? DialFailure::Refused : DialFailure::Silent, {},
                                 now, out);
            });
        });
    }
    act(from, [&](Node& node, Instant now, Output& out) { node.dial_opened(dial.id, now, out); });
    if (dial.message.empty()) return;
    if (to->is_stopped) {
        return later(dial.deadline - now_, [this, from, dial] {
            act(from, [&](Node& node, Instant now, Output& out) {
                node.dial_failed(dial.id, DialFailure::Unanswered, {}, now, out);
            });
        });
    }
    const StreamConfig config;
    Keyring none;
    std::string answer;
    StreamReader request(config, none, StreamSide::Listener);
    const auto message = parsed(request, dial.message, config, StreamSide::Initiator);
    const std::string name = to->node->self()->name;
    act(name, [&](Node& node, Instant now, Output& out) {
        answer = node.accept(endpoint_of(from), *message, now, out);
    });
    later(kDelay, [this, from, dial, answer] {
        const StreamConfig plain;
        Keyring no_key;
        StreamReader reader(plain, no_key, StreamSide::Initiator);
        act(from, [&](Node& node, Instant now, Output& out) {
            if (answer.empty()) {
                return node.dial_failed(dial.id, DialFailure::Unanswered, {}, now, out);
            }
            const auto read = parsed(reader, answer, plain, StreamSide::Listener);
            node.dial_answered(dial.id, *read, now, out);
        });
    });
}

bool SmallRing::run(Duration at_most, const std::function<bool()>& is_done) {
    const Instant end = now_ + at_most;
    while (!is_done()) {
        Instant next = queue_.empty() ? Instant::max() : queue_.begin()->first;
        std::string due;
        for (auto& [name, agent] : agents_) {
            if (!agent.is_there || agent.is_stopped) continue;
            if (agent.node->next_deadline() >= next) continue;
            next = agent.node->next_deadline();
            due = name;
        }
        if (next > end) {
            now_ = end;
            return is_done();
        }
        now_ = std::max(now_, next);
        if (due.empty()) {
            auto what = std::move(queue_.begin()->second);
            queue_.erase(queue_.begin());
            what();
        } else {
            act(due, [](Node& node, Instant now, Output& out) { node.tick(now, out); });
        }
    }
    return true;
}

std::string SmallRing::status(const std::string& name) const {
    std::set<std::string> found;
    for (const auto& [other, agent] : agents_) {
        if (other == name || !agent.is_there) continue;
        const auto view = agent.node->find(name);
        found.insert(view ? std::string(to_string(view->status)) : "unknown");
    }
    return found.size() == 1 ? *found.begin() : "mixed";
}

}  // namespace weft::gossip::test
