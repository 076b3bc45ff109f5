#include "agent/runtime/agent_info.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AgentIdentity lone_server() {
    return make_identity({}, "90a5c0de-0000-4000-8000-000000000001", "1.2.3");
}

TEST(AgentInfo, AFailedStorageIsNotHealthyAndLeadsNobody) {
    AgentStats stats;
    EXPECT_THAT(autopilot_health_json(lone_server(), stats, ""), Not(HasSubstr("false")));
    EXPECT_THAT(autopilot_state_json(lone_server(), stats, ""), HasSubstr("\"Healthy\":true"));
    EXPECT_THAT(self_json(lone_server(), {}, stats), HasSubstr("\"state\":\"Leader\""));
    stats.storage_failed = true;
    EXPECT_THAT(autopilot_health_json(lone_server(), stats, ""),
                Not(HasSubstr("\"Healthy\":true")));
    EXPECT_THAT(self_json(lone_server(), {}, stats), HasSubstr("\"state\":\"Shutdown\""));
}

TEST(AgentInfo, CommittedIsWhatTheLogHoldsAppliedWhatTheCatalogHas) {
    AgentStats stats;
    stats.applied_index = 7;
    stats.last_log_index = 9;
    const std::string json = self_json(lone_server(), {}, stats);
    EXPECT_THAT(json, HasSubstr("\"applied_index\":\"7\""));
    EXPECT_THAT(json, HasSubstr("\"commit_index\":\"9\""));
}

// For operators: `weft info`.
TEST(AgentInfo, TheRingIsToldAsItIs) {
    AgentStats stats;
    stats.ring = {.is_encrypted = true, .members = 5, .failed = 2, .left = 1, .event_time = 9};
    stats.coordinate.height = 0.25;
    const std::string json = self_json(lone_server(), {}, stats);
    const std::string ring = json.substr(json.find("\"serf_lan\""));
    for (const char* told : {R"("encrypted":"true")", R"("failed":"2")", R"("left":"1")",
                             R"("members":"5")", R"("event_time":"9")"}) {
        EXPECT_THAT(ring, HasSubstr(told));
    }
    EXPECT_THAT(json, HasSubstr("\"Height\":0.25"));
}

}  // namespace
}  // namespace weft::agent
