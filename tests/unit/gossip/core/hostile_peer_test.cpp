// What somebody sends who means harm, or whose program is broken: nothing of it may make this agent
// or those behind it slow, large or wrong.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gossip/core/encoded.hpp"
#include "gossip/core/node.hpp"
#include "gossip/wire/query_filter.hpp"
#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kVersions("\1\5\2\2\5\5", 6);

class HostilePeer : public ::testing::Test {
protected:
    HostilePeer() {
        config_.name = "me";
        config_.advertise = {IpAddress::v4({127, 0, 0, 1}), 7946};
        node_ = std::make_unique<Node>(config_, Keyring(), rng_, pool_, now_);
    }
    Output hear(const std::string& message) {
        const std::string_view view = message;
        Output out;
        node_->receive(peer_, std::span(&view, 1), now_, out);
        node_->check_invariants();
        return out;
    }
    // All that is sent within that time, as one text.
    std::string sent_within(Duration time) {
        std::string sent;
        const Instant end = now_ + time;
        while (now_ < end) {
            now_ += 100ms;
            Output out;
            node_->tick(now_, out);
            for (const Datagram& datagram : out.datagrams)
                for (const SharedBytes& message : datagram.messages) sent += *message;
        }
        return sent;
    }
    Alive alive(std::string_view name, std::uint32_t incarnation,
                std::string_view versions = kVersions) {
        return {incarnation,
                name,
                std::string_view("\x7f\0\0\2", 4),
                7946,
                std::string_view("\xff\x80"),
                versions};
    }
    std::uint64_t refused(Refusal reason) const {
        return node_->counters().messages_refused.of(reason);
    }

    Rng rng_{1};
    DescriptionPool pool_;
    Instant now_{std::chrono::hours(1)};
    NodeConfig config_;
    std::unique_ptr<Node> node_;
    Endpoint peer_{IpAddress::v4({127, 0, 0, 2}), 7946};
};

// Stock Serf ends itself when it reads one, so none may be passed on.
TEST_F(HostilePeer, AShortVersionArrayOfAKnownMemberIsNotPassedOn) {
    hear(encoded(alive("b", 1)));
    sent_within(5s);
    hear(encoded(alive("b", 2, std::string_view("\1\5\2", 3))));
    EXPECT_EQ(refused(Refusal::Alive), 1u);
    EXPECT_EQ(sent_within(5s).find(std::string_view("\xa3Vsn\xa3\1\5\2", 8)), std::string::npos);
}

// Each speaks with this agent, but not with the other: no view of a ring with both could be merged.
TEST_F(HostilePeer, WhoDoesNotUnderstandTheOthersIsRefused) {
    hear(encoded(alive("b", 1, std::string_view("\2\5\5\2\5\5", 6))));
    hear(encoded(alive("c", 1, std::string_view("\1\2\2\2\5\5", 6))));
    EXPECT_TRUE(node_->find("b"));
    EXPECT_FALSE(node_->find("c"));
    EXPECT_EQ(refused(Refusal::Versions), 1u);
}

TEST_F(HostilePeer, AMemberAtTheHighestIncarnationCanDie) {
    hear(encoded(alive("b", 0xfffffffe)));
    hear(encoded(Dead{0xfffffffe, "b", "c"}));
    EXPECT_EQ(node_->find("b")->status, MemberStatus::Failed);
    // Of itself an agent believes no such thing: it could not be taken back.
    hear(encoded(Suspect{0xfffffffe, "me", "b"}));
    hear(encoded(Dead{0xfffffffe, "me", "b"}));
    EXPECT_EQ(refused(Refusal::Accusation), 2u);
    EXPECT_LT(node_->incarnation(), 100u);
}

