#include "agent/cli/ring_answers.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace weft::agent {
namespace {

namespace json = boost::json;

json::value ring() {
    return json::parse(R"([
        {"Name":"web1","Addr":"fd00::7","Port":8301,"Status":4,
         "Tags":{"role":"node","dc":"dc1","segment":"","vsn":"2","build":"1.8.7:weft"}},
        {"Name":"db1","Addr":"10.0.0.2","Port":8301,"Status":1,
         "Tags":{"role":"node","dc":"dc1","segment":"","vsn":"2","build":"1.8.7"}},
        {"Name":"other","Addr":"10.0.0.3","Port":7946,"Status":3,"Tags":{}},
        {"Name":"s1","Addr":"10.0.0.1","Port":8301,"Status":1,
         "Tags":{"vsn":"2","role":"consul","dc":"dc1","segment":"","build":"1.8.7:weft"}}])");
}

TEST(RingAnswers, MembersAreATableServersFirst) {
    EXPECT_EQ(members_table(chosen_members(ring(), ".*").value(), false),
              "Node   Address         Status  Type     Build  Protocol  DC   Segment\n"
              "s1     10.0.0.1:8301   alive   server   1.8.7  2         dc1  <all>\n"
              "db1    10.0.0.2:8301   alive   client   1.8.7  2         dc1  <default>\n"
              "other  10.0.0.3:7946   left    unknown  -      -         -    <default>\n"
              "web1   [fd00::7]:8301  failed  client   1.8.7  2         dc1  <default>\n");
    EXPECT_EQ(members_table(chosen_members(ring(), "^alive$").value(), true),
              "Node  Address        Status  Tags\n"
              "s1    10.0.0.1:8301  alive   build=1.8.7:weft,dc=dc1,role=consul,segment=,vsn=2\n"
              "db1   10.0.0.2:8301  alive   build=1.8.7,dc=dc1,role=node,segment=,vsn=2\n");
}

TEST(RingAnswers, AStatusIsAnExpression) {
    EXPECT_EQ(chosen_members(ring(), "left|failed").value().size(), 2u);
    EXPECT_EQ(chosen_members(ring(), "leaving").value().size(), 0u);
    EXPECT_FALSE(chosen_members(ring(), "("));
    EXPECT_EQ(chosen_members(json::value(7), ".*").value().size(), 0u);
}

TEST(RingAnswers, RoundTripsComeFromCoordinates) {
    const json::value nodes = json::parse(R"([
        {"Node":"a","Coord":{"Vec":[0,0],"Height":0.01,"Adjustment":-0.02,"Error":1}},
        {"Node":"b","Coord":{"Vec":[0.03,0.04],"Height":0.02,"Adjustment":0,"Error":1}}])");
    EXPECT_NEAR(round_trip_ms(nodes, "A", "b").value(), 60, 1e-9);
    EXPECT_NEAR(round_trip_ms(nodes, "b", "b").value(), 40, 1e-9);
    EXPECT_EQ(round_trip_ms(nodes, "a", "c").error().message(), "c");
}

TEST(RingAnswers, NodesOfDatacentersAreNamedWithThem) {
    const json::value nodes = nodes_of_datacenters(json::parse(R"([
        {"Datacenter":"dc1","AreaID":"wan","Coordinates":[
            {"Node":"a","Coord":{"Vec":[0],"Height":0.01,"Adjustment":0,"Error":1}}]},
        {"Datacenter":"dc2","AreaID":"wan","Coordinates":[
            {"Node":"a","Coord":{"Vec":[0.03],"Height":0.01,"Adjustment":0,"Error":1}}]}])"));
    EXPECT_NEAR(round_trip_ms(nodes, "a.dc1", "a.dc2").value(), 50, 1e-9);
    EXPECT_FALSE(round_trip_ms(nodes, "a", "a.dc2"));
}

TEST(RingAnswers, KeysStandUnderTheirPools) {
    const json::value pools = json::parse(R"([
        {"WAN":true,"Datacenter":"dc1","Keys":{"a=":1},"PrimaryKeys":{"a=":1},"NumNodes":1},
        {"WAN":false,"Datacenter":"dc1","Keys":{"a=":3,"b=":2},"PrimaryKeys":{"a=":3},
         "NumNodes":3}])");
    EXPECT_EQ(keys_text(pools, true), "\nWAN:\n  a= [1/1]\n\ndc1 (LAN):\n  a= [3/3]\n");
    EXPECT_EQ(keys_text(pools),
              "\nWAN:\n  a= [1/1] primary\n\ndc1 (LAN):\n  a= [3/3] primary\n  b= [2/3]\n");
}

TEST(RingAnswers, TheMissingAreNamed) {
    const auto some = reachability_text(json::parse(R"({"Answered":["a"],"Missing":["b","c"]})"));
    EXPECT_EQ(some.text, "1 of 3 members answered\nmissing: b, c\n");
    EXPECT_FALSE(some.all);
    EXPECT_TRUE(reachability_text(json::parse(R"({"Answered":["a"],"Missing":[]})")).all);
}

}  // namespace
}  // namespace weft::agent
