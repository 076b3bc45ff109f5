#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/base/ip_address.hpp"
#include "agent/base/result.hpp"
#include "api/dns/name.hpp"

// DNS messages as values: RFC 1035 (format), 6891 (EDNS), 7871 (client subnet), 2782 (SRV).
namespace weft::api {

enum class RecordType : std::uint16_t {
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    TXT = 16,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
    IXFR = 251,
    AXFR = 252,
    ANY = 255,
};

enum class Rcode : std::uint16_t {
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    BadVers = 16,  // has its upper bits in the OPT record
};

inline constexpr std::uint16_t kClassInternet = 1;
inline constexpr std::uint16_t kClassAny = 255;
inline constexpr std::uint8_t kOpcodeQuery = 0;
inline constexpr std::uint8_t kOpcodeNotify = 4;
inline constexpr std::size_t kDnsHeaderBytes = 12;
inline constexpr std::size_t kMaxDnsMessageBytes = 65535;
// The furthest offset that a compressed name can point at (RFC 1035 section 4.1.4).
inline constexpr std::size_t kMaxPointer = 0x3FFF;
// Queries are a header, one name and a few options; whatever is longer is no query.
inline constexpr std::size_t kMaxQueryBytes = 4096;

struct Edns {
    std::uint16_t udp_size = 0;
    std::uint8_t version = 0;
    bool dnssec_ok = false;
    std::span<const std::uint8_t> options;        // all of them, as sent
    std::span<const std::uint8_t> client_subnet;  // the data of the ECS option; empty: none
};

// The address of a client subnet, its missing bytes 0; nothing when there is none.
std::optional<IpAddress> subnet_address(const Edns& edns);

// One question with what surrounds it. Spans point into the packet, which must outlive the query.
struct Query {
    std::uint16_t id = 0;
    std::uint8_t opcode = kOpcodeQuery;
    bool recursion_desired = false;
    bool checking_disabled = false;
    DnsName name;                            // lower case, for lookups
    std::span<const std::uint8_t> question;  // name, type and class as asked, for the echo
    RecordType type = RecordType::A;         // may hold numbers without an enumerator
    std::uint16_t record_class = kClassInternet;
    std::optional<Edns> edns;

    std::span<const std::uint8_t> name_as_asked() const {
        return question.first(question.size() - 4);
    }
};

// Errc::InvalidArgument: answer FORMERR; Errc::Unsupported: answer NOTIMP. Whether it may be
// answered at all, write_refusal() decides. Accepts what Consul's server accepts: one question,
// opcode QUERY or NOTIFY, no more records than such queries have.
Result<Query> parse_query(std::span<const std::byte> packet);

// Answers a packet that is no query with a bare header. 0: it must not be answered (too short, or
// itself an answer: two servers would talk for ever).
std::size_t write_refusal(std::span<const std::byte> packet, Rcode rcode,
                          std::span<std::uint8_t> out);

// A record of an answer from a recursor, of the types that weft passes on inside its own answers.
struct ForeignRecord {
    DnsName owner;
    RecordType type = RecordType::A;  // A, AAAA or CNAME
    std::uint32_t ttl = 0;
    IpAddress address;  // of A and AAAA
    DnsName target;     // of CNAME
};

// What forwarding needs to know of a recursor's answer.
struct DnsResponse {
    std::uint16_t id = 0;
    bool truncated = false;
    Rcode rcode = Rcode::NoError;
    bool has_question = false;  // servers that understand nothing of a query send a header alone
    DnsName name;
    RecordType type = RecordType::A;
    std::uint16_t record_class = kClassInternet;
    std::size_t answers_at = 0;  // offset behind the question
    std::uint16_t answer_count = 0;
};

Result<DnsResponse> parse_response(std::span<const std::byte> packet);

// The answer section's A, AAAA and CNAME records, at most limit; others are passed over.
Result<std::vector<ForeignRecord>> parse_answers(std::span<const std::byte> packet,
                                                 const DnsResponse& response, std::size_t limit);

}  // namespace weft::api