TEST_F(HostilePeer, LongNamesOfAccusersAreRefused) {
    const std::string from(60'000, 'x');
    hear(encoded(alive("b", 1)));
    hear(encoded(Suspect{1, "b", from}));
    hear(encoded(Dead{1, "b", from}));
    EXPECT_EQ(refused(Refusal::Accusation), 2u);
    EXPECT_EQ(node_->find("b")->status, MemberStatus::Alive);
}

TEST_F(HostilePeer, QueriesThatNobodyMakesAreRefused) {
    Query query;
    query.address = std::string_view("\x7f\0\0\2", 4);
    query.port = 7946;
    query.name = "hostile";
    query.timeout_ns = 1'000'000'000;
    const std::string long_name(300, 'x');
    Query of_nobody = query;
    of_nobody.source_node = long_name;
    hear(encoded_user(encoded_blob(of_nobody)));
    Query large = query;
    const std::string payload(10'000, 'x');
    large.payload = std::string_view(payload);
    hear(encoded_user(encoded_blob(large)));
    std::string filter;
    encode_query_filter(filter, TagFilter{"role", "a.*b"});
    Query filtered = query;
    filtered.filters.emplace(33, std::string_view(filter));
    hear(encoded_user(encoded_blob(filtered)));
    EXPECT_EQ(refused(Refusal::Query), 2u);
    EXPECT_EQ(node_->counters().messages_unreadable.of(WireErrc::TooLarge), 1u);
    EXPECT_EQ(sent_within(2s).find("hostile"), std::string::npos) << "nor is it passed on";
}

TEST_F(HostilePeer, LargeAnswersAreRefused) {
    Output out;
    QueryParams params;
    params.name = "q";
    params.timeout = 5s;
    const auto id = node_->ask(params, now_, out);
    ASSERT_TRUE(id);
    const std::string text(100'000, 'x');
    const auto answer = [&](std::string_view from, std::string_view payload) {
        QueryAnswer answered{node_->clocks().query - 1, id.value(), from, 0, payload};
        return hear(encoded_user(encoded_blob(answered))).events.size();
    };
    EXPECT_EQ(answer(std::string_view(text).substr(0, 300), "x"), 0u);
    EXPECT_EQ(answer("b", text), 0u);
    EXPECT_EQ(answer("b", "x"), 1u);
    EXPECT_EQ(refused(Refusal::QueryAnswer), 2u);
}

// Who asks for many must not keep others from asking, nor send long names through this agent.
TEST_F(HostilePeer, OneAgentMayHaveSomeProbesUnderWay) {
    const auto request = [](std::uint32_t sequence, std::string_view node) {
        IndirectPing asked;
        asked.sequence = sequence;
        asked.target_address = std::string_view("\x7f\0\0\3", 4);
        asked.target_port = 7946;
        asked.node = node;
        return encoded(asked);
    };
    for (std::uint32_t i = 0; i < 65; ++i) hear(request(i, "b"));
    EXPECT_EQ(refused(Refusal::ProbeRequest), 1u);
    peer_.address = IpAddress::v4({127, 0, 0, 9});
    EXPECT_EQ(hear(request(1, "b")).datagrams.size(), 1u);
    EXPECT_EQ(hear(request(2, std::string(300, 'x'))).datagrams.size(), 0u);
    EXPECT_EQ(refused(Refusal::ProbeRequest), 2u);
    // Those are over after a second.
    peer_.address = IpAddress::v4({127, 0, 0, 2});
    sent_within(2s);
    EXPECT_EQ(hear(request(70, "b")).datagrams.size(), 1u);
}

TEST_F(HostilePeer, ARecordOfAnUnknownStateIsLeftOut) {
    std::string records;
    ValueWriter writer(records);
    const std::string address("\x7f\0\0\3", 4);
    write_record(writer, NodeRecord{"odd", address, 7946, {}, 1, 256, kVersions});
    write_record(writer, NodeRecord{"old", address, 0, {}, 1, 0, kVersions});
    PushPull view;
    view.nodes = NodeRecords(records, 2);
    Output out;
    (void)node_->accept(peer_, view, now_, out);
    EXPECT_EQ(refused(Refusal::Record), 1u);
    EXPECT_FALSE(node_->find("odd"));
    ASSERT_TRUE(node_->find("old"));
    EXPECT_EQ(node_->find("old")->member->endpoint.port, 7946)
        << "everybody's, where none is named";
}

TEST_F(HostilePeer, LongNamesAreNotRepeatedInErrors) {
    const std::string name(1'000'000, 'x');
    std::string records;
    ValueWriter writer(records);
    write_record(writer, NodeRecord{name,
                                    std::string_view("\x7f\0\0\3", 4),
                                    7946,
                                    {},
                                    1,
                                    0,
                                    std::string_view("\1\1\1\1\1\1", 6)});
    PushPull view;
    view.nodes = NodeRecords(records, 1);
    Output out;
    (void)node_->accept(peer_, view, now_, out);
    ASSERT_EQ(out.events.size(), 1u);
    EXPECT_LT(std::get<event::MergeRefused>(out.events.front()).why.size(), 500u);
}

}  // namespace
}  // namespace weft::gossip
