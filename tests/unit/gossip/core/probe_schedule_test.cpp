#include "gossip/core/probe_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gossip/core/hash.hpp"

namespace weft::gossip {
namespace {

MemberId add(MemberTable& table, DescriptionPool& pool, const std::string& name, bool is_weft,
             MemberState state = MemberState::Alive) {
    auto described = make_ref<Description>();
    described->name = name;
    described->meta = is_weft ? "\xff\x81\xa4weft\xa1"
                                "1"
                              : "\xff\x80";
    return table.add({pool.intern(described), Instant{}, 1, state});
}

// Who are handed news by the one before them because nobody else may do so: strangers hand nothing
// on along the ring.
TEST(ProbeSchedule, StrangersAreFollowedUpToTheNextOfWeft) {
    MemberTable table;
    DescriptionPool pool;
    Rng rng(1);
    std::vector<std::string> names;
    for (int i = 0; i < 8; ++i) names.push_back("node-" + std::to_string(i));
    std::sort(names.begin(), names.end(),
              [](const std::string& a, const std::string& b) { return hash_of(a) < hash_of(b); });
    // Around the ring: self, stranger, dead one, stranger, weft, stranger ...
    const MemberId self = add(table, pool, names[0], true);
    const MemberId first = add(table, pool, names[1], false);
    add(table, pool, names[2], false, MemberState::Dead);
    const MemberId second = add(table, pool, names[3], false);
    const MemberId weft = add(table, pool, names[4], true);
    const MemberId third = add(table, pool, names[5], false);
    const MemberId fourth = add(table, pool, names[6], false);
    const MemberId fifth = add(table, pool, names[7], false);

    const ProbeSchedule schedule(table, self, rng);
    EXPECT_EQ(schedule.successors(), std::vector{first});
    EXPECT_EQ(schedule.up_to_weft(first), (std::vector{second, weft}));
    // Few, however many strangers there are; never back to this agent.
    EXPECT_EQ(schedule.up_to_weft(weft), (std::vector{third, fourth, fifth}));
    EXPECT_EQ(schedule.up_to_weft(third), (std::vector{fourth, fifth, first}));
}

}  // namespace
}  // namespace weft::gossip
