#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/rng.hpp"
#include "api/dns/instances.hpp"
#include "api/dns/reply.hpp"

namespace weft::api {

// The records of one service question in wire form, ready to be copied behind any question of that
// name: owners are pointers to the question. Answering is then header, question, and copies in a
// fresh random order, within the tiers of the instances.
class ServiceRecords {
public:
    // Nothing when an address has first to be found by name (the general builder does that), or
    // there are no instances. These come in the order of their tiers.
    static std::optional<ServiceRecords> encode(const std::vector<ServedInstance>& instances,
                                                RecordType type, const DnsName& asked,
                                                std::uint32_t ttl, const DnsSettings& settings);

    // Without any answer the caller has to say so in its own way: see empty().
    bool empty() const { return pieces_.empty(); }
    std::size_t count() const { return pieces_.size(); }
    std::size_t memory_bytes() const;

    // Shuffles the records of each tier in place: each answer starts from the order of the one
    // before.
    Encoded write(const Query& query, const Budget& budget, const DnsSettings& settings, Rng& rng,
                  std::span<std::uint8_t> out);

private:
    // An answer and what comes along with it; all in bytes_, behind one another.
    struct Piece {
        std::uint32_t at = 0;
        std::uint16_t answer_bytes = 0;
        std::uint16_t needed_bytes = 0;    // address records, owners included
        std::uint16_t optional_bytes = 0;  // text records, owners included
        std::uint16_t plain_extra = 0;     // how much longer all but texts are without compression
        std::uint8_t needed_count = 0;
        std::uint8_t optional_count = 0;
    };
    class Packer;

    // How many pieces fit, each drawn at random from what is left of the first tiers.
    std::size_t draw(std::size_t wanted, std::size_t base, std::size_t room, bool plain, Rng& rng);
    bool optional_fit(std::size_t count, std::size_t base, std::size_t room) const;
    void copy_needed(Writer& writer, const Piece& piece, std::size_t answer_at) const;

    std::vector<std::uint8_t> bytes_;
    std::vector<Piece> pieces_;
    std::vector<std::uint32_t> tier_ends_;  // in pieces_, but for the last one
    std::size_t optional_total_ = 0;
};

}  // namespace weft::api
