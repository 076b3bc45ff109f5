#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "api/dns/message.hpp"

namespace weft::api {

enum class Section : std::uint8_t {
    Answer = 6,
    Authority = 8,
    Additional = 10
};  // where the header counts it

struct ReplyHeader {
    Rcode rcode = Rcode::NoError;
    bool authoritative = false;
    bool truncated = false;
    bool recursion_available = false;
};

// For which clients an answer is right: those of all subnets, or those of the one that was asked
// for.
enum class AnswerScope : std::uint8_t { AllClients, Subnet };

// Writes one message into a buffer of the caller. Once something did not fit, nothing more is
// written and overflowed() says so.
class Writer {
public:
    Writer(std::span<std::uint8_t> out, bool compress) : out_(out), compress_(compress) {}

    // Header and question of an answer to query.
    void begin(const Query& query, const ReplyHeader& header);
    void set_truncated() { out_[2] |= 0x02; }

    // Owner, type, class and TTL; then the data through the functions below, then end_record().
    void begin_record(Section section, const DnsName& owner, RecordType type, std::uint32_t ttl);
    void end_record();

    void u8(std::uint8_t value);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void bytes(std::span<const std::uint8_t> bytes);
    // Compressed when the writer compresses: right for owners and for CNAME, NS, PTR and SOA data.
    void name(const DnsName& name) { put_name(name, compress_); }
    // In full, as SRV data must be (RFC 2782); later names may still point at it.
    void plain_name(const DnsName& name) { put_name(name, false); }

    // OPT with our limits, the client's DO bit and its client subnet. Nothing if the query has no
    // EDNS.
    void edns(const Query& query, Rcode rcode, AnswerScope scope = AnswerScope::AllClients);
    static std::size_t edns_bytes(const Query& query);

    void count(Section section, std::size_t records);
    std::size_t size() const { return size_; }
    bool overflowed() const { return overflowed_; }
    std::span<std::uint8_t> rest() { return out_.subspan(size_); }
    // After writing into rest().
    void advance(std::size_t written) { size_ += written; }

private:
    // Offsets of names already written, by hash of their suffix; the oldest of a full slot is
    // forgotten.
    static constexpr std::size_t kSlots = 256;

    void put_name(const DnsName& name, bool may_point);
    bool has_room(std::size_t bytes);
    // Offset of these labels if they stand in the message already; 0: they don't.
    std::uint16_t find(std::span<const std::uint8_t> labels, std::size_t slot) const;
    bool stands_at(std::size_t offset, std::span<const std::uint8_t> labels) const;

    std::span<std::uint8_t> out_;
    std::size_t size_ = 0;
    std::size_t record_length_at_ = 0;
    std::array<std::uint16_t, kSlots> known_{};
    bool compress_;
    bool overflowed_ = false;
};

}  // namespace weft::api
