#include "api/dns/writer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/api/dns/dns_testing.hpp"

namespace weft::api::testing {
namespace {

DnsName name_of(const std::string& text) {
    return *DnsName::from_text(text);
}

// The names of a message, one after the other, from the given offset to its end.
std::vector<std::string> names_of(std::span<const std::uint8_t> message, std::size_t at) {
    std::vector<std::string> names;
    const NameReader reader(message);
    while (at < message.size()) {
        const auto name = reader.read(at);
        if (!name) return {"broken"};
        names.push_back(name->str());
    }
    return names;
}

}  // namespace

TEST(Writer, NamesPointAtWhatStandsInTheMessage) {
    Bytes out(512);
    Writer writer(out, true);
    writer.u32(0);
    const std::vector<std::string> given = {"web.service.consul.", "db.service.consul.",
                                            "web.service.consul.", "service.consul."};
    for (const auto& name : given) writer.name(name_of(name));
    EXPECT_EQ(names_of(std::span(out).first(writer.size()), 4), given);
    EXPECT_EQ(writer.size(), 4u + 20 + 5 + 2 + 2);
}

// The hashes of "adl.adl." and "adl." share a slot: while a name is being written its own beginning
// is no target yet.
TEST(Writer, ANameNeverPointsIntoItself) {
    const std::vector<std::string> given = {"adl.adl.", "adl.adl.adl."};
    Bytes out(512);
    Writer writer(out, true);
    writer.u32(0);
    for (const auto& name : given) writer.name(name_of(name));
    EXPECT_EQ(names_of(std::span(out).first(writer.size()), 4), given);
}

// A label that did not fit is no target: what stands there was written by nobody.
TEST(Writer, AfterAnOverflowNothingIsReadOrWritten) {
    const auto name = name_of("a-label-that-is-longer-than-what-is-left.consul.");
    for (std::size_t size = 4; size < name.size() + 8; ++size) {
        Bytes memory(600);
        // Every offset points at itself.
        for (std::size_t at = 0; at + 1 < memory.size(); at += 2) {
            memory[at] = static_cast<std::uint8_t>(0xC0 | at >> 8);
            memory[at + 1] = static_cast<std::uint8_t>(at);
        }
        const std::span<std::uint8_t> out(memory.data(), size);
        Writer writer(out, true);
        writer.u32(0);
        for (int i = 0; i < 3; ++i) writer.name(name);
        EXPECT_TRUE(writer.overflowed());
        EXPECT_LE(writer.size(), size);
    }
}

}  // namespace weft::api::testing
