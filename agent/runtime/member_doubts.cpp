#include "agent/runtime/member_doubts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/shortened.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::agent {

namespace {

// Empty: it has none.
std::string_view tag_of(const gossip::Description& member, std::string_view wanted) {
    const auto tags = gossip::decode_tags(std::string_view(member.meta));
    if (!tags) return {};
    for (const auto& [name, value] : tags.value()) {
        if (name == wanted) return value;
    }
    return {};
}

std::size_t hash_of(std::string_view id) {
    return std::hash<std::string_view>()(id);
}

std::string twins(const gossip::Description& member, std::string_view other,
                  const gossip::Endpoint& at, std::string_view id) {
    return fmt::format(
        "two agents have one node id, as after a copy of a data_dir: stop one, remove node-id in "
        "its "
        "data_dir or give it another `node_id`, and start it again node={} address={} other={} "
        "other_address={} id={}",
        shortened(member.name), member.endpoint.str(), shortened(other), at.str(), shortened(id));
}

}  // namespace

std::optional<std::string> MemberDoubts::heard(const gossip::DescriptionPtr& member) {
    if (member->name == self_.name) return std::nullopt;
    const std::string_view id = tag_of(*member, "id");
    // An agent that was renamed is found by its old name until that one failed.
    if (id.empty()) return std::nullopt;
    if (id != self_.node_id) return twin_of(member, id);
    if (member->endpoint == self_.endpoint) return std::nullopt;
    return twins(*member, self_.name, self_.endpoint, id);
}

std::optional<std::string> MemberDoubts::twin_of(const gossip::DescriptionPtr& member,
                                                 std::string_view id) {
    const auto known = by_id_.find(hash_of(id));
    if (known == by_id_.end()) {
        if (by_id_.size() < kIdsMax) by_id_.emplace(hash_of(id), member);
        return std::nullopt;
    }
    const gossip::DescriptionPtr before = std::exchange(known->second, member);
    if (before->name == member->name || before->endpoint == member->endpoint) return std::nullopt;
    const gossip::DescriptionPtr other = find_alive_(before->name);
    if (!other || tag_of(*other, "id") != id) return std::nullopt;
    return twins(*member, other->name, other->endpoint, id);
}

void MemberDoubts::gone(const gossip::Description& member) {
    const auto known = by_id_.find(hash_of(tag_of(member, "id")));
    if (known != by_id_.end() && known->second->name == member.name) by_id_.erase(known);
}

}  // namespace weft::agent
