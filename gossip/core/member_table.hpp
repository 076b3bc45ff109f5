#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/base/rng.hpp"
#include "gossip/core/member.hpp"

namespace weft::gossip {

// Members by name and by place. The order of places depends on nothing but who came and went.
class MemberTable {
public:
    MemberTable();
    MemberTable(const MemberTable&) = delete;
    MemberTable& operator=(const MemberTable&) = delete;

    // Under the name of its description, which must not be there yet.
    MemberId add(Member member);
    void remove(MemberId id);

    std::optional<MemberId> find(std::string_view name) const;
    Member& operator[](MemberId id) { return places_[id.get()]; }
    const Member& operator[](MemberId id) const { return places_[id.get()]; }

    std::size_t size() const { return by_name_.size(); }

    // Calls use(MemberId, const Member&) for each, in the order of places.
    template <class Use>
    void for_each(Use&& use) const {
        for (std::uint32_t i = 0; i < places_.size(); ++i) {
            if (places_[i].description) use(MemberId(i), places_[i]);
        }
    }

    // Up to count different members that wanted(MemberId, const Member&) accepts, at random. Looks
    // at few places where most are wanted, and gives up early where hardly any are, as memberlist
    // does: whoever needs all of few uses for_each().
    template <class Wanted>
    std::vector<MemberId> random(std::size_t count, Rng& rng, Wanted&& wanted) const {
        std::vector<MemberId> chosen;
        if (places_.empty()) return chosen;
        for (std::size_t tries = 0; tries < 3 * places_.size() && chosen.size() < count; ++tries) {
            const MemberId id(static_cast<std::uint32_t>(rng.below(places_.size())));
            const Member& member = places_[id.get()];
            if (!member.description || !wanted(id, member)) continue;
            if (std::find(chosen.begin(), chosen.end(), id) == chosen.end()) chosen.push_back(id);
        }
        return chosen;
    }

private:
    // Both look the names up in places_, so that an entry of the index takes four bytes.
    struct Hash {
        using is_transparent = void;
        const std::vector<Member>* places;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>{}(name);
        }
        std::size_t operator()(std::uint32_t place) const {
            return (*this)(std::string_view((*places)[place].name()));
        }
    };
    struct Equal {
        using is_transparent = void;
        const std::vector<Member>* places;
        bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
        bool operator()(std::string_view name, std::uint32_t place) const {
            return name == (*places)[place].name();
        }
        bool operator()(std::uint32_t place, std::string_view name) const {
            return (*this)(name, place);
        }
    };

    std::vector<Member> places_;
    std::vector<std::uint32_t> free_;
    boost::unordered_flat_set<std::uint32_t, Hash, Equal> by_name_;
};

}  // namespace weft::gossip
