#include <gmock/gmock.h>

#include "agent/runtime/consul_event.hpp"
#include "agent/runtime/user_event_log.hpp"

namespace weft::agent {
namespace {

constexpr const char* kId = "00000000-0000-4000-8000-000000000001";

api::UserEvent deploy() {
    api::UserEvent event;
    event.id = kId;
    event.name = "deploy";
    event.payload = "x";
    return event;
}

TEST(ConsulEvent, IsAMapOfShortNamesInTheirOrder) {
    using namespace std::string_literals;
    EXPECT_EQ(encode_consul_event(deploy()),
              "\x84\xa2ID\xda\x00\x24"s + kId + "\xa1n\xa6"s + "deploy\xa1p\xa1x\xa1v\x01");
    api::UserEvent bare = deploy();
    bare.payload.clear();
    EXPECT_EQ(encode_consul_event(bare),
              "\x83\xa2ID\xda\x00\x24"s + kId + "\xa1n\xa6"s + "deploy\xa1v\x01");
}

TEST(ConsulEvent, ComesBackWhole) {
    api::UserEvent event = deploy();
    event.payload = std::string(300, '\0');
    event.node_filter = "^db";
    event.service_filter = "web";
    event.tag_filter = "v[0-9]";
    const auto back = decode_consul_event(encode_consul_event(event));
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back.value().id, event.id);
    EXPECT_EQ(back.value().name, event.name);
    EXPECT_EQ(back.value().payload, event.payload);
    EXPECT_EQ(back.value().node_filter, event.node_filter);
    EXPECT_EQ(back.value().service_filter, event.service_filter);
    EXPECT_EQ(back.value().tag_filter, event.tag_filter);
    EXPECT_EQ(back.value().version, 1);
    EXPECT_EQ(back.value().time, 0u);
}

// Consul itself writes the newer string and binary types, and may add fields.
TEST(ConsulEvent, ReadsTheNewerDialect) {
    using namespace std::string_literals;
    const auto event = decode_consul_event("\x85\xa2ID\xd9\x24"s + kId + "\xa1n\xa6"s +
                                           "deploy\xa1p\xc4\x01x\xa1v\x02\xa1z\xc0");
    ASSERT_TRUE(event) << event.error().message();
    EXPECT_EQ(event.value().id, kId);
    EXPECT_EQ(event.value().payload, "x");
    EXPECT_EQ(event.value().version, 2);
}

TEST(ConsulEvent, BytesThatAreNoneAreRefused) {
    const std::string good = encode_consul_event(deploy());
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(decode_consul_event(good.substr(0, size))) << size;
    EXPECT_FALSE(decode_consul_event(good + "x"));
    EXPECT_FALSE(decode_consul_event("deploy"));
}

TEST(ConsulEvent, WhatIsReadSurvivesItsOwnEncoding) {
    const std::string good = encode_consul_event(deploy());
    std::size_t read = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = good;
            changed[at] = static_cast<char>(byte);
            const auto event = decode_consul_event(changed);
            if (!event) continue;
            ++read;
            const std::string again = encode_consul_event(event.value());
            EXPECT_EQ(encode_consul_event(decode_consul_event(again).value()), again);
        }
    }
    EXPECT_GT(read, good.size());
}

api::LocalService service(const char* id, const char* name, std::vector<std::string> tags) {
    api::LocalService out;
    out.row.id = id;
    out.row.name = name;
    TextList list;
    for (const std::string& tag : tags) list.emplace_back(tag);
    out.row.tags = Shared<TextList>(std::move(list));
    return out;
}

TEST(EventFilters, ChooseByNodeServiceAndTag) {
    const std::vector<api::LocalService> services = {service("web1", "web", {"v1", "blue"}),
                                                     service("db", "db", {})};
    const auto passes = [&](const char* node, const char* by_service, const char* tag) {
        api::UserEvent event = deploy();
        event.node_filter = node;
        event.service_filter = by_service;
        event.tag_filter = tag;
        return passes_filters(event, "n1.example", services);
    };
    EXPECT_TRUE(passes("", "", ""));
    EXPECT_TRUE(passes("n1", "", ""));
    EXPECT_FALSE(passes("^1", "", ""));
    EXPECT_TRUE(passes("", "^web$", ""));
    EXPECT_TRUE(passes("", "^web1$", ""));
    EXPECT_FALSE(passes("", "^web2$", ""));
    EXPECT_TRUE(passes("", "web", "^v[0-9]$"));
    EXPECT_FALSE(passes("", "db", "v1"));
    EXPECT_FALSE(passes("other", "web", "v1"));
    EXPECT_FALSE(passes("(", "", "")) << "no expression fits nothing";
    EXPECT_FALSE(passes("", "(", ""));
    EXPECT_FALSE(passes("", "web", "("));
}

// What a peer sends is compiled on the control thread.
TEST(EventFilters, OneThatIsTooLongFitsNothing) {
    api::UserEvent event = deploy();
    event.node_filter = "n1";
    while (event.node_filter.size() < kFilterBytesMax) event.node_filter += "|x";
    ASSERT_EQ(event.node_filter.size(), kFilterBytesMax);
    EXPECT_TRUE(passes_filters(event, "n1.example", {}));
    event.node_filter += "|x";
    EXPECT_FALSE(passes_filters(event, "n1.example", {}));
}

TEST(UserEventLog, KeepsTheLastOnes) {
    UserEventLog log;
    for (int i = 0; i < 300; ++i) {
        api::UserEvent event;
        event.time = static_cast<std::uint64_t>(i);
        log.add(event);
    }
    ASSERT_EQ(log.events().size(), 256u);
    EXPECT_EQ(log.events().front().time, 44u);
    EXPECT_EQ(log.events().back().time, 299u);
}

}  // namespace
}  // namespace weft::agent
