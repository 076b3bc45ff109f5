#include "gossip/wire/serf_messages.hpp"

#include <gtest/gtest.h>

#include <string>

#include "gossip/wire/coordinate.hpp"
#include "gossip/wire/query_filter.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

using namespace std::string_literals;

std::string encoded(const SerfMessage& message) {
    std::string out;
    encode_serf(out, message);
    return out;
}

template <class T>
std::error_code code_of(const Result<T>& result) {
    return result ? std::error_code() : result.error().code;
}

Query query(std::string_view name, const std::vector<std::string_view>& filters = {}) {
    Query made;
    made.name = name;
    made.filters = filters;
    return made;
}

TEST(SerfMessages, BlobIsATypeAndARecord) {
    EXPECT_EQ(encoded(JoinIntent{7, "n"}), "\x01\x82\xa5LTime\x07\xa4Node\xa1n");
    const std::string blob = encoded(UserEvent{3, "deploy", "now", true});
    const auto again = decode_serf(blob);
    ASSERT_TRUE(again);
    EXPECT_EQ(std::get<UserEvent>(again.value()).name, "deploy");
    EXPECT_TRUE(std::get<UserEvent>(again.value()).coalesce);
}

TEST(SerfMessages, WhatIsPassedOnIsCheckedToTheLastField) {
    EXPECT_EQ(code_of(decode_serf("")), WireErrc::Empty);
    EXPECT_EQ(code_of(decode_serf("\x0a\x80")), WireErrc::UnknownType);
    const std::string blob = encoded(LeaveIntent{1, "n", true});
    for (std::size_t size = 1; size < blob.size(); ++size) {
        EXPECT_EQ(code_of(decode_serf(blob.substr(0, size))), WireErrc::Truncated) << size;
    }
    EXPECT_TRUE(decode_serf(encoded(query("q"))));
    EXPECT_EQ(code_of(decode_serf(encoded(query("q", {""})))), WireErrc::Empty);
    EXPECT_EQ(code_of(decode_serf(encoded(query("q", {"\x05\x90"})))), WireErrc::UnknownType);
    EXPECT_EQ(code_of(decode_serf(encoded(query("q", {"\x01\x82"})))), WireErrc::Truncated);
    EXPECT_EQ(code_of(decode_serf(encoded(query("_serf_use-key")))), WireErrc::Empty);
}

TEST(SerfMessages, RelayHoldsOneBlobThatIsNoRelay) {
    const std::string inner = encoded(JoinIntent{1, "n"});
    const std::string relay = encoded(Relay{{{"\x7f\x00\x00\x01"s, 7946, ""}, "n"}, inner});
    const auto decoded = decode_serf(relay);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<Relay>(decoded.value()).blob, inner);
    EXPECT_EQ(code_of(decode_serf(relay.substr(0, relay.size() - 3))), WireErrc::Truncated);
    EXPECT_EQ(code_of(decode_serf(encoded(Relay{{}, relay}))), WireErrc::TooDeep);
    EXPECT_EQ(code_of(decode_serf(encoded(Relay{{}, ""}))), WireErrc::Empty);
}

TEST(SerfMessages, CountsOfAHostileBlobCostNothing) {
    EXPECT_EQ(code_of(decode_serf("\x02\x81\xa6"
                                  "Events\xdd\xff\xff\xff\xff"s)),
              WireErrc::Truncated);
    const std::string slots =
        "\x02\x81\xa6"
        "Events\xdc\x02\x00"s +
        std::string(512, '\xc0');
    const auto ring = decode_serf(slots);
    ASSERT_TRUE(ring);
    EXPECT_EQ(std::get<SerfPushPull>(ring.value()).events->size(), 512u);
}

