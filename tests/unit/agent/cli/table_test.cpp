#include "agent/cli/table.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

TEST(TextTable, ColumnsAreTwoSpacesApartAndNeverEmpty) {
    TextTable table({"Node", "ID"});
    table.add({"laptop", "1"});
    table.add({"dé", ""});
    EXPECT_EQ(table.render(), "Node    ID\nlaptop  1\ndé      -\n");
    EXPECT_EQ(table.render(EmptyCell::Blank), "Node    ID\nlaptop  1\ndé\n");
}

// Anybody who may gossip chooses his name.
TEST(TextTable, ControlCharactersAreShown) {
    TextTable table({"Node"});
    table.add({"a\nb  alive\t\x1b[31m\x7f\xC2\x9B\xC3\xA9"});
    EXPECT_EQ(table.render(), "Node\na\\nb  alive\\t\\x1b[31m\\x7f\\u009b\xC3\xA9\n");
}

}  // namespace
}  // namespace weft::agent
