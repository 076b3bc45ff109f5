#include "agent/health/metrics.hpp"

#include <gtest/gtest.h>

namespace weft::agent {

TEST(HealthMetrics, AllSeriesExistFromTheStart) {
    prometheus::Registry registry;
    HealthMetrics metrics(registry);
    std::size_t series = 0;
    for (const auto& family : registry.Collect()) {
        EXPECT_TRUE(family.name.starts_with("weft_health_")) << family.name;
        series += family.metric.size();
    }
    EXPECT_EQ(series, 18u + 6 * 3 + 6);
    metrics.count_run("http", Status::Passing, std::chrono::milliseconds(3));
}

}  // namespace weft::agent
