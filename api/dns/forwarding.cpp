#include "api/dns/forwarding.hpp"

#include <algorithm>
#include <cstring>

#include "api/dns/writer.hpp"

namespace weft::api {

namespace {

constexpr std::size_t kOwnQueryBytes = kDnsHeaderBytes + kMaxDnsNameBytes + 4;

void put_u16(std::vector<std::uint8_t>& out, std::size_t at, std::size_t value) {
    out[at] = static_cast<std::uint8_t>(value >> 8);
    out[at + 1] = static_cast<std::uint8_t>(value);
}

void append_u16(std::vector<std::uint8_t>& out, std::size_t value) {
    out.resize(out.size() + 2);
    put_u16(out, out.size() - 2, value);
}

void append_edns(std::vector<std::uint8_t>& out, const Edns& edns) {
    out.push_back(0);
    append_u16(out, static_cast<std::size_t>(RecordType::OPT));
    append_u16(out, edns.udp_size);
    append_u16(out, 0);
    append_u16(out, edns.dnssec_ok ? 0x8000 : 0);
    append_u16(out, edns.options.size());
    out.insert(out.end(), edns.options.begin(), edns.options.end());
}

}  // namespace

void ForwardQuery::set_id(std::uint16_t id) {
    put_u16(packet, 0, id);
}

ForwardQuery forward_query(const Query& query) {
    ForwardQuery forward{{}, query.name, query.type, query.record_class};
    auto& out = forward.packet;
    out.assign(kDnsHeaderBytes, 0);
    unsigned flags = static_cast<unsigned>(query.opcode) << 11;
    if (query.recursion_desired) flags |= 0x0100;
    if (query.checking_disabled) flags |= 0x0010;
    put_u16(out, 2, flags);
    put_u16(out, 4, 1);
    put_u16(out, 10, query.edns ? 1 : 0);
    out.insert(out.end(), query.question.begin(), query.question.end());
    if (query.edns) append_edns(out, *query.edns);
    return forward;
}

ForwardQuery forward_query(const DnsName& name, RecordType type) {
    ForwardQuery forward{{}, name.lower(), type, kClassInternet};
    auto& out = forward.packet;
    out.reserve(kOwnQueryBytes);
    out.assign(kDnsHeaderBytes, 0);
    put_u16(out, 2, 0x0100);
    put_u16(out, 4, 1);
    out.insert(out.end(), name.wire().begin(), name.wire().end());
    append_u16(out, static_cast<std::size_t>(type));
    append_u16(out, kClassInternet);
    return forward;
}

bool is_answer_to(const DnsResponse& response, const ForwardQuery& query, std::uint16_t id) {
    return response.has_question && response.id == id && response.type == query.type &&
           response.record_class == query.record_class && response.name.same_as(query.name);
}

bool is_bare_refusal(const DnsResponse& response, std::uint16_t id) {
    return !response.has_question && response.id == id && !is_final(response);
}

bool is_final(const DnsResponse& response) {
    return response.rcode == Rcode::NoError || response.rcode == Rcode::NxDomain;
}

std::size_t relay(const Query& query, std::span<const std::byte> response, Transport transport,
                  const DnsSettings& settings, std::span<std::uint8_t> out) {
    const std::size_t limit = transport == Transport::Tcp
                                  ? kMaxDnsMessageBytes
                                  : budget_for(query, transport, settings).max_bytes;
    if (response.size() > std::min(limit, out.size())) {
        Writer writer(out, false);
        writer.begin(query, {Rcode::NoError, false, true, true});
        writer.edns(query, Rcode::NoError);
        return writer.size();
    }
    std::memcpy(out.data(), response.data(), response.size());
    out[0] = static_cast<std::uint8_t>(query.id >> 8);
    out[1] = static_cast<std::uint8_t>(query.id);
    return response.size();
}

}  // namespace weft::api
