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

}  // namespace
}  // namespace weft::agent
