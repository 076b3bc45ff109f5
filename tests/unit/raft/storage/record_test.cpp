#include "raft/storage/record.hpp"

#include <gtest/gtest.h>

namespace weft::raft {
namespace {

TEST(Record, KeysSortLikeIndexes) {
    EXPECT_LT(index_key(LogIndex{255}), index_key(LogIndex{256}));
    EXPECT_EQ(parse_index_key(index_key(LogIndex{0x0102030405060708})).value(),
              LogIndex{0x0102030405060708});
    EXPECT_FALSE(parse_index_key("short"));
}

TEST(Record, EveryFlippedBitOfAnEntryIsFound) {
    const Entry entry{LogIndex{5}, Term{2}, EntryType::Command, "some data", Chain{3, 4}};
    const std::string key = index_key(entry.index);
    std::string value;
    encode_entry(entry, key, value);
    EXPECT_EQ(decode_entry(key, value).value(), entry);
    for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
        std::string flipped = value;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(decode_entry(key, flipped)) << bit;
    }
    for (std::size_t size = 0; size < value.size(); ++size) {
        EXPECT_FALSE(decode_entry(key, value.substr(0, size)));
    }
    EXPECT_FALSE(decode_entry(index_key(LogIndex{6}), value));
}

TEST(Record, HardStateAndPositionComeBack) {
    const HardState state{Term{9}, NodeId{"node"}};
    EXPECT_EQ(decode_hard_state(encode_hard_state(state)).value(), state);
    EXPECT_FALSE(decode_hard_state("short"));
    EXPECT_FALSE(decode_hard_state(std::string(5000, 'x')));
    const LogPosition position{LogIndex{7}, Term{3}, Chain{5, 6}};
    EXPECT_EQ(decode_position(encode_position(position)).value(), position);
    EXPECT_FALSE(decode_position("short"));
}

}  // namespace
}  // namespace weft::raft
