#include "gossip/core/member_table.hpp"

#include <utility>

#include "agent/base/assert.hpp"

namespace weft::gossip {

MemberTable::MemberTable() : by_name_(0, Hash{&places_}, Equal{&places_}) {}

MemberId MemberTable::add(Member member) {
    std::uint32_t place = 0;
    if (free_.empty()) {
        place = static_cast<std::uint32_t>(places_.size());
        places_.push_back(std::move(member));
    } else {
        place = free_.back();
        free_.pop_back();
        places_[place] = std::move(member);
    }
    WEFT_ASSERT(!by_name_.contains(std::string_view(places_[place].name())));
    by_name_.insert(place);
    return MemberId(place);
}

void MemberTable::remove(MemberId id) {
    by_name_.erase(id.get());
    places_[id.get()] = Member{};
    free_.push_back(id.get());
}

std::optional<MemberId> MemberTable::find(std::string_view name) const {
    const auto at = by_name_.find(name);
    if (at == by_name_.end()) return std::nullopt;
    return MemberId(*at);
}

}  // namespace weft::gossip
