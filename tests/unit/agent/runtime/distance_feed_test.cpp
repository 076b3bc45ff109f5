#include "agent/runtime/distance_feed.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <limits>

#include "agent/runtime/coordinate_book.hpp"

namespace weft::agent {
namespace {

api::Coordinate at(double x) {
    api::Coordinate coordinate;
    coordinate.vector[0] = x;
    coordinate.height = 0.001;
    return coordinate;
}

class DistanceBookTest : public ::testing::Test {
protected:
    // Whether something was published.
    bool update(std::vector<api::NodeCoordinate> nodes) {
        coordinates_.measured(std::move(nodes));
        auto changed = book_.update(*coordinates_.current());
        if (!changed) return false;
        distances_ = std::move(changed);
        return true;
    }
    double seconds_to(const std::string& node) const {
        return distances_->seconds_to(node).value_or(-1);
    }

    CoordinateBook coordinates_;
    DistanceBook book_{"Me"};
    std::shared_ptr<const api::Distances> distances_;
};

TEST_F(DistanceBookTest, CoordinatesBecomeRoundTrips) {
    EXPECT_TRUE(update({{"me", at(0.1)}, {"same", at(0.1)}, {"far", at(0.15)}}));
    EXPECT_EQ(seconds_to("me"), 0) << "not two heights away";
    EXPECT_DOUBLE_EQ(seconds_to("same"), 0.002);
    EXPECT_DOUBLE_EQ(seconds_to("FAR"), 0.052);
    EXPECT_EQ(seconds_to("other"), -1);
    EXPECT_FALSE(book_.update(*coordinates_.current())) << "no change";
}

TEST_F(DistanceBookTest, TremblingIsNotPublished) {
    EXPECT_TRUE(update({{"me", at(0)}, {"near", at(0.001)}, {"far", at(0.098)}}));
    // Half of the noise: 0.25 ms, and 5 of 100 ms.
    EXPECT_FALSE(update({{"me", at(0)}, {"near", at(0.00124)}, {"far", at(0.1029)}}));
    EXPECT_FALSE(update({{"me", at(0)}, {"near", at(0.00076)}, {"far", at(0.0934)}}));
    EXPECT_FALSE(update({{"me", at(0)}, {"near", at(0.00124)}, {"far", at(0.098)}}));
    // Many small steps are a large one.
    EXPECT_TRUE(update({{"me", at(0)}, {"near", at(0.00130)}, {"far", at(0.1029)}}));
    EXPECT_DOUBLE_EQ(seconds_to("near"), 0.0033);
    EXPECT_DOUBLE_EQ(seconds_to("far"), 0.1) << "of those published, each stays that trembles";
}

TEST_F(DistanceBookTest, NodesComeAndGo) {
    EXPECT_TRUE(update({{"me", at(0)}, {"a", at(1)}}));
    EXPECT_TRUE(update({{"me", at(0)}, {"b", at(1)}}));
    EXPECT_EQ(seconds_to("a"), -1);
    EXPECT_TRUE(update({{"me", at(0)}}));
    EXPECT_EQ(distances_->size(), 1u);
}

TEST_F(DistanceBookTest, WithoutItsOwnCoordinateItKnowsNothing) {
    EXPECT_FALSE(update({{"a", at(1)}})) << "as little as before";
    EXPECT_TRUE(update({{"me", at(0)}, {"a", at(1)}}));
    EXPECT_TRUE(update({{"a", at(1)}}));
    EXPECT_EQ(distances_->size(), 0u);
}

TEST_F(DistanceBookTest, DistancesBeyondNumbersAreUnknown) {
    constexpr double kHuge = std::numeric_limits<double>::max();
    EXPECT_TRUE(update({{"me", at(-kHuge)}, {"a", at(kHuge)}}));
    EXPECT_EQ(seconds_to("a"), -1);
    EXPECT_EQ(seconds_to("me"), 0);
}

TEST(DistanceFeed, FollowsWhileWanted) {
    boost::asio::io_context context;
    CoordinateBook coordinates;
    coordinates.measured({{"me", at(0)}, {"a", at(0.010)}});
    std::vector<std::shared_ptr<const api::Distances>> published;
    DistanceFeed feed(
        "me", [&] { return coordinates.current(); },
        [&](std::shared_ptr<const api::Distances> distances) {
            published.push_back(std::move(distances));
        },
        context.get_executor());

    const auto run_ready = [&] {
        context.restart();
        context.poll();
    };

    feed.follow(false);
    run_ready();
    EXPECT_TRUE(published.empty());

    feed.follow(true);
    feed.follow(true);
    run_ready();
    ASSERT_EQ(published.size(), 1u);
    EXPECT_EQ(published[0]->size(), 2u);

    feed.follow(false);
    context.restart();
    context.run();  // ends, since nothing waits any more
    ASSERT_EQ(published.size(), 2u);
    EXPECT_EQ(published[1], nullptr);

    feed.follow(true);
    run_ready();
    ASSERT_EQ(published.size(), 3u);
    EXPECT_EQ(published[2]->size(), 2u) << "all anew";
}

}  // namespace
}  // namespace weft::agent
