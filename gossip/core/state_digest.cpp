#include "gossip/core/state_digest.hpp"

#include <algorithm>
#include <bit>

#include "agent/base/assert.hpp"
#include "gossip/core/hash.hpp"

namespace weft::gossip {

namespace {

constexpr std::size_t kBucketsMin = 8;
constexpr std::size_t kBucketsMax = 256;
constexpr std::size_t kMembersPerBucket = 32;
constexpr std::size_t kSumBytes = 8;

std::size_t bucket_of(std::string_view name, std::size_t buckets) {
    return hash_of(name) & (buckets - 1);
}

}  // namespace

std::size_t StateDigest::buckets_for(std::size_t members) {
    return std::clamp(std::bit_ceil(members / kMembersPerBucket + 1), kBucketsMin, kBucketsMax);
}

StateDigest::StateDigest(std::size_t buckets, const Membership& membership,
                         const SerfMembers& members, const UserEvents& events)
    : sums_(buckets + 1) {
    membership.table().for_each([&](MemberId, const Member& member) {
        if (is_gone(member.state)) return;
        const SerfMember* serf = members.find(member.name());
        const LamportTime time = serf ? serf->status_time : 0;
        const auto status = static_cast<std::uint64_t>(serf ? serf->status : MemberStatus::None);
        // A sum, since members come in any order.
        sums_[bucket_of(member.name(), buckets)] +=
            hash_of(hash_of(member.name()), member.incarnation, time, status);
    });
    sums_.back() = events.digest();
}

std::optional<StateDigest> StateDigest::decode(std::string_view bytes) {
    const std::size_t sums = bytes.size() / kSumBytes;
    const bool is_possible = bytes.size() % kSumBytes == 0 && sums > kBucketsMin &&
                             sums <= kBucketsMax + 1 && std::has_single_bit(sums - 1);
    if (!is_possible) return std::nullopt;
    StateDigest digest;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % kSumBytes == 0) digest.sums_.push_back(0);
        digest.sums_.back() = digest.sums_.back() << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return digest;
}

std::string StateDigest::encode() const {
    std::string bytes;
    for (const std::uint64_t sum : sums_) {
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<char>(sum >> shift));
    }
    return bytes;
}

StateDigest::Part StateDigest::difference(const StateDigest& other) const {
    WEFT_ASSERT(sums_.size() == other.sums_.size());
    Part part;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        part.differs_.push_back(sums_[i] != other.sums_[i]);
    }
    return part;
}

bool StateDigest::Part::has(std::string_view name) const {
    return differs_[bucket_of(name, differs_.size() - 1)];
}

bool StateDigest::Part::is_empty() const {
    return std::find(differs_.begin(), differs_.end(), true) == differs_.end();
}

}  // namespace weft::gossip
