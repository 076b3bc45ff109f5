#include "agent/catalog/liveness_overlay.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "agent/catalog/catalog.hpp"

namespace weft::agent {
namespace {

const Watch kWeb{WatchKind::ServiceHealth, "web"};
const Watch kWebByConnect{WatchKind::ConnectHealth, "web"};
const Watch kOther{WatchKind::ServiceHealth, "other"};
const Watch kGateways{WatchKind::Gateways, {}};

// A catalog whose views have the overlay, as an agent publishes them.
class LivenessBookTest : public ::testing::Test {
protected:
    LivenessBookTest() {
        put("n1", "web", 80);
        put("n2", "Web", 80);
        put("n3", "other", 80);
    }

    void put(const char* node, const char* service, int port, std::uint64_t skipped = 0) {
        RegisterCommand command;
        command.node.name = node;
        command.node.address = "10.0.0.1";
        command.service.emplace();
        command.service->name = service;
        command.service->port = port;
        apply(command, skipped);
    }
    // skipped: log entries about something else that come before it.
    void apply(const Command& command, std::uint64_t skipped = 0) {
        index_ += skipped + 1;
        ASSERT_FALSE(catalog_.apply(Index(index_), command).refusal);
        book_.applied(catalog_.view(), catalog_.take_changed_watches());
    }
    std::optional<std::vector<Watch>> hold(std::vector<NodeLiveness> nodes) {
        return book_.hold(catalog_.view(), std::move(nodes));
    }
    View view() const { return book_.over(catalog_.view()); }
    std::uint64_t index_of(const Watch& watch) const { return view().index_of(watch).get(); }

    Catalog catalog_;
    LivenessBook book_;
    std::uint64_t index_ = 10;
};

TEST_F(LivenessBookTest, NobodyIsAbsentAtFirst) {
    EXPECT_FALSE(view().any_absent());
    EXPECT_EQ(view().liveness("n1"), Liveness::Present);
    EXPECT_EQ(view().overlay_version(), 0U);
    EXPECT_FALSE(hold({})) << "nothing changed";
}

TEST_F(LivenessBookTest, NamesTheResultsThatChanged) {
    EXPECT_EQ(hold({{"N1", Liveness::Absent}}), (std::vector{kWeb, kGateways}));
    EXPECT_EQ(view().liveness("n1"), Liveness::Absent);
    EXPECT_EQ(view().liveness("n2"), Liveness::Present);
    EXPECT_FALSE(hold({{"n1", Liveness::Absent}})) << "nothing changed";
    EXPECT_EQ(hold({{"n1", Liveness::Absent}, {"n3", Liveness::Doubtful}}),
              (std::vector{kOther, kGateways}));
    EXPECT_EQ(hold({{"n3", Liveness::Absent}}), (std::vector{kOther, kWeb, kGateways}));
    const auto changed = hold({{"n3", Liveness::Absent}, {"of-the-ring-alone", Liveness::Absent}});
    ASSERT_TRUE(changed);
    EXPECT_TRUE(changed->empty());
}

TEST_F(LivenessBookTest, ConnectInstancesChangeTheirResultToo) {
    RegisterCommand command;
    command.node.name = "n4";
    command.node.address = "10.0.0.4";
    command.service.emplace();
    command.service->name = "web-proxy";
    command.service->kind = "connect-proxy";
    command.service->port = 1;
    ProxyRow proxy;
    proxy.destination_service_name = "web";
    command.service->proxy = proxy;
    apply(command);
    const std::uint64_t before = index_of(kWebByConnect);
    const auto changed = hold({{"n4", Liveness::Absent}});
    ASSERT_TRUE(changed);
    EXPECT_EQ(std::count(changed->begin(), changed->end(), kWebByConnect), 1);
    EXPECT_EQ(index_of(kWebByConnect), before + 1);
}

TEST_F(LivenessBookTest, EachChangeRaisesTheIndexOfItsResultAlone) {
    const std::uint64_t web = index_of(kWeb);
    const std::uint64_t other = index_of(kOther);
    hold({{"n1", Liveness::Absent}});
    EXPECT_EQ(index_of(kWeb), web + 1);
    EXPECT_EQ(index_of({WatchKind::ServiceHealth, "WEB"}), web + 1);
    EXPECT_EQ(view().service_version("web"), web + 1);
    hold({});
    EXPECT_EQ(index_of(kWeb), web + 2);
    EXPECT_EQ(view().service_version("web"), web + 2);
    EXPECT_EQ(index_of(kOther), other);
    EXPECT_EQ(index_of({WatchKind::Service, "web"}), web) << "which does not look at health";
    EXPECT_EQ(view().applied_index().get(), index_);
    EXPECT_EQ(view().digest(), catalog_.view().digest());
}

// The log's next index may be one that a client was told already.
TEST_F(LivenessBookTest, EntriesThatTheIndexWasAheadOfCountOn) {
    put("n1", "web", 81);
    hold({{"n1", Liveness::Absent}});
    hold({});
    EXPECT_EQ(index_of(kWeb), index_ + 2);
    put("n1", "web", 82);
    EXPECT_EQ(index_of(kWeb), index_ + 2);
    put("n1", "web", 83);
    EXPECT_EQ(index_of(kWeb), index_ + 2);
    put("n1", "web", 84, 1);
    EXPECT_EQ(index_of(kWeb), index_ + 1);
    put("n1", "web", 85, 1);
    EXPECT_EQ(index_of(kWeb), index_) << "the log has passed";
}

TEST_F(LivenessBookTest, AServiceThatIsGoneDoesNotGoBack) {
    put("n3", "other", 81);
    hold({{"n3", Liveness::Absent}});
    const std::uint64_t before = index_of(kOther);
    DeregisterCommand gone;
    gone.node = "n3";
    apply(gone);
    EXPECT_GT(index_of(kOther), before);
    EXPECT_EQ(view().service_version("other"), 0U);
}

TEST_F(LivenessBookTest, DoubtfulRowsAreLeftOutUnlessNothingIsLeft) {
    const auto left_of = [&](std::vector<std::string> nodes) {
        leave_out_absent(nodes, view(), [](const std::string& node) { return node; });
        return nodes;
    };
    using Nodes = std::vector<std::string>;
    EXPECT_EQ(left_of({"n1", "n2"}), (Nodes{"n1", "n2"}));
    hold({{"n1", Liveness::Absent}, {"n2", Liveness::Doubtful}, {"n3", Liveness::Doubtful}});
    EXPECT_EQ(left_of({"n1"}), Nodes());
    EXPECT_EQ(left_of({"n1", "N2", "n3"}), (Nodes{"N2", "n3"}));
    EXPECT_EQ(left_of({"n1", "n2", "external"}), Nodes{"external"});
    EXPECT_EQ(left_of({}), Nodes());
}

}  // namespace
}  // namespace weft::agent
