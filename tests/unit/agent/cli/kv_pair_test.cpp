#include "agent/cli/kv_pair.hpp"

#include <gmock/gmock.h>

namespace weft::agent {
namespace {

constexpr std::string_view kAnswer =
    R"([{"LockIndex":1,"Key":"a/b","Flags":18446744073709551615,"Value":"aGk=","Session":"s",)"
    R"("CreateIndex":7,"ModifyIndex":9},{"LockIndex":0,"Key":"a/c","Flags":0,"Value":null,)"
    R"("CreateIndex":8,"ModifyIndex":8}])";

TEST(KvPair, AnswersOfTheAgentAreRead) {
    const auto pairs = read_pairs(kAnswer);
    ASSERT_TRUE(pairs);
    ASSERT_EQ(pairs.value().size(), 2u);
    const KvPair& first = pairs.value()[0];
    EXPECT_EQ(first.key, "a/b");
    EXPECT_EQ(first.value, "hi");
    EXPECT_EQ(first.session, "s");
    EXPECT_EQ(first.flags, ~std::uint64_t{0});
    EXPECT_EQ(first.lock_index, 1u);
    EXPECT_EQ(first.create_index, 7u);
    EXPECT_EQ(first.modify_index, 9u);
    EXPECT_EQ(pairs.value()[1].value, "");
}

TEST(KvPair, WhatIsNoExportIsAnError) {
    EXPECT_THAT(read_pairs("x").error().message(), ::testing::HasSubstr("not JSON"));
    EXPECT_EQ(read_pairs("{}").error().message(), "not an array of pairs");
    EXPECT_EQ(read_pairs("[1]").error().message(), "a pair must be an object");
    EXPECT_EQ(read_pairs(R"([{"key":"k","value":"!"}])").error().message(),
              "base 64 decoding value for key k: illegal base64 data at input byte 0");
    // What is there would be overwritten with something else.
    for (const char* flags : {"1.5", "-1", "\"3\"", "1e3", "18446744073709551616"}) {
        EXPECT_EQ(
            read_pairs(std::string(R"([{"key":"k","flags":)") + flags + "}]").error().message(),
            "Flags of key k must be a whole number from 0 to 18446744073709551615")
            << flags;
    }
    EXPECT_EQ(read_pairs(R"([{"key":"k","value":5}])").error().message(),
              "Value of key k must be a text");
    EXPECT_TRUE(read_pairs(R"([{"key":"k","value":null,"flags":null}])"));
}

TEST(KvPair, DetailsAreTwoColumnsAndNothingAfterTheLast) {
    const auto pairs = read_pairs(kAnswer).value();
    EXPECT_EQ(details_of(pairs[0], true),
              "CreateIndex      7\n"
              "Flags            18446744073709551615\n"
              "Key              a/b\n"
              "LockIndex        1\n"
              "ModifyIndex      9\n"
              "Session          s\n"
              "Value            aGk=\n");
    EXPECT_THAT(details_of(pairs[1], false), ::testing::EndsWith("Session          -\nValue\n"));
}

TEST(KvPair, AnExportIsWhatAnImportReads) {
    EXPECT_EQ(export_text({}), "[]\n");
    const std::string text = export_text(read_pairs(kAnswer).value());
    EXPECT_EQ(text,
              "[\n\t{\n\t\t\"key\": \"a/b\",\n\t\t\"flags\": 18446744073709551615,\n"
              "\t\t\"value\": \"aGk=\"\n\t},\n"
              "\t{\n\t\t\"key\": \"a/c\",\n\t\t\"flags\": 0,\n\t\t\"value\": \"\"\n\t}\n]\n");
    const auto again = read_pairs(text);
    ASSERT_TRUE(again);
    EXPECT_EQ(again.value()[0].value, "hi");
    EXPECT_EQ(again.value()[0].flags, ~std::uint64_t{0});
}

TEST(KvPair, HandlersGetTheFieldsInTheOrderOfConsulsClient) {
    std::string text;
    JsonWriter writer(text);
    write_pair(writer, read_pairs(kAnswer).value()[1]);
    EXPECT_EQ(text, R"({"Key":"a/c","CreateIndex":8,"ModifyIndex":8,"LockIndex":0,"Flags":0,)"
                    R"("Value":null,"Session":""})");
}

}  // namespace
}  // namespace weft::agent
