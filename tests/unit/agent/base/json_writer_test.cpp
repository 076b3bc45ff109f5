#include "agent/base/json_writer.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

void write_sample(JsonWriter& json) {
    json.begin_object();
    json.field("Name", "web");
    json.field("Port", 80);
    json.key("Tags");
    json.begin_array();
    json.value("a");
    json.value(true);
    json.end_array();
    json.key("Meta");
    json.begin_object();
    json.end_object();
    json.null_field("Proxy");
    json.end_object();
}

TEST(JsonWriter, MinifiesByDefault) {
    std::string out;
    JsonWriter json(out);
    write_sample(json);
    EXPECT_EQ(out, R"({"Name":"web","Port":80,"Tags":["a",true],"Meta":{},"Proxy":null})");
}

TEST(JsonWriter, IndentsAsGoDoes) {
    std::string out;
    JsonWriter json(out, true);
    write_sample(json);
    EXPECT_EQ(out,
              "{\n    \"Name\": \"web\",\n    \"Port\": 80,\n    \"Tags\": [\n        \"a\",\n     "
              "   true\n    ],\n"
              "    \"Meta\": {},\n    \"Proxy\": null\n}");
}

TEST(JsonWriter, EscapesAsGoDoes) {
    std::string out;
    JsonWriter json(out);
    json.value(std::string_view("<&>\"\\\n\x01\xe2\x80\xa8\xff\xc3\xa9", 13));
    EXPECT_EQ(out, "\"\\u003c\\u0026\\u003e\\\"\\\\\\n\\u0001\\u2028\\ufffd\xc3\xa9\"");
}

TEST(JsonWriter, LaysOutRawTextAnew) {
    std::string minified;
    JsonWriter first(minified);
    write_sample(first);
    std::string direct;
    JsonWriter pretty(direct, true);
    write_sample(pretty);
    std::string again;
    JsonWriter relaid(again, true);
    relaid.raw(minified);
    EXPECT_EQ(again, direct);
}

TEST(JsonWriter, WritesNumbersThatReadBack) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    json.value(0.1);
    json.value(3.0);
    json.value(std::uint64_t{18446744073709551615ULL});
    json.value(std::int64_t{-9});
    json.end_array();
    EXPECT_EQ(out, "[0.1,3,18446744073709551615,-9]");
}

TEST(JsonWriter, NumbersAreGos) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_array();
    for (const double number :
         {0.0, -0.0, 1.0, 0.5, 1e-5, 1e-6, 1.5e-7, 1e20, 1e21, -2.5e-11, 1e300})
        writer.value(number);
    writer.end_array();
    EXPECT_EQ(out,
              "[0,0,1,0.5,0.00001,0.000001,1.5e-7,100000000000000000000,1e+21,-2.5e-11,1e+300]");
}

}  // namespace
}  // namespace weft
