#include "api/dns/message.hpp"

#include <gtest/gtest.h>

#include "agent/base/rng.hpp"
#include "api/dns/forwarding.hpp"
#include "tests/unit/api/dns/dns_testing.hpp"

namespace weft::api::testing {
namespace {

Bytes good() {
    return packet_of(
        {.name = "Web.service.consul", .type = RecordType::SRV, .edns = 1232, .subnet = {}});
}

std::error_code error_of(const Bytes& packet) {
    const auto query = parse_query(as_bytes(packet));
    return query ? std::error_code() : query.error().code;
}

TEST(ParseQuery, ReadsQuestionAndEdns) {
    const Bytes packet = packet_of({.name = "Web.service.consul",
                                    .type = RecordType::SRV,
                                    .edns = 1232,
                                    .subnet = std::string("\x00\x01\x18\x00\xc6\x33\x64", 7)});
    const auto query = parse_query(as_bytes(packet));
    ASSERT_TRUE(query);
    EXPECT_EQ(query.value().id, 0x1234);
    EXPECT_EQ(query.value().name.str(), "web.service.consul.");
    EXPECT_EQ(DnsName::from_wire(query.value().name_as_asked())->str(), "Web.service.consul.");
    EXPECT_EQ(query.value().type, RecordType::SRV);
    EXPECT_TRUE(query.value().recursion_desired);
    ASSERT_TRUE(query.value().edns);
    EXPECT_EQ(query.value().edns->udp_size, 1232);
    EXPECT_EQ(query.value().edns->client_subnet.size(), 7u);
}

TEST(ParseQuery, EveryTruncationOfAGoodPacketIsAnError) {
    const Bytes whole = good();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(error_of(part), Errc::InvalidArgument) << size;
    }
    EXPECT_EQ(error_of(whole), std::error_code());
}

struct Hostile {
    const char* what;
    std::size_t at;
    Bytes bytes;
    Errc code;
};

TEST(ParseQuery, HostilePacketsAreErrors) {
    const std::vector<Hostile> table = {
        {"a response", 2, {0x81}, Errc::InvalidArgument},
        {"opcode STATUS", 2, {0x10}, Errc::Unsupported},
        {"opcode UPDATE", 2, {0x28}, Errc::Unsupported},
        {"no question", 4, {0, 0}, Errc::InvalidArgument},
        {"two questions", 4, {0, 2}, Errc::InvalidArgument},
        {"65535 answers", 6, {0xFF, 0xFF}, Errc::InvalidArgument},
        {"65535 authority records", 8, {0xFF, 0xFF}, Errc::InvalidArgument},
        {"65535 additional records", 10, {0xFF, 0xFF}, Errc::InvalidArgument},
        {"two additional records announced, one sent", 10, {0, 2}, Errc::InvalidArgument},
        {"a name that points at itself", 12, {0xC0, 12}, Errc::InvalidArgument},
        {"a name that points into the header", 12, {0xC0, 0}, Errc::InvalidArgument},
        {"a label type that does not exist", 12, {0x80}, Errc::InvalidArgument},
        {"a label that runs out of the packet", 12, {0x3F}, Errc::InvalidArgument},
    };
    for (const Hostile& hostile : table) {
        Bytes packet = good();
        std::copy(hostile.bytes.begin(), hostile.bytes.end(),
                  packet.begin() + static_cast<std::ptrdiff_t>(hostile.at));
        EXPECT_EQ(error_of(packet), hostile.code) << hostile.what;
    }
}

TEST(ParseQuery, NamesAreBounded) {
    Ask ask;
    for (int i = 0; i < 3; ++i) ask.name.append(63, 'a').append(1, '.');
    ask.name.append(61, 'a');
    EXPECT_EQ(error_of(packet_of(ask)), std::error_code());
    ask.name.append(1, 'a');
    EXPECT_EQ(error_of(packet_of(ask)), Errc::InvalidArgument);
    EXPECT_EQ(error_of(packet_of({.name = ".", .subnet = {}})), std::error_code());
}

TEST(ParseQuery, EdnsIsChecked) {
    const auto subnet = [](std::string data) {
        return error_of(packet_of({.name = "a.consul", .edns = 1232, .subnet = std::move(data)}));
    };
    EXPECT_EQ(subnet(std::string("\x00\x01\x18\x00\xc6\x33\x64", 7)), std::error_code());
    EXPECT_EQ(subnet(std::string("\x00\x02\x38\x00\x20\x01\x0d\xb8\x00\x00\x00", 11)),
              std::error_code());
    EXPECT_EQ(subnet(std::string("\x00\x01\x21\x00\xc6\x33\x64\x01\x01", 9)),
              Errc::InvalidArgument);
    EXPECT_EQ(subnet(std::string("\x00\x01\x18\x00\xc6", 5)), Errc::InvalidArgument);
    EXPECT_EQ(subnet(std::string("\x00\x09\x00\x00", 4)), Errc::InvalidArgument);
    EXPECT_EQ(subnet(std::string("\x00", 1)), Errc::InvalidArgument);
    // A second OPT record (RFC 6891, 6.1.1).
    Bytes twice = packet_of({.name = "a.consul", .edns = 1232, .subnet = {}});
    const Bytes opt(twice.end() - 11, twice.end());
    twice.insert(twice.end(), opt.begin(), opt.end());
    twice[11] = 2;
    EXPECT_EQ(error_of(twice), Errc::InvalidArgument);
}

TEST(ParseQuery, NoMutationEscapesTheBuffer) {
    // Run under the sanitizers this finds reads outside of the packet; here it finds crashes.
    Rng rng(7);
    for (int round = 0; round < 20'000; ++round) {
        Bytes packet = good();
        for (std::uint64_t i = rng.below(6); i-- > 0;)
            packet[rng.below(packet.size())] = static_cast<std::uint8_t>(rng.next());
        packet.resize(rng.below(packet.size() + 1));
        const auto query = parse_query(as_bytes(packet));
        if (query) {
            EXPECT_LE(query.value().question.size(), packet.size());
        }
        if (const auto response = parse_response(as_bytes(packet)))
            (void)parse_answers(as_bytes(packet), response.value(), 16).has_value();
    }
}

TEST(WriteRefusal, AnswersQueriesAndNothingElse) {
    Bytes out(512);
    Bytes packet = good();
    EXPECT_EQ(write_refusal(as_bytes(packet), Rcode::FormErr, out), 12u);
    out.resize(12);
    const Read read = read_answer(out);
    EXPECT_EQ(read.id, 0x1234);
    EXPECT_EQ(read.rcode, "FORMERR");
    EXPECT_EQ(read.flags, (std::vector<std::string>{"qr", "rd"}));
    packet[2] |= 0x80;
    EXPECT_EQ(write_refusal(as_bytes(packet), Rcode::FormErr, out), 0u);
    packet.resize(11);
    EXPECT_EQ(write_refusal(as_bytes(packet), Rcode::FormErr, out), 0u);
}

TEST(NameReader, PointersOnlyGoBackwards) {
    // at 0: "a." ; at 3: "b" + pointer to 0 ; at 7: pointer to itself ; at 9: pointer forwards
    const Bytes message = {1, 'a', 0, 1, 'b', 0xC0, 0, 0xC0, 7, 0xC0, 11, 0};
    const NameReader names(message);
    std::size_t at = 3;
    EXPECT_EQ(names.read(at)->str(), "b.a.");
    EXPECT_EQ(at, 7u);
    EXPECT_FALSE(names.read(at));
    at = 9;
    EXPECT_FALSE(names.read(at));
}

TEST(DnsName, TextAndWire) {
    EXPECT_EQ(DnsName::from_text("a.b")->str(), "a.b.");
    EXPECT_EQ(DnsName::from_text("a.b.")->str(), "a.b.");
    EXPECT_EQ(DnsName::from_text("")->str(), ".");
    EXPECT_FALSE(DnsName::from_text("a..b"));
    EXPECT_FALSE(DnsName::from_text(".a"));
    EXPECT_FALSE(DnsName::from_text(std::string(64, 'a')));
    EXPECT_TRUE(DnsName::from_text("x.Consul")->is_below_or_at(*DnsName::from_text("consul")));
    EXPECT_FALSE(DnsName::from_text("xconsul")->is_below_or_at(*DnsName::from_text("consul")));
    // The bytes of "\6consul" at the end of a label are no zone.
    EXPECT_FALSE(DnsName::from_text("a\6consul")->is_below_or_at(*DnsName::from_text("consul")));
}

TEST(Forwarding, AnswersAreCheckedAgainstTheQuestion) {
    const Bytes packet = packet_of({.name = "www.example.com", .subnet = {}});
    const auto query = parse_query(as_bytes(packet));
    ForwardQuery forward = forward_query(query.value());
    forward.set_id(0x4242);
    Bytes answer = forward.packet;
    answer[2] |= 0x80;
    const auto matches = [&](const Bytes& bytes) {
        const auto response = parse_response(as_bytes(bytes));
        return response && is_answer_to(response.value(), forward, 0x4242);
    };
    EXPECT_TRUE(matches(answer));
    Bytes other_case = answer;
    other_case[13] = 'W';
    EXPECT_TRUE(matches(other_case));
    Bytes other_name = answer;
    other_name[13] = 'x';
    EXPECT_FALSE(matches(other_name));
    Bytes other_id = answer;
    other_id[1] ^= 1;
    EXPECT_FALSE(matches(other_id));
    EXPECT_FALSE(matches(forward.packet)) << "a query is no answer";
}

}  // namespace
}  // namespace weft::api::testing
