#include "agent/catalog/store/write_behind.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/crash_file_system.hpp"
#include "tests/unit/agent/catalog/store/store_fixture.hpp"

namespace weft::agent {
namespace {

class WriteBehindTest : public testing::StoreTest {
protected:
    void start() {
        auto opened = open();
        ASSERT_TRUE(opened) << opened.error().message();
        store_ = std::move(opened).value();
        WriteBehindHooks hooks;
        hooks.take = [this] {
            ++taken_;
            return source_.round();
        };
        hooks.holds = [this] { return held_; };
        hooks.covered = [this](const Checkpoint& checkpoint) {
            covered_.push_back(checkpoint.applied.get());
        };
        hooks.failed = [this](const Error& error) { failures_.push_back(error.message()); };
        auto writer = WriteBehind::open(config_, *store_, std::move(hooks), metrics_,
                                        control_.get_executor());
        ASSERT_TRUE(writer) << writer.error().message();
        writer_ = std::move(writer).value();
    }

    void change(std::size_t bytes = 100) {
        source_.register_service("node", "s" + std::to_string(source_.index));
        writer_->applied(bytes);
    }

    void run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            control_.restart();
            control_.run_one_for(std::chrono::milliseconds(50));
        }
        ASSERT_TRUE(condition());
    }

    boost::asio::io_context control_;
    prometheus::Registry registry_;
    CatalogStoreMetrics metrics_{registry_};
    WriteBehindConfig config_{.interval = std::chrono::hours(1), .bytes = 1000};
    int taken_ = 0;
    bool held_ = false;
    std::vector<std::uint64_t> covered_;
    std::vector<std::string> failures_;
    std::unique_ptr<CatalogStore> store_;
    std::unique_ptr<WriteBehind> writer_;
};

TEST_F(WriteBehindTest, WritesAfterTheInterval) {
    config_.interval = std::chrono::milliseconds(10);
    start();
    change();
    change();
    EXPECT_EQ(taken_, 0);
    run_until([&] { return !covered_.empty(); });
    EXPECT_THAT(covered_, ::testing::ElementsAre(2));
    EXPECT_EQ(store_->checkpoint().applied, Index{2});
    change();
    run_until([&] { return covered_.size() == 2; });
    EXPECT_EQ(metrics_.rounds.Value(), 2);
    EXPECT_EQ(metrics_.covered_index.Value(), 3);
}

TEST_F(WriteBehindTest, EnoughBytesDoNotWait) {
    start();
    change(500);
    EXPECT_EQ(taken_, 0);
    change(500);
    EXPECT_EQ(taken_, 1);
    change(1000);  // a round is under way: this waits for it
    EXPECT_EQ(taken_, 1);
    run_until([&] { return covered_.size() == 2; });
    EXPECT_THAT(covered_, ::testing::ElementsAre(2, 3));
}

TEST_F(WriteBehindTest, IsSilentWithoutChanges) {
    start();
    control_.poll();
    EXPECT_TRUE(control_.stopped());  // no timer either
    writer_->close();
    EXPECT_EQ(taken_, 0);
}

TEST_F(WriteBehindTest, CloseWritesWhatIsLeft) {
    start();
    change(1000);
    change();
    writer_->close();
    EXPECT_THAT(covered_, ::testing::ElementsAre(1, 2));
    EXPECT_EQ(store_->checkpoint().applied, Index{2});
    control_.restart();
    control_.poll();  // what was posted before finds nothing to do
    EXPECT_EQ(covered_.size(), 2U);
}

TEST_F(WriteBehindTest, AFailureIsReportedOnceAndFinal) {
    const auto files = std::make_shared<weft::testing::CrashFileSystem>();
    env_ = std::make_unique<weft::testing::CrashEnv>(files);
    start();
    files->stop_at(files->operations());
    change(1000);
    run_until([&] { return !failures_.empty(); });
    change(1000);
    writer_->close();
    EXPECT_EQ(failures_.size(), 1U);
    EXPECT_EQ(taken_, 1);
    EXPECT_TRUE(covered_.empty());
    EXPECT_EQ(metrics_.failures.Value(), 1);
    store_.reset();
}

TEST(WriteBehindConfig, NamesWhatIsWrong) {
    EXPECT_TRUE(WriteBehindConfig{}.validate());
    EXPECT_FALSE((WriteBehindConfig{.interval = Duration::zero()}.validate()));
}

TEST_F(WriteBehindTest, TakesNothingWhileItIsHeld) {
    config_.interval = std::chrono::milliseconds(10);
    start();
    held_ = true;
    change(5000);
    change(5000);
    EXPECT_EQ(taken_, 0);
    held_ = false;
    run_until([&] { return !covered_.empty(); });
    EXPECT_THAT(covered_, ::testing::ElementsAre(2));
    held_ = true;
    change(5000);
    writer_->close();
    EXPECT_EQ(taken_, 1) << "the log has it";
}

}  // namespace
}  // namespace weft::agent
