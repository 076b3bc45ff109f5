#include "tests/sim/gossip/batch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "agent/base/assert.hpp"

namespace weft::sim {

namespace {

// A run in a child, which writes its outcome into a pipe; its last words are there too.
class Child {
public:
    Child(const RunOptions& options, bool is_check) : options_(options), is_check_(is_check) {
        int ends[2];
        WEFT_ASSERT(pipe(ends) == 0);
        std::fflush(nullptr);
        pid_ = fork();
        WEFT_ASSERT(pid_ >= 0);
        if (pid_ == 0) run_and_exit(ends);
        close(ends[1]);
        pipe_ = ends[0];
    }

    int pipe_end() const { return pipe_; }
    std::uint64_t seed() const { return options_.seed; }
    bool is_check() const { return is_check_; }

    // False when there is no more to come.
    bool read_some() {
        char buffer[4096];
        const ssize_t count = read(pipe_, buffer, sizeof buffer);
        if (count > 0) text_.append(buffer, static_cast<std::size_t>(count));
        return count > 0;
    }

    Outcome finish() {
        int status = 0;
        waitpid(pid_, &status, 0);
        close(pipe_);
        return parse(status);
    }

private:
    static constexpr char kSeparator = '\x1f';
    static constexpr std::string_view kMark = "\x1eoutcome";

    [[noreturn]] void run_and_exit(const int (&ends)[2]) const {
        close(ends[0]);
        dup2(ends[1], STDERR_FILENO);
        const Outcome outcome = run_seed(options_);
        const std::string line = fmt::format(
            "{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}", kMark, kSeparator, outcome.is_good ? 1 : 0,
            kSeparator, outcome.agents, kSeparator, outcome.faults, kSeparator, outcome.wire,
            kSeparator, outcome.trace, kSeparator, outcome.seconds, kSeparator,
            outcome.healed_after, kSeparator, outcome.failures, kSeparator, outcome.false_failures,
            fmt::format("{}{}", kSeparator, outcome.reason));
        std::size_t written = 0;
        while (written < line.size()) {
            const ssize_t count = write(ends[1], line.data() + written, line.size() - written);
            if (count <= 0) break;
            written += static_cast<std::size_t>(count);
        }
        _exit(0);
    }

    Outcome parse(int status) const {
        Outcome outcome;
        const std::size_t mark = text_.rfind(kMark);
        if (mark == std::string::npos) {
            std::string last = text_.substr(0, text_.find('\n'));
            outcome.reason = fmt::format("ended by signal {}: {}",
                                         WIFSIGNALED(status) ? WTERMSIG(status) : 0, last);
            return outcome;
        }
        std::vector<std::string> fields;
        std::size_t at = text_.find(kSeparator, mark);
        while (at != std::string::npos) {
            const std::size_t next = text_.find(kSeparator, at + 1);
            fields.push_back(text_.substr(at + 1, next - at - 1));
            at = next;
        }
        outcome.is_good = fields.at(0) == "1";
        outcome.agents = std::stoul(fields.at(1));
        outcome.faults = fields.at(2);
        outcome.wire = fields.at(3);
        outcome.trace = fields.at(4);
        outcome.seconds = std::stod(fields.at(5));
        outcome.healed_after = std::stod(fields.at(6));
        outcome.failures = std::stoull(fields.at(7));
        outcome.false_failures = std::stoull(fields.at(8));
        outcome.reason = fields.at(9);
        return outcome;
    }

    RunOptions options_;
    bool is_check_;
    pid_t pid_ = 0;
    int pipe_ = -1;
    std::string text_;
};

// Leaves out each class of faults in turn, for good if the run fails without it too.
std::vector<Fault> least_faults(RunOptions options) {
    std::vector<Fault> faults = options.faults ? *options.faults : faults_of(options.seed);
    for (std::size_t i = 0; i < faults.size();) {
        std::vector<Fault> fewer = faults;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        options.faults = fewer;
        if (run_isolated(options).is_good) {
            ++i;
        } else {
            faults = std::move(fewer);
        }
    }
    return faults;
}

void print_failure(const RunOptions& options, const Outcome& outcome, bool minimises) {
    fmt::print("FAILED seed={} {}", options.seed, outcome.str());
    std::fflush(stdout);
    if (minimises) {
        std::string names;
        for (const Fault fault : least_faults(options)) {
            names += fmt::format("{}{}", names.empty() ? "" : ",", to_string(fault));
        }
        fmt::print("; the least: --faults {}", names.empty() ? "none" : names);
    }
    fmt::print("\n");
    std::fflush(stdout);
}

struct Totals {
    int good = 0;
    int failed = 0;
    int verified = 0;
    double seconds = 0;
    double healed_most = 0;
    std::uint64_t failures = 0;
    std::uint64_t false_failures = 0;
};

class Batch {
public:
    explicit Batch(const BatchOptions& options) : options_(options), next_(options.first) {}

