#include "api/http/deadline_heap.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "agent/base/rng.hpp"

namespace weft::api {
namespace {

Instant at(int seconds) {
    return Instant(std::chrono::seconds(seconds));
}

struct Probe : Deadline {
    std::function<void()> passed = [] {};
    int times = 0;
    void deadline_passed() override {
        ++times;
        passed();
    }
};

TEST(DeadlineHeap, PassesOnceAndInTime) {
    DeadlineHeap heap;
    Probe early;
    Probe late;
    heap.set(late, at(20));
    heap.set(early, at(10));
    EXPECT_EQ(heap.next(), at(10));
    heap.run(at(9));
    EXPECT_EQ(early.times, 0);
    heap.run(at(10));
    heap.run(at(11));
    EXPECT_EQ(early.times, 1);
    EXPECT_EQ(late.times, 0);
    heap.run(at(30));
    EXPECT_EQ(late.times, 1);
    EXPECT_EQ(heap.next(), Instant::max());
}

TEST(DeadlineHeap, MovingLaterIsCorrectedWhenItComesUp) {
    DeadlineHeap heap;
    Probe probe;
    heap.set(probe, at(10));
    heap.set(probe, at(50));
    EXPECT_EQ(heap.next(), at(10)) << "no work was done for it";
    heap.run(at(10));
    EXPECT_EQ(probe.times, 0);
    EXPECT_EQ(heap.next(), at(50));
    heap.set(probe, at(40));
    heap.run(at(40));
    EXPECT_EQ(probe.times, 1);
}

TEST(DeadlineHeap, MayChangeWhileItRuns) {
    DeadlineHeap heap;
    Probe first;
    Probe second;
    first.passed = [&] {
        heap.remove(second);
        heap.set(first, at(30));
    };
    heap.set(first, at(10));
    heap.set(second, at(11));
    heap.run(at(20));
    EXPECT_EQ(first.times, 1);
    EXPECT_EQ(second.times, 0);
    heap.remove(first);
    heap.remove(first);
    EXPECT_EQ(heap.next(), Instant::max());
}

TEST(DeadlineHeap, KeepsOrderUnderRandomUse) {
    DeadlineHeap heap;
    Rng rng(7);
    std::vector<Probe> probes(200);
    std::vector<int> due(probes.size(), 0);  // 0: none
    for (int step = 0; step < 20'000; ++step) {
        std::size_t i = rng.below(probes.size());
        if (rng.below(4) == 0) {
            heap.remove(probes[i]);
            due[i] = 0;
        } else {
            due[i] = 1 + static_cast<int>(rng.below(1000));
            heap.set(probes[i], at(due[i]));
        }
    }
    for (int now = 0; now <= 1001; ++now) {
        heap.run(at(now));
        for (std::size_t i = 0; i < probes.size(); ++i) {
            ASSERT_EQ(probes[i].times, due[i] != 0 && due[i] <= now ? 1 : 0);
        }
    }
}

}  // namespace
}  // namespace weft::api
