#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>

#include "raft/driver/solo_voter.hpp"
#include "raft/storage/mem_log_store.hpp"

namespace weft::raft::testing {

// Remembers what it was given.
class RecordingMachine final : public StateMachine {
public:
    LogIndex applied() const override { return applied_; }
    Term applied_term() const override { return applied_term_; }
    Result<void> apply(std::span<const Entry> entries) override {
        for (const Entry& entry : entries) {
            EXPECT_EQ(entry.index, next(applied_));
            if (entry.data == "unknown") return make_error(Errc::Unsupported, "a newer command");
            applied_ = entry.index;
            if (entry.type == EntryType::Command) commands.push_back(entry.data);
            if (on_apply) on_apply(entry);
        }
        return success();
    }
    void published() override {
        ++publications;
        published_commands = commands.size();
    }

    LogIndex applied_;
    Term applied_term_;
    std::vector<std::string> commands;
    std::size_t published_commands = 0;
    int publications = 0;
    std::function<void(const Entry&)> on_apply;
};

// A disk whose writes wait for the test, and fail when it says so.
class GatedStore final : public LogStore {
public:
    struct Gate {
        std::mutex mutex;
        std::condition_variable changed;
        bool closed = false;
        bool failing = false;
        bool compaction_failing = false;
        int arrived = 0;                // writes that reached the gate
        std::vector<AppendTask> tasks;  // writes that were done

        void set_closed(bool value) {
            const std::scoped_lock lock(mutex);
            closed = value;
            changed.notify_all();
        }
        void wait_for_arrivals(int count) {
            std::unique_lock lock(mutex);
            ASSERT_TRUE(
                changed.wait_for(lock, std::chrono::seconds(10), [&] { return arrived >= count; }));
        }
    };

    GatedStore(std::shared_ptr<MemLogDisk> disk, std::shared_ptr<Gate> gate)
        : store_(MemLogStore::open(std::move(disk), NodeId{"solo"}).value()),
          gate_(std::move(gate)) {}

    LogState state() const override { return store_->state(); }
    Result<void> write(const AppendTask& task) override {
        std::unique_lock lock(gate_->mutex);
        if (task.empty()) return store_->write(task);
        ++gate_->arrived;
        gate_->changed.notify_all();
        gate_->changed.wait(lock, [this] { return !gate_->closed; });
        if (gate_->failing) return make_error(Errc::Io, "the disk is gone");
        gate_->tasks.push_back(task);
        return store_->write(task);
    }
    Result<std::vector<Entry>> entries(LogIndex low, LogIndex high,
                                       std::size_t max_bytes) const override {
        return store_->entries(low, high, max_bytes);
    }
    Result<Term> term(LogIndex index) const override { return store_->term(index); }
    Result<Chain> chain(LogIndex index) const override { return store_->chain(index); }
    Result<void> compact_to(LogIndex index) override {
        const std::scoped_lock lock(gate_->mutex);
        if (gate_->compaction_failing) return make_error(Errc::Corrupt, "an entry is damaged");
        return store_->compact_to(index);
    }
    std::uint64_t bytes() const override { return store_->bytes(); }
    Result<void> for_each_side_record(std::string_view prefix,
                                      const SideVisitor& visit) const override {
        return store_->for_each_side_record(prefix, visit);
    }

private:
    std::unique_ptr<LogStore> store_;
    std::shared_ptr<Gate> gate_;
};

class SoloVoterTest : public ::testing::Test {
protected:
    SoloVoterTest() {
        config_.node = NodeId{"solo"};
        config_.on_fatal = [this](const Error& error) { fatal_.push_back(error.message()); };
    }

    Result<void> open() {
        voter_.reset();
        auto opened = SoloVoter::open(config_, std::make_unique<GatedStore>(disk_, gate_), machine_,
                                      metrics_, control_.get_executor());
        if (!opened) return opened.error();
        voter_ = std::move(opened).value();
        return success();
    }

    // As after a restart whose checkpoint covers nothing.
    Result<void> reopen_empty() {
        voter_.reset();
        machine_ = {};
        return open();
    }

    void propose(const std::string& command, std::vector<SideRecord> side = {},
                 bool urgent = true) {
        Proposal proposal;
        proposal.command = command;
        proposal.side = std::move(side);
        proposal.urgent = urgent;
        proposal.done = [this, command](Result<LogIndex> result) {
            answers_.push_back(command + (result ? "@" + std::to_string(result.value().get())
                                                 : ": " + result.error().message()));
            if (!result) return;
            EXPECT_EQ(machine_.published_commands, machine_.commands.size());
        };
        voter_->propose(std::move(proposal));
    }

    // Runs the control thread until the condition holds.
    void run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            control_.restart();
            control_.run_one_for(std::chrono::milliseconds(50));
        }
        ASSERT_TRUE(condition());
    }
    void run_until_answers(std::size_t count) {
        run_until([&] { return answers_.size() >= count; });
    }
    void run_ready() {
        control_.restart();
        control_.poll();
    }

    boost::asio::io_context control_;
    std::shared_ptr<MemLogDisk> disk_ = std::make_shared<MemLogDisk>();
    std::shared_ptr<GatedStore::Gate> gate_ = std::make_shared<GatedStore::Gate>();
    prometheus::Registry registry_;
    DriverMetrics metrics_{registry_};
    RecordingMachine machine_;
    SoloVoterConfig config_;
    std::vector<std::string> answers_;
    std::vector<std::string> fatal_;
    std::unique_ptr<SoloVoter> voter_;
};

}  // namespace weft::raft::testing
