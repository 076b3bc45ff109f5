#include "raft/core/chain.hpp"

#include <gtest/gtest.h>

namespace weft::raft {
namespace {

Entry entry() {
    return {LogIndex{7}, Term{3}, EntryType::Command, "payload", {}};
}

TEST(Chain, DependsOnEveryField) {
    const Chain before{11, 12};
    const Chain chain = next_chain(before, entry());
    EXPECT_EQ(chain, next_chain(before, entry()));

    Entry other = entry();
    other.index = LogIndex{8};
    EXPECT_NE(chain, next_chain(before, other));
    other = entry();
    other.term = Term{4};
    EXPECT_NE(chain, next_chain(before, other));
    other = entry();
    other.type = EntryType::Noop;
    EXPECT_NE(chain, next_chain(before, other));
    other = entry();
    other.data = "Payload";
    EXPECT_NE(chain, next_chain(before, other));
    EXPECT_NE(chain, next_chain(Chain{12, 12}, entry()));
    EXPECT_NE(chain, next_chain(Chain{11, 13}, entry()));
}

// Chains are on disks: a change of the function is a change of the format.
TEST(Chain, IsStable) {
    const Chain chain = next_chain(Chain{}, Term{1}, LogIndex{1}, EntryType::Noop, "");
    EXPECT_EQ(chain, (Chain{0x71E04C456EC9A76C, 0x906A68C91F7FB93F}));
    const Chain after = next_chain(chain, Term{1}, LogIndex{2}, EntryType::Command, "abc");
    EXPECT_EQ(after, (Chain{0xB39C606EED1E3F76, 0x980DEA710AC002B4}));
}

TEST(LogIndexes, TheFirstHasNothingBefore) {
    EXPECT_EQ(previous(LogIndex{0}), LogIndex{0});
    EXPECT_EQ(previous(LogIndex{1}), LogIndex{0});
    EXPECT_EQ(next(LogIndex{1}), LogIndex{2});
}

}  // namespace
}  // namespace weft::raft
