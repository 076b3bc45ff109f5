#include "raft/core/chain.hpp"

#include <xxhash.h>

#include <array>
#include <bit>
#include <cstring>

namespace weft::raft {
namespace {

// The header is hashed first and its hash seeds the data's, so that data is never copied.
constexpr std::size_t kHeaderBytes = 16 + 8 + 8 + 8;

void put(std::array<unsigned char, kHeaderBytes>& header, std::size_t at, std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little, "chains are defined little-endian");
    std::memcpy(header.data() + at, &value, sizeof value);
}

}  // namespace

Chain next_chain(const Chain& previous, Term term, LogIndex index, EntryType type,
                 std::string_view data) {
    std::array<unsigned char, kHeaderBytes> header{};
    put(header, 0, previous.low);
    put(header, 8, previous.high);
    put(header, 16, term.get());
    put(header, 24, index.get());
    put(header, 32, static_cast<std::uint64_t>(type));
    const XXH128_hash_t head = XXH3_128bits(header.data(), header.size());
    const XXH128_hash_t body = XXH3_128bits_withSeed(data.data(), data.size(), head.low64);
    // Both halves of the header's hash must reach both halves of the result.
    const std::array<std::uint64_t, 4> both{head.low64, head.high64, body.low64, body.high64};
    const XXH128_hash_t sum = XXH3_128bits(both.data(), sizeof both);
    return {sum.low64, sum.high64};
}

Chain next_chain(const Chain& previous, const Entry& entry) {
    return next_chain(previous, entry.term, entry.index, entry.type, entry.data);
}

}  // namespace weft::raft
