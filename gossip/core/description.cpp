#include "gossip/core/description.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace weft::gossip {

std::optional<Versions> Versions::of(const Bytes& bytes) {
    if (!bytes || bytes->size() != 6) return std::nullopt;
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>((*bytes)[i]); };
    return Versions{at(0), at(1), at(2), at(3), at(4), at(5)};
}

std::array<char, 6> Versions::bytes() const {
    return {static_cast<char>(protocol_min),     static_cast<char>(protocol_max),
            static_cast<char>(protocol_current), static_cast<char>(delegate_min),
            static_cast<char>(delegate_max),     static_cast<char>(delegate_current)};
}

bool is_weft(const Description& member) {
    // As the name of a tag stands in a meta: a text of four bytes. A value that says the same is
    // somebody's own fault.
    return member.meta.find("\xa4weft") != std::string::npos;
}

std::size_t DescriptionPool::Hash::operator()(const DescriptionPtr& description) const {
    // Equal names with other contents are few: those of one member over time.
    return std::hash<std::string_view>{}(description->name);
}

DescriptionPtr DescriptionPool::intern(RefPtr<Description> description) {
    if (kept_.size() >= sweep_at_) sweep();
    return *kept_.insert(DescriptionPtr(std::move(description))).first;
}

void DescriptionPool::sweep() {
    boost::unordered::erase_if(kept_, [](const DescriptionPtr& kept) { return kept->is_unique(); });
    // Sweeping costs as much as what was added since then, whatever the size.
    sweep_at_ = std::max<std::size_t>(64, kept_.size() * 2);
}

}  // namespace weft::gossip
