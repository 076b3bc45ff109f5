#include "agent/catalog/interner.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

CheckRow check_with_body(std::size_t bytes) {
    CheckRow row;
    row.id = "c";
    CheckDefinitionRow definition;
    definition.http = "http://127.0.0.1/";
    definition.body = std::string(bytes, 'x');
    row.definition = std::move(definition);
    return row;
}

bool shares_definition(std::size_t bytes) {
    Interner interner;
    CheckRow first = check_with_body(bytes);
    CheckRow second = check_with_body(bytes);
    interner.share(first);
    interner.share(second);
    return &first.definition.get() == &second.definition.get();
}

TEST(Interner, EqualBlocksAreTheSameMemory) {
    EXPECT_TRUE(shares_definition(100));
}

// What is shared is kept after its rows: 1,024 blocks of half a megabyte would stay for ever.
TEST(Interner, LargeBlocksAreNotKept) {
    EXPECT_FALSE(shares_definition(100'000));
    Interner interner;
    ServiceRow service;
    service.tags = TextList(1'000, "tag");
    interner.share(service, NodeRow{});
    ServiceRow other;
    other.tags = TextList(1'000, "tag");
    interner.share(other, NodeRow{});
    EXPECT_NE(&service.tags.get(), &other.tags.get());
}

}  // namespace
}  // namespace weft::agent
