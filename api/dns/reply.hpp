#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/ip_address.hpp"
#include "api/dns/settings.hpp"
#include "api/dns/writer.hpp"

namespace weft::api {

struct SrvData {
    std::uint16_t priority = 1;
    std::uint16_t weight = 1;
    std::uint16_t port = 0;
    DnsName target;
    bool operator==(const SrvData&) const = default;
};

struct SoaData {
    DnsName server;
    DnsName mailbox;
    std::uint32_t serial = 0;
    DnsConfig::Soa timers;
};

struct TextData {
    std::string text;
    bool operator==(const TextData&) const = default;
};

struct Record {
    DnsName owner;
    std::uint32_t ttl = 0;
    std::variant<IpAddress, DnsName, SrvData, SoaData, TextData> data;
    RecordType type = RecordType::A;

    static Record of_address(const DnsName& owner, std::uint32_t ttl, const IpAddress& address);
    static Record of_name(const DnsName& owner, std::uint32_t ttl, RecordType type,
                          const DnsName& name);
    static Record of_text(const DnsName& owner, std::uint32_t ttl, std::string text);
};

// A record that comes along with an answer and goes with it.
struct AdditionalRecord {
    Record record;
    std::size_t answer = 0;    // index of the answer that it belongs to
    bool is_optional = false;  // the first to go when space is short
};

// An answer before it is cut to size and encoded.
struct Reply {
    Rcode rcode = Rcode::NoError;
    bool authoritative = true;
    AnswerScope scope = AnswerScope::AllClients;
    std::vector<Record> answers;
    std::vector<Record> authority;
    std::vector<AdditionalRecord> additional;
};

struct Encoded {
    std::size_t size = 0;
    bool truncated = false;  // answers were left out
};

// Writes as much of the reply as the budget allows: all answers, or the first that fit. Optional
// records go first, then answers with what belongs to them, from the end.
Encoded encode_reply(const Query& query, const Reply& reply, bool recursion_available,
                     const Budget& budget, const DnsSettings& settings,
                     std::span<std::uint8_t> out);

void write_record(Writer& writer, Section section, const Record& record);

}  // namespace weft::api
