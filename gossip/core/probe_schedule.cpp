#include "gossip/core/probe_schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weft::gossip {

namespace {

constexpr std::size_t kSuccessorsMax = 3;

// FNV-1a with a last mix (murmur3's), since similar names must not be neighbours: they tend to be
// on one host. Part of the protocol: agents that hashed otherwise would order the ring otherwise.
std::uint64_t ring_position(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : name) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    return hash ^ (hash >> 33);
}

}  // namespace

void ProbeSchedule::add(MemberId id) {
    order_.push_back(id);
    const std::size_t place = turn_ + rng_.below(order_.size() - turn_);
    std::swap(order_[place], order_.back());
}

std::optional<MemberId> ProbeSchedule::next() {
    while (turn_ < order_.size()) {
        const MemberId id = order_[turn_++];
        if (is_probed(id)) return id;
    }
    return std::nullopt;
}

void ProbeSchedule::begin_round() {
    turn_ = 0;
    order_.clear();
    order_.reserve(table_.size());
    table_.for_each([&](MemberId id, const Member&) {
        if (id != self_) order_.push_back(id);
    });
    rng_.shuffle(order_);
}

std::vector<MemberId> ProbeSchedule::successors() const {
    struct Candidate {
        std::uint64_t distance;
        MemberId id;
        bool operator<(const Candidate& other) const { return distance < other.distance; }
    };
    const std::uint64_t own = ring_position(table_[self_].name());
    // The nearest few by distance; suspects beyond the first alive one are others' concern.
    std::vector<Candidate> nearest;
    table_.for_each([&](MemberId id, const Member& member) {
        if (!is_probed(id)) return;
        const Candidate candidate{ring_position(member.name()) - own, id};
        if (nearest.size() == kSuccessorsMax && !(candidate < nearest.back())) return;
        nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), candidate), candidate);
        if (nearest.size() > kSuccessorsMax) nearest.pop_back();
    });
    std::vector<MemberId> found;
    for (const Candidate& candidate : nearest) {
        found.push_back(candidate.id);
        if (table_[candidate.id].state == MemberState::Alive) break;
    }
    return found;
}

}  // namespace weft::gossip
