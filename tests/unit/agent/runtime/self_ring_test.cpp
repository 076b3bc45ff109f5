#include "agent/runtime/self_ring.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using ::testing::ElementsAre;

api::Coordinate at(double x) {
    api::Coordinate coordinate;
    coordinate.vector[0] = x;
    return coordinate;
}

std::vector<std::string> names_of(const CoordinateBook& book) {
    std::vector<std::string> names;
    for (const auto& known : book.current()->nodes) names.push_back(known.node);
    return names;
}

bool any_node(const std::string&) {
    return true;
}

TEST(CoordinateBook, PublishesWhatChanged) {
    CoordinateBook book;
    EXPECT_EQ(book.current()->index, 1u);
    EXPECT_TRUE(book.measured({{"b", at(1)}, {"A", at(2)}}));
    EXPECT_FALSE(book.measured({{"A", at(2)}, {"b", at(1)}}));
    EXPECT_EQ(book.current()->index, 2u);
    EXPECT_THAT(names_of(book), ElementsAre("A", "b"));
    EXPECT_EQ(book.current()->find("a")->vector[0], 2);
    EXPECT_EQ(book.current()->find("c"), nullptr);
    EXPECT_TRUE(book.measured({{"b", at(1)}}));
    EXPECT_EQ(book.current()->index, 3u);
    EXPECT_THAT(names_of(book), ElementsAre("b"));
}

TEST(CoordinateBook, WhatIsMeasuredHidesWhatWasReported) {
    CoordinateBook book;
    EXPECT_TRUE(book.reported("B", at(7)));
    EXPECT_TRUE(book.reported("a", at(8)));
    EXPECT_TRUE(book.current()->nodes.empty()) << "not published yet";
    EXPECT_TRUE(book.publish_reported(any_node));
    EXPECT_FALSE(book.publish_reported(any_node));
    EXPECT_TRUE(book.measured({{"b", at(1)}}));
    EXPECT_EQ(book.current()->find("B")->vector[0], 1);
    EXPECT_EQ(book.current()->nodes.size(), 2u);
    EXPECT_TRUE(book.reported("b", at(9)));
    EXPECT_FALSE(book.publish_reported(any_node));
    EXPECT_TRUE(book.measured({}));
    EXPECT_EQ(book.current()->find("b")->vector[0], 9);
}

TEST(CoordinateBook, WhatWasReportedGoesWithItsNode) {
    CoordinateBook book;
    EXPECT_TRUE(book.reported("stays", at(1)));
    EXPECT_TRUE(book.reported("gone", at(2)));
    EXPECT_TRUE(book.publish_reported([](const std::string& node) { return node == "stays"; }));
    EXPECT_THAT(names_of(book), ElementsAre("stays"));
}

TEST(CoordinateBook, WhatIsReportedIsBounded) {
    CoordinateBook book;
    for (std::size_t i = 0; i < CoordinateBook::kReportedMost; ++i)
        ASSERT_TRUE(book.reported("n" + std::to_string(i), at(1)));
    EXPECT_FALSE(book.reported("one too many", at(1)));
    EXPECT_TRUE(book.reported("n0", at(2)));
}

AgentIdentity self() {
    AgentIdentity identity;
    identity.node_name = "n1";
    identity.datacenter = "dc1";
    identity.address = "10.0.0.7";
    identity.serf_lan_port = 8301;
    return identity;
}

class SelfRingTest : public ::testing::Test {
protected:
    AgentIdentity identity_ = self();
    SelfRing ring_{identity_,
                   {.services = [] { return std::vector<api::LocalService>(); },
                    .is_node = [](const std::string& name) { return name == "outside"; }}};
};

TEST_F(SelfRingTest, AnswersWithTheAgentAlone) {
    ASSERT_EQ(ring_.members().size(), 1u);
    EXPECT_EQ(ring_.members()[0].name, "n1");
    EXPECT_NE(ring_.coordinates()->find("n1"), nullptr);
    ring_.reachability([](Result<api::Reachability> found) {
        EXPECT_THAT(found.value().answered, ElementsAre("n1"));
        EXPECT_TRUE(found.value().missing.empty());
    });
    ring_.join({"10.0.0.8"}, [](const Result<api::JoinOutcome>& outcome) {
        EXPECT_EQ(outcome.error().code, make_error_code(Errc::Unsupported));
    });
    ring_.force_leave("n2", false, [](const Result<void>& result) {
        EXPECT_EQ(result.error().code, make_error_code(Errc::NotFound));
    });
    ring_.keys({}, [](const Result<std::vector<api::KeyAnswer>>& answers) {
        ASSERT_EQ(answers.value().size(), 2u);
        EXPECT_EQ(answers.value()[1].messages[0].first, "n1");
    });
}

TEST_F(SelfRingTest, ItsEventsAreItsOwn) {
    int came = 0;
    ring_.on_event([&] { ++came; });
    const auto fire = [&](api::UserEvent event) {
        bool fired = false;
        ring_.fire_event(std::move(event),
                         [&](const Result<std::string>& id) { fired = id.has_value(); });
        return fired;
    };
    EXPECT_TRUE(fire({.id = {},
                      .name = "a",
                      .payload = "x",
                      .node_filter = {},
                      .service_filter = {},
                      .tag_filter = {}}));
    EXPECT_TRUE(fire({.id = {},
                      .name = "b",
                      .payload = {},
                      .node_filter = "other",
                      .service_filter = {},
                      .tag_filter = {}}));
    EXPECT_FALSE(fire({.id = {},
                       .name = "c",
                       .payload = std::string(512, 'x'),
                       .node_filter = {},
                       .service_filter = {},
                       .tag_filter = {}}));
    EXPECT_EQ(came, 1);
    ASSERT_EQ(ring_.events().size(), 1u);
    EXPECT_EQ(ring_.events()[0].name, "a");
    EXPECT_EQ(ring_.events()[0].time, 2u);
}

TEST_F(SelfRingTest, KeepsCoordinatesOfNodesThatTheCatalogKnows) {
    int changes = 0;
    ring_.on_coordinates([&] { ++changes; });
    const auto ok = [](const Result<void>& result) { EXPECT_TRUE(result); };
    ring_.set_coordinate("nobody", at(1), ok);
    ring_.publish_coordinates();
    EXPECT_EQ(changes, 0);
    ring_.set_coordinate("outside", at(1), ok);
    EXPECT_EQ(changes, 0);
    ring_.publish_coordinates();
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(ring_.coordinates()->find("outside")->vector[0], 1);
}

}  // namespace
}  // namespace weft::agent
