#include <gtest/gtest.h>

#include "agent/base/uuid.hpp"

namespace weft {
namespace {

TEST(Uuid, OfANameIsAlwaysTheSame) {
    EXPECT_EQ(uuid_of_name("dc1"), uuid_of_name("dc1"));
    EXPECT_NE(uuid_of_name("dc1"), uuid_of_name("dc2"));
    EXPECT_TRUE(is_uuid(uuid_of_name("")));
    EXPECT_EQ(uuid_of_name("dc1")[14], '8');
}

TEST(Uuid, RandomOnesDiffer) {
    EXPECT_NE(random_uuid(), random_uuid());
    EXPECT_TRUE(is_uuid(random_uuid()));
}

}  // namespace
}  // namespace weft
