#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gossip/core/encoded.hpp"
#include "gossip/core/node.hpp"
#include "gossip/wire/messages.hpp"
#include "gossip/wire/tags.hpp"
#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

// A node by itself, to which others say what they like.
class ToldNode : public ::testing::Test {
protected:
    ToldNode() {
        config_.name = "me";
        config_.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
        node_ = std::make_unique<Node>(config_, Keyring(), rng_, pool_, now_);
    }
    // What it tells its application then.
    std::vector<Event> hear(const Endpoint& from, const std::string& message) {
        const std::string_view view = message;
        Output out;
        node_->receive(from, std::span(&view, 1), now_, out);
        node_->check_invariants();
        return std::move(out.events);
    }
    std::string alive(const std::string& name, std::uint8_t host, std::uint32_t incarnation) {
        address_ = bytes_of(IpAddress::v4({127, 0, 0, host}));
        return encoded(Alive{incarnation, name, address_, 7946, std::string_view("\xff\x80"),
                             std::string_view("\1\5\2\2\5\5", 6)});
    }
    template <class E>
    static std::size_t count(const std::vector<Event>& events) {
        std::size_t found = 0;
        for (const Event& event : events) found += std::holds_alternative<E>(event) ? 1 : 0;
        return found;
    }

    Rng rng_{1};
    DescriptionPool pool_;
    Instant now_{std::chrono::hours(1)};
    NodeConfig config_;
    std::unique_ptr<Node> node_;
    Endpoint peer_{IpAddress::v4({127, 0, 0, 2}), 7946};
    std::string address_;
};

TEST_F(ToldNode, CountsLeapsAndTellsOfThemNowAndThen) {
    const std::string leap =
        encoded_user(encoded_blob(UserEvent{~LamportTime{0}, "leap", {}, false}));
    std::size_t told = 0;
    for (int second = 0; second < 61; ++second) {
        const auto events = hear(peer_, leap);
        told += count<event::ClockLeap>(events);
        if (second == 0) {
            ASSERT_EQ(told, 1u);
            EXPECT_EQ(std::get<event::ClockLeap>(events.front()).from, peer_);
        }
        now_ += 1s;
    }
    EXPECT_EQ(told, 2u);
    EXPECT_EQ(node_->counters().leaps_refused, 61u);
    // Who makes addresses up is not written down each time, either.
    told = 0;
    for (std::uint8_t host = 10; host < 200; ++host) {
        told += count<event::ClockLeap>(hear({IpAddress::v4({127, 0, 0, host}), 7946}, leap));
    }
    EXPECT_LE(told, 16u);
}

TEST_F(ToldNode, TellsOfEachConflictNowAndThen) {
    hear(peer_, alive("a", 2, 1));
    std::size_t told = 0;
    for (int second = 0; second < 61; ++second) {
        told += count<event::NameConflict>(
            hear(peer_, alive("a", 3, static_cast<std::uint32_t>(second + 2))));
        now_ += 1s;
    }
    EXPECT_EQ(told, 2u);
    EXPECT_EQ(node_->counters().conflicts, 61u);
    // Another one is told of, and ours in any case.
    hear(peer_, alive("b", 2, 1));
    EXPECT_EQ(count<event::NameConflict>(hear(peer_, alive("b", 3, 2))), 1u);
    EXPECT_EQ(count<event::NameConflict>(hear(peer_, alive("me", 3, 2))), 1u);
}

TEST_F(ToldNode, TellsOfAMergeThatItRefusesNowAndThen) {
    std::string records;
    ValueWriter writer(records);
    const std::string address(bytes_of(IpAddress::v4({127, 0, 0, 2})));
    write_record(writer,
                 NodeRecord{"odd", address, 7946, {}, 1, 0, std::string_view("\1\1\1\1\1\1", 6)});
    PushPull state;
    state.nodes = NodeRecords(records, 1);
    std::size_t told = 0;
    for (std::uint16_t port = 1000; port < 1061; ++port) {
        Output out;
        (void)node_->accept({IpAddress::v4({127, 0, 0, 2}), port}, state, now_, out);
        told += count<event::MergeRefused>(out.events);
        now_ += 1s;
    }
    EXPECT_EQ(node_->counters().merges_refused, 61u);
    EXPECT_EQ(told, 2u);
}