    int run() {
        const auto begin = std::chrono::steady_clock::now();
        while (true) {
            start_children();
            if (children_.empty()) break;
            await();
        }
        const double took =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        fmt::print(
            "{} seeds good, {} failed, {} verified; {:.0f} virtual seconds in {:.1f} s, {:.0f} "
            "times "
            "real time; healed within {:.0f} s; {} failures seen, {} of agents that ran\n",
            totals_.good, totals_.failed, totals_.verified, totals_.seconds, took,
            totals_.seconds / took, totals_.healed_most, totals_.failures, totals_.false_failures);
        return totals_.failed;
    }

private:
    RunOptions with_seed(std::uint64_t seed) const {
        RunOptions run = options_.run;
        run.seed = seed;
        return run;
    }

    bool is_verified(std::uint64_t seed) const {
        const auto percent = static_cast<std::uint64_t>(options_.verify_percent);
        return seed * 2654435761U % 100 < percent;
    }

    void start_children() {
        while (children_.size() < static_cast<std::size_t>(options_.jobs)) {
            if (!again_.empty()) {
                children_.push_back(std::make_unique<Child>(with_seed(again_.back()), true));
                again_.pop_back();
                continue;
            }
            if (next_ > options_.last || totals_.failed >= options_.failures_most) return;
            if (is_verified(next_)) again_.push_back(next_);
            children_.push_back(std::make_unique<Child>(with_seed(next_++), false));
        }
    }

    void await() {
        std::vector<pollfd> ends;
        for (const auto& child : children_) {
            ends.push_back({.fd = child->pipe_end(), .events = POLLIN, .revents = 0});
        }
        poll(ends.data(), ends.size(), -1);
        for (std::size_t i = ends.size(); i-- > 0;) {
            if (ends[i].revents == 0 || children_[i]->read_some()) continue;
            const auto child = std::move(children_[i]);
            children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
            const Outcome outcome = child->finish();
            (child->is_check() ? checks_ : done_)[child->seed()] = outcome;
        }
        report_in_order();
    }

    void report_in_order() {
        while (true) {
            const auto done = done_.find(reported_ + options_.first);
            if (done == done_.end()) return;
            const std::uint64_t seed = done->first;
            Outcome outcome = done->second;
            if (is_verified(seed)) {
                const auto check = checks_.find(seed);
                if (check == checks_.end()) return;
                ++totals_.verified;
                if (check->second.trace != outcome.trace && outcome.is_good) {
                    outcome.is_good = false;
                    outcome.reason = "a second run differs: trace " + check->second.trace;
                }
                checks_.erase(check);
            }
            done_.erase(done);
            ++reported_;
            count(seed, outcome);
        }
    }

    void count(std::uint64_t seed, const Outcome& outcome) {
        totals_.seconds += outcome.seconds;
        totals_.failures += outcome.failures;
        totals_.false_failures += outcome.false_failures;
        if (outcome.is_good) {
            ++totals_.good;
            totals_.healed_most = std::max(totals_.healed_most, outcome.healed_after);
        } else {
            ++totals_.failed;
            print_failure(with_seed(seed), outcome, options_.minimises);
        }
    }

    const BatchOptions& options_;
    std::uint64_t next_;
    std::uint64_t reported_ = 0;
    std::vector<std::uint64_t> again_;
    std::vector<std::unique_ptr<Child>> children_;
    std::map<std::uint64_t, Outcome> done_;
    std::map<std::uint64_t, Outcome> checks_;
    Totals totals_;
};

}  // namespace

Outcome run_isolated(const RunOptions& options) {
    Child child(options, false);
    while (child.read_some()) {
    }
    return child.finish();
}

int run_batch(const BatchOptions& options) {
    return Batch(options).run();
}

}  // namespace weft::sim
