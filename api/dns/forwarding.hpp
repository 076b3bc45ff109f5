#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "api/dns/message.hpp"
#include "api/dns/settings.hpp"

// What weft says to recursors and makes of what they say; pure.
namespace weft::api {

// A question to a recursor, with what an answer is checked against.
struct ForwardQuery {
    std::vector<std::uint8_t> packet;  // the id is still to be set
    DnsName name;
    RecordType type = RecordType::A;
    std::uint16_t record_class = kClassInternet;

    void set_id(std::uint16_t id);
};

// The client's question with its flags and EDNS options.
ForwardQuery forward_query(const Query& query);
// A question of our own.
ForwardQuery forward_query(const DnsName& name, RecordType type);

// Whether the response answers that question: an attacker who cannot see the query has to guess the
// id (and the port).
bool is_answer_to(const DnsResponse& response, const ForwardQuery& query, std::uint16_t id);

// Whether a server refuses it with a header alone, as one that does not know EDNS may (RFC 6891
// section 7). Whoever guesses an id can have the next recursor asked by it, no more.
bool is_bare_refusal(const DnsResponse& response, std::uint16_t id);

// Whether to be content with that answer; otherwise the next recursor is asked.
bool is_final(const DnsResponse& response);

// The recursor's message as the answer to the client. One that is too long for the client's
// transport becomes an empty answer with TC set. Returns its size.
std::size_t relay(const Query& query, std::span<const std::byte> response, Transport transport,
                  const DnsSettings& settings, std::span<std::uint8_t> out);

}  // namespace weft::api