// Each kind of bad input can be told from the others when somebody asks why agents do not talk.
TEST_F(ToldNode, CountsWhatItDropsByReason) {
    const auto unreadable = [&](WireErrc reason) {
        return node_->counters().messages_unreadable.of(reason);
    };
    const std::string ping = encoded(Ping{1, "me", {}, 0, {}});
    hear(peer_, ping.substr(0, ping.size() - 2));
    EXPECT_EQ(unreadable(WireErrc::Truncated), 1u);
    hear(peer_, "\x7f");
    EXPECT_EQ(unreadable(WireErrc::UnknownType), 1u);
    hear(peer_, encoded_user("\x7f"));
    EXPECT_EQ(unreadable(WireErrc::UnknownType), 2u);
    hear(peer_, encoded_user("\3\xc3"));
    EXPECT_EQ(unreadable(WireErrc::WrongType), 1u);

    const auto refused = [&](Refusal reason) {
        return node_->counters().messages_refused.of(reason);
    };
    hear(peer_, alive("incarnation", 2, 0));
    hear(peer_, encoded(Alive{1, "nowhere", {}, 7946, {}, std::string_view("\1\5\2\2\5\5", 6)}));
    EXPECT_EQ(refused(Refusal::Alive), 2u);
    hear(peer_, encoded(Alive{1,
                              "old",
                              std::string_view("\x7f\0\0\2", 4),
                              7946,
                              {},
                              std::string_view("\1\1\1\1\1\1", 6)}));
    EXPECT_EQ(refused(Refusal::Versions), 1u);
    hear(peer_, alive("a", 2, 1));
    hear(peer_, encoded(Suspect{1, "a", ""}));
    hear(peer_, encoded(Dead{0xffffffff, "a", "b"}));
    EXPECT_EQ(refused(Refusal::Accusation), 2u);
    EXPECT_EQ(node_->find("a")->status, MemberStatus::Alive);

    hear(peer_, encoded(ErrorAnswer{"no"}));
    hear(peer_, encoded_user(encoded_blob(KeyRequest{"key"})));
    EXPECT_EQ(refused(Refusal::Misplaced), 2u);
    const std::string intent = encoded_blob(LeaveIntent{1, "a", false});
    hear(peer_,
         encoded_user(encoded_blob(Relay{{{bytes_of(peer_.address), 7946, {}}, "a"}, intent})));
    EXPECT_EQ(refused(Refusal::Relay), 1u);
    hear(peer_, encoded_user(encoded_blob(Query{})));
    EXPECT_EQ(refused(Refusal::Query), 1u);
    const std::string payload(10'000, 'x');
    hear(peer_, encoded_user(encoded_blob(UserEvent{1, "large", std::string_view(payload)})));
    EXPECT_EQ(refused(Refusal::EventTooLarge), 1u);
    for (int i = 0; i < 130; ++i) {
        const std::string name = "event " + std::to_string(i);
        hear(peer_, encoded_user(encoded_blob(UserEvent{1, name, {}, false})));
    }
    EXPECT_EQ(refused(Refusal::Flood), 2u);

    PushPull state;
    state.digest = "no digest";
    Output out;
    EXPECT_NE(node_->accept(peer_, state, now_, out), "") << "the whole view";
    EXPECT_EQ(refused(Refusal::Digest), 1u);
    EXPECT_EQ(node_->accept(peer_, Ack{1, {}}, now_, out), "");
    EXPECT_EQ(refused(Refusal::Misplaced), 3u);
}

// Two datacenters whose rings were joined by mistake would take each other's services for theirs.
TEST_F(ToldNode, MembersAndViewsOfAnotherRingAreRefused) {
    config_.ring_tag = "dc";
    config_.ring_tag_value = "paris";
    node_ = std::make_unique<Node>(config_, Keyring(), rng_, pool_, now_);
    const auto meta_of = [](std::string_view datacenter) {
        std::string meta;
        const std::pair<std::string_view, std::string_view> tags[] = {{"dc", datacenter}};
        EXPECT_TRUE(encode_tags(meta, tags));
        return meta;
    };
    const std::string rome = meta_of("rome"), paris = meta_of("paris");
    const std::string_view versions("\1\5\2\2\5\5", 6);
    const std::string address(bytes_of(peer_.address));
    const auto alive_with = [&](std::string_view name, const Bytes& meta) {
        return encoded(Alive{1, name, std::string_view(address), 7946, meta, versions});
    };
    hear(peer_, alive_with("stranger", std::string_view(rome)));
    hear(peer_, alive_with("friend", std::string_view(paris)));
    hear(peer_, alive("plain", 3, 1));
    EXPECT_FALSE(node_->find("stranger"));
    EXPECT_TRUE(node_->find("friend"));
    EXPECT_TRUE(node_->find("plain")) << "an agent of stock Serf has no such tag";
    EXPECT_EQ(node_->counters().messages_refused.of(Refusal::ForeignRing), 1u);

    const auto merge = [&](std::int64_t state) {
        std::string records;
        ValueWriter writer(records);
        write_record(writer,
                     NodeRecord{"new", address, 7946, std::string_view(paris), 1, 0, versions});
        write_record(
            writer, NodeRecord{"roman", address, 7946, std::string_view(rome), 1, state, versions});
        PushPull view;
        view.nodes = NodeRecords(records, 2);
        Output out;
        (void)node_->accept(peer_, view, now_, out);
        return std::move(out.events);
    };
    const auto events = merge(0);
    ASSERT_EQ(count<event::MergeRefused>(events), 1u);
    EXPECT_EQ(std::get<event::MergeRefused>(events.front()).why,
              "its member roman is of another ring: dc=rome, ours is paris");
    EXPECT_FALSE(node_->find("new")) << "refused whole";
    EXPECT_EQ(count<event::MergeRefused>(merge(2)), 0u)
        << "of the dead, who may have been there once";
    EXPECT_TRUE(node_->find("new"));
    EXPECT_FALSE(node_->find("roman"));
}

// It was of another datacenter before a restart, as others still say: that has to be refuted.
TEST_F(ToldNode, ItsOwnPastIsNoOtherRing) {
    config_.ring_tag = "dc";
    config_.ring_tag_value = "paris";
    node_ = std::make_unique<Node>(config_, Keyring(), rng_, pool_, now_);
    std::string meta;
    const std::pair<std::string_view, std::string_view> tags[] = {{"dc", "rome"}};
    ASSERT_TRUE(encode_tags(meta, tags));
    const std::string address(bytes_of(config_.advertise.address));
    hear(peer_, encoded(Alive{7, "me", std::string_view(address), config_.advertise.port,
                              std::string_view(meta), std::string_view("\1\5\2\2\5\5", 6)}));
    EXPECT_EQ(node_->incarnation(), 8u);
}

TEST_F(ToldNode, AFullTableCountsWhoItRefuses) {
    config_.members_max = 2;
    node_ = std::make_unique<Node>(config_, Keyring(), rng_, pool_, now_);
    hear(peer_, alive("a", 2, 1));
    EXPECT_EQ(count<event::MemberRefused>(hear(peer_, alive("b", 3, 1))), 1u);
    EXPECT_EQ(count<event::MemberRefused>(hear(peer_, alive("c", 4, 1))), 0u) << "told just now";
    EXPECT_EQ(node_->counters().messages_refused.of(Refusal::MembersLimit), 2u);
}

}  // namespace
}  // namespace weft::gossip
