#include "api/dns/message.hpp"

#include <algorithm>
#include <array>

namespace weft::api {

namespace {

constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr std::uint16_t kFlagRecursionDesired = 0x0100;
constexpr std::uint16_t kFlagCheckingDisabled = 0x0010;
constexpr std::uint16_t kOptionClientSubnet = 8;

std::span<const std::uint8_t> octets(std::span<const std::byte> packet) {
    return {reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()};
}

std::uint16_t u16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

Error malformed(const char* what) {
    return make_error(Errc::InvalidArgument, what);
}

struct Counts {
    std::uint16_t questions, answers, authority, additional;
};

Counts counts_of(std::span<const std::uint8_t> bytes) {
    return {u16(bytes, 4), u16(bytes, 6), u16(bytes, 8), u16(bytes, 10)};
}

// RFC 7871, 6: family, source and scope prefix, then as many bytes as the source prefix needs.
bool is_valid_client_subnet(std::span<const std::uint8_t> data) {
    if (data.size() < 4) return false;
    const std::uint16_t family = u16(data, 0);
    const unsigned bits = data[2];
    if (family == 0) return bits == 0 && data.size() == 4;
    if (family != 1 && family != 2) return false;
    if (bits > (family == 1 ? 32u : 128u)) return false;
    return data.size() == 4 + (bits + 7) / 8;
}

Result<Edns> parse_edns(std::uint16_t record_class, std::uint16_t ttl_high, std::uint16_t ttl_low,
                        std::span<const std::uint8_t> options) {
    Edns edns;
    edns.udp_size = record_class;
    edns.version = static_cast<std::uint8_t>(ttl_high & 0xFF);
    edns.dnssec_ok = (ttl_low & 0x8000) != 0;
    edns.options = options;
    std::size_t at = 0;
    while (at < options.size()) {
        if (at + 4 > options.size()) return malformed("EDNS option is cut off");
        const std::uint16_t code = u16(options, at);
        const std::size_t length = u16(options, at + 2);
        at += 4;
        if (at + length > options.size()) return malformed("EDNS option is cut off");
        if (code == kOptionClientSubnet) {
            edns.client_subnet = options.subspan(at, length);
            if (!is_valid_client_subnet(edns.client_subnet))
                return malformed("client subnet option is malformed");
        }
        at += length;
    }
    return edns;
}

// One record of which only OPT matters.
Result<void> parse_record(std::span<const std::uint8_t> bytes, std::size_t& at, bool may_be_opt,
                          std::optional<Edns>& edns) {
    const std::size_t name_at = at;
    if (!NameReader(bytes).skip(at)) return malformed("record name is malformed");
    if (at + 10 > bytes.size()) return malformed("record is cut off");
    const std::size_t length = u16(bytes, at + 8);
    const std::size_t data_at = at + 10;
    if (data_at + length > bytes.size()) return malformed("record data is cut off");
    if (may_be_opt && u16(bytes, at) == static_cast<std::uint16_t>(RecordType::OPT)) {
        if (edns) return malformed("more than one OPT record");
        if (bytes[name_at] != 0) return malformed("OPT record does not belong to the root");
        WEFT_TRY(edns, parse_edns(u16(bytes, at + 2), u16(bytes, at + 4), u16(bytes, at + 6),
                                  bytes.subspan(data_at, length)));
    }
    at = data_at + length;
    return success();
}

Result<std::optional<Edns>> parse_records(std::span<const std::uint8_t> bytes, std::size_t at,
                                          const Counts& counts) {
    std::optional<Edns> edns;
    const unsigned before = counts.answers + counts.authority;
    for (unsigned i = 0; i < before + counts.additional; ++i) {
        WEFT_TRY(parse_record(bytes, at, i >= before, edns));
    }
    return edns;
}

}  // namespace

std::optional<IpAddress> subnet_address(const Edns& edns) {
    const auto subnet = edns.client_subnet;
    if (subnet.size() < 4 || u16(subnet, 0) == 0) return std::nullopt;
    std::array<std::uint8_t, 16> v6{};
    std::copy(subnet.begin() + 4, subnet.end(), v6.begin());
    if (u16(subnet, 0) == 2) return IpAddress::v6(v6);
    return IpAddress::v4({v6[0], v6[1], v6[2], v6[3]});
}

Result<Query> parse_query(std::span<const std::byte> packet) {
    const auto bytes = octets(packet);
    if (bytes.size() < kDnsHeaderBytes) return malformed("packet is shorter than a header");
    if (bytes.size() > kMaxQueryBytes) return malformed("packet is longer than any query");
    const std::uint16_t flags = u16(bytes, 2);
    if (flags & kFlagResponse) return malformed("packet is a response");

    Query query;
    query.id = u16(bytes, 0);
    query.opcode = static_cast<std::uint8_t>(flags >> 11 & 15);
    query.recursion_desired = (flags & kFlagRecursionDesired) != 0;
    query.checking_disabled = (flags & kFlagCheckingDisabled) != 0;
    if (query.opcode != kOpcodeQuery && query.opcode != kOpcodeNotify)
        return make_error(Errc::Unsupported, "opcode is not supported");
    const Counts counts = counts_of(bytes);
    if (counts.questions != 1) return malformed("there is not exactly one question");
    // NOTIFY may carry a SOA as answer, IXFR one as authority; OPT and TSIG are additional.
    if (counts.answers > 1 || counts.authority > 1 || counts.additional > 2)
        return malformed("query has too many records");

    std::size_t at = 0;
    const auto name = NameReader(bytes.subspan(kDnsHeaderBytes)).read(at);
    if (!name) return malformed("question name is malformed");
    at += kDnsHeaderBytes;
    if (at + 4 > bytes.size()) return malformed("question is cut off");
    query.name = name->lower();
    query.type = static_cast<RecordType>(u16(bytes, at));
    query.record_class = u16(bytes, at + 2);
    at += 4;
    query.question = bytes.subspan(kDnsHeaderBytes, at - kDnsHeaderBytes);
    if (query.question.size() != query.name.size() + 4)
        return malformed("question name is compressed");
    if (counts.answers + counts.authority + counts.additional != 0) {
        WEFT_TRY(query.edns, parse_records(bytes, at, counts));
    }
    return query;
}

std::size_t write_refusal(std::span<const std::byte> packet, Rcode rcode,
                          std::span<std::uint8_t> out) {
    const auto bytes = octets(packet);
    if (bytes.size() < kDnsHeaderBytes || out.size() < kDnsHeaderBytes) return 0;
    const std::uint16_t asked = u16(bytes, 2);
    if (asked & kFlagResponse) return 0;
    const std::uint16_t kept = 0x7800 | kFlagRecursionDesired;
    const auto flags =
        static_cast<std::uint16_t>(kFlagResponse | (asked & kept) | static_cast<unsigned>(rcode));
    std::fill_n(out.begin(), kDnsHeaderBytes, std::uint8_t{0});
    out[0] = bytes[0];
    out[1] = bytes[1];
    out[2] = static_cast<std::uint8_t>(flags >> 8);
    out[3] = static_cast<std::uint8_t>(flags);
    return kDnsHeaderBytes;
}

Result<DnsResponse> parse_response(std::span<const std::byte> packet) {
    const auto bytes = octets(packet);
    if (bytes.size() < kDnsHeaderBytes) return malformed("response is shorter than a header");
    const std::uint16_t flags = u16(bytes, 2);
    if (!(flags & kFlagResponse)) return malformed("packet is no response");
    const Counts counts = counts_of(bytes);
    if (counts.questions > 1) return malformed("response has more than one question");

    DnsResponse response;
    response.id = u16(bytes, 0);
    response.truncated = (flags & kFlagTruncated) != 0;
    response.rcode = static_cast<Rcode>(flags & 15);
    response.has_question = counts.questions == 1;
    response.answers_at = kDnsHeaderBytes;
    if (!response.has_question) return response;
    std::size_t at = kDnsHeaderBytes;
    const auto name = NameReader(bytes).read(at);
    if (!name || at + 4 > bytes.size()) return malformed("response question is malformed");
    response.name = *name;
    response.type = static_cast<RecordType>(u16(bytes, at));
    response.record_class = u16(bytes, at + 2);
    response.answers_at = at + 4;
    response.answer_count = counts.answers;
    return response;
}

Result<std::vector<ForeignRecord>> parse_answers(std::span<const std::byte> packet,
                                                 const DnsResponse& response, std::size_t limit) {
    const auto bytes = octets(packet);
    const NameReader names(bytes);
    std::vector<ForeignRecord> records;
    std::size_t at = response.answers_at;
    for (unsigned i = 0; i < response.answer_count && records.size() < limit; ++i) {
        const auto owner = names.read(at);
        if (!owner || at + 10 > bytes.size()) return malformed("answer record is malformed");
        ForeignRecord record{
            *owner,
            static_cast<RecordType>(u16(bytes, at)),
            static_cast<std::uint32_t>(u16(bytes, at + 4) << 16 | u16(bytes, at + 6)),
            {},
            {}};
        const std::size_t length = u16(bytes, at + 8);
        const std::size_t data_at = at + 10;
        if (data_at + length > bytes.size()) return malformed("answer record is cut off");
        at = data_at + length;
        if (record.type == RecordType::A && length == 4) {
            record.address = IpAddress::v4(
                {bytes[data_at], bytes[data_at + 1], bytes[data_at + 2], bytes[data_at + 3]});
        } else if (record.type == RecordType::AAAA && length == 16) {
            std::array<std::uint8_t, 16> address;
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(data_at), 16, address.begin());
            record.address = IpAddress::v6(address);
        } else if (record.type == RecordType::CNAME) {
            std::size_t target_at = data_at;
            const auto target = names.read(target_at);
            if (!target || target_at != at) return malformed("CNAME target is malformed");
            record.target = *target;
        } else {
            continue;
        }
        records.push_back(record);
    }
    return records;
}

}  // namespace weft::api