TEST(SerfMessages, ListsHoldNotMoreThanACorrectPeerHas) {
    SerfPushPull state;
    state.left_members.emplace(kListedMemberLimit.elements, "n");
    state.status_times.emplace(kListedMemberLimit.elements);
    state.events.emplace(kEventSlotLimit.elements);
    EXPECT_TRUE(decode_serf(encoded(state)));

    SerfPushPull slots;
    slots.events.emplace(kEventSlotLimit.elements + 1);
    EXPECT_EQ(code_of(decode_serf(encoded(slots))), WireErrc::TooLarge);
    SerfPushPull left;
    left.left_members.emplace(kListedMemberLimit.elements + 1, "n");
    EXPECT_EQ(code_of(decode_serf(encoded(left))), WireErrc::TooLarge);
    SerfPushPull times;
    times.status_times.emplace(kListedMemberLimit.elements + 1);
    EXPECT_EQ(code_of(decode_serf(encoded(times))), WireErrc::TooLarge);

    const std::string filter = "\x00\x90"s;
    using Filters = std::vector<std::string_view>;
    EXPECT_TRUE(decode_serf(encoded(query("q", Filters(32, filter)))));
    EXPECT_EQ(code_of(decode_serf(encoded(query("q", Filters(33, filter))))), WireErrc::TooLarge);
    EXPECT_EQ(code_of(decode_query_filter("\x00\xdc\x04\x01"s + std::string(1025, '\xa0'))),
              WireErrc::TooLarge);
    KeyAnswer keys;
    keys.keys.emplace(kListedKeyLimit.elements + 1, "k");
    EXPECT_EQ(code_of(decode_serf(encoded(keys))), WireErrc::TooLarge);
}

// As when a thousand agents fire at once: it must not cost the rest of the view.
TEST(SerfMessages, EventsOfOneTimeBeyondTheLimitAreReadOver) {
    EventsAtTime slot;
    slot.time = 7;
    slot.events.emplace(kSlotEventLimit.elements + 72, PastEvent{"deploy", "now"});
    SerfPushPull state;
    state.events.emplace(std::size_t{2}, slot);
    state.query_time = 9;
    const std::string blob = encoded(state);
    const auto again = decode_serf(blob);
    ASSERT_TRUE(again);
    const auto& read = std::get<SerfPushPull>(again.value());
    EXPECT_EQ(read.events->at(0)->events->size(), kSlotEventLimit.elements);
    EXPECT_EQ(read.events->at(1)->time, 7u);
    EXPECT_EQ(read.query_time, 9u);
}

TEST(Tags, OldRolesAndLimits) {
    EXPECT_EQ(decode_tags(std::string_view("db")).value(), (TagList{{"role", "db"}}));
    EXPECT_EQ(decode_tags(std::nullopt).value(), (TagList{{"role", ""}}));
    EXPECT_EQ(decode_tags(std::string_view("\xff\x80")).value(), TagList());
    EXPECT_EQ(code_of(decode_tags(std::string_view("\xff\x81\xa1k"))), WireErrc::Truncated);
    const std::string many = "\xff\xde\x01\x01"s + std::string(2 * 257, '\xa0');
    EXPECT_EQ(code_of(decode_tags(std::string_view(many))), WireErrc::TooLarge);
    std::string out = "kept";
    const std::string large(510, 'x');
    EXPECT_EQ(code_of(encode_tags(out, TagList{{"k", large}})), Errc::Limit);
    EXPECT_EQ(out, "kept");
    EXPECT_TRUE(encode_tags(out, TagList{{"k", "v"}}));
    EXPECT_EQ(out, "kept\xff\x81\xa1k\xa1v");
}

TEST(Coordinate, OtherVersionsAndDimensionsAreRefused) {
    std::string payload;
    encode_coordinate(payload, Coordinate{0.5, 1.5, 1e-5, {1, 2, 3, 4, 5, 6, 7, 8}});
    EXPECT_EQ(decode_coordinate(payload).value().vector[7], 8.0);
    EXPECT_EQ(code_of(decode_coordinate("")), WireErrc::Empty);
    EXPECT_EQ(code_of(decode_coordinate("\x02\x80")), WireErrc::UnknownType);
    EXPECT_EQ(code_of(decode_coordinate("\x01\x80")), WireErrc::OutOfRange) << "no vector";
    EXPECT_EQ(code_of(decode_coordinate("\x01\x81\xa3Vec\x91\x01")), WireErrc::OutOfRange);
}

}  // namespace
}  // namespace weft::gossip
