#include "agent/cli/consul_words.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

TEST(ConsulWords, TheFirstLineThatFitsCounts) {
    CliArguments arguments;
    EXPECT_EQ(consul_failure("catalog nodes", arguments).refused, "Error listing nodes");
    arguments.add("service", "web");
    EXPECT_EQ(consul_failure("catalog nodes", arguments).refused,
              "Error listing nodes for service");
    EXPECT_EQ(consul_failure("status", arguments).refused, "");
}

TEST(ConsulWords, NameWhatWasAskedFor) {
    CliArguments arguments;
    arguments.add("kind", "service-defaults");
    arguments.add("name", "web");
    EXPECT_EQ(consul_failure("config read", arguments).refused,
              "Error reading config entry service-defaults/web");
    CliArguments keys;
    keys.add_word("a/b");
    EXPECT_EQ(consul_failure("kv delete", keys).refused, "Error deleting key a/b");
    keys.add("recurse", "true");
    EXPECT_EQ(consul_failure("kv delete", keys).refused, "Error! Did not delete prefix a/b");
}

TEST(ConsulWords, SomeAskForTheAgentFirst) {
    const ConsulFailure event = consul_failure("event", {});
    EXPECT_EQ(event.unreachable, "Error querying Consul agent");
    EXPECT_EQ(event.refused, "Error firing event");
}

}  // namespace
}  // namespace weft::agent
