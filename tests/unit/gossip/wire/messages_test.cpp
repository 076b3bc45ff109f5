#include "gossip/wire/messages.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::gossip {
namespace {

using namespace std::string_literals;

template <class M>
std::string encoded(const M& message) {
    std::string out;
    encode_message(out, message);
    return out;
}

// Points into bytes.
template <class M>
M decoded(const std::string& bytes) {
    const auto message = decode_message(bytes);
    EXPECT_TRUE(message);
    return message ? std::get<M>(message.value()) : M{};
}

std::error_code refusal(std::string_view bytes) {
    const auto message = decode_message(bytes);
    return message ? std::error_code() : message.error().code;
}

TEST(Messages, FieldsAreInOrderAndAllPresent) {
    EXPECT_EQ(encoded(Nack{16}), "\x0b\x81\xa5SeqNo\x10");
    EXPECT_EQ(encoded(Dead{3, "b", "a"}),
              "\x05\x83\xa4"s + "From\xa1"s + "a\xab" + "Incarnation" + "\x03\xa4Node\xa1" + "b");
    EXPECT_EQ(encoded(Ack{1, std::nullopt}), "\x02\x82\xa7Payload\xc0\xa5SeqNo\x01");
}

TEST(Messages, SourceIsLeftOutWhenItIsNotSet) {
    EXPECT_EQ(encoded(Ping{1, "n", {}, 0, {}}), "\x00\x82\xa4Node\xa1n\xa5SeqNo\x01"s);
    Ping ping{1, "n", std::string_view("\x7f\x00\x00\x01", 4), 7946, "me"};
    const std::string bytes = encoded(ping);
    const Ping again = decoded<Ping>(bytes);
    EXPECT_EQ(again.source_address, ping.source_address);
    EXPECT_EQ(again.source_port, 7946);
    EXPECT_EQ(again.source_node, "me");
}

TEST(Messages, MissingAndUnknownFieldsAndAnyOrderAreTaken) {
    const auto bytes = "\x04\x83\xa4Port\xcd\x1f\x0a\xa3New\x92\x01\x80\xa4Node\xa1n"s;
    const auto alive = decoded<Alive>(bytes);
    EXPECT_EQ(alive.node, "n");
    EXPECT_EQ(alive.port, 7946);
    EXPECT_EQ(alive.incarnation, 0u);
    EXPECT_EQ(alive.versions, std::nullopt);
    EXPECT_EQ(decoded<Nack>("\x0b\x81\xa5SeqNo\x10 and more").sequence, 16u);
}

TEST(Messages, WhatDoesNotFitIsRefused) {
    EXPECT_EQ(refusal(""), WireErrc::Empty);
    EXPECT_EQ(refusal("\x2a\x80"), WireErrc::UnknownType);
    EXPECT_EQ(refusal("\x08\x80"), WireErrc::UnknownType) << "a user message is no record";
    EXPECT_EQ(refusal("\x0b\x81\xa5SeqNo\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s),
              WireErrc::OutOfRange);
    EXPECT_EQ(refusal("\x0b\x81\xa5SeqNo\xff"), WireErrc::OutOfRange);
    EXPECT_EQ(refusal("\x0b\x81\xa5SeqNo"), WireErrc::Truncated);
    EXPECT_EQ(refusal("\x0b\x91\x10"), WireErrc::WrongType) << "a record as an array";
    EXPECT_EQ(refusal("\x0b\x81\x01\x10"), WireErrc::WrongType) << "a key that is no text";
}

}  // namespace
}  // namespace weft::gossip
