#include "gossip/core/compatibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "agent/base/shortened.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {
namespace {

// As memberlist looks at the first three.
bool is_speakable(const Versions& versions) {
    return versions.protocol_min != 0 && versions.protocol_max != 0 &&
           versions.protocol_min <= versions.protocol_max;
}

// The versions that all who were added understand.
class CommonVersions {
public:
    void add(const Versions& versions) {
        protocol_min_ = std::max(protocol_min_, versions.protocol_min);
        protocol_max_ = std::min(protocol_max_, versions.protocol_max);
        delegate_min_ = std::max(delegate_min_, versions.delegate_min);
        delegate_max_ = std::min(delegate_max_, versions.delegate_max);
    }
    bool covers(const Versions& versions) const {
        return protocol_min_ <= versions.protocol_current &&
               versions.protocol_current <= protocol_max_ &&
               delegate_min_ <= versions.delegate_current &&
               versions.delegate_current <= delegate_max_;
    }

private:
    std::uint8_t protocol_min_ = 0;
    std::uint8_t protocol_max_ = 255;
    std::uint8_t delegate_min_ = 0;
    std::uint8_t delegate_max_ = 255;
};

// Of the dead nothing is taken but that they are.
Result<void> check_ring_tag(const NodeRecords& nodes, const NodeConfig& own) {
    std::string foreign;
    nodes.for_each([&](const NodeRecord& record) {
        const bool is_alive = record.state == static_cast<std::int64_t>(MemberState::Alive);
        if (!foreign.empty() || !is_alive || record.name == own.name) return;
        const auto value = foreign_value(record.meta, own);
        if (!value) return;
        foreign = fmt::format("its member {} is of another ring: {}={}, ours is {}",
                              shortened(record.name), own.ring_tag, shortened(*value),
                              own.ring_tag_value);
    });
    if (foreign.empty()) return success();
    return make_error(Errc::InvalidArgument, foreign);
}

Result<void> check_versions(const NodeRecords& nodes, const MemberTable& known) {
    CommonVersions common;
    nodes.for_each([&](const NodeRecord& record) {
        const auto versions = Versions::of(record.versions);
        if (versions && record.state == static_cast<std::int64_t>(MemberState::Alive)) {
            common.add(*versions);
        }
    });
    known.for_each([&](MemberId, const Member& member) {
        if (member.state == MemberState::Alive) common.add(member.description->versions);
    });
    std::string odd;
    nodes.for_each([&](const NodeRecord& record) {
        const Versions versions =
            Versions::of(record.versions).value_or(Versions{0, 0, 0, 0, 0, 0});
        if (odd.empty() && !common.covers(versions)) odd = record.name;
    });
    known.for_each([&](MemberId, const Member& member) {
        if (odd.empty() && !common.covers(member.description->versions)) odd = member.name();
    });
    if (odd.empty()) return success();
    return make_error(Errc::Unsupported,
                      fmt::format("member {} speaks no protocol version that all of both rings "
                                  "understand",
                                  shortened(odd)));
}

}  // namespace

// Nearly all speak what this agent speaks: only of others each member is looked at.
bool is_understood(const Versions& versions, const MemberTable& known, const Versions& own) {
    if (versions == own) return true;
    if (!is_speakable(versions)) return false;
    CommonVersions common;
    common.add(versions);
    common.add(own);
    known.for_each([&](MemberId, const Member& member) {
        if (member.state == MemberState::Alive) common.add(member.description->versions);
    });
    bool is_covered = common.covers(versions) && common.covers(own);
    known.for_each([&](MemberId, const Member& member) {
        is_covered = is_covered && (member.state != MemberState::Alive ||
                                    common.covers(member.description->versions));
    });
    return is_covered;
}

std::optional<std::string_view> foreign_value(const Bytes& meta, const NodeConfig& own) {
    if (own.ring_tag.empty()) return std::nullopt;
    const auto tags = decode_tags(meta);
    if (!tags) return std::nullopt;
    for (const auto& [name, value] : tags.value()) {
        if (name == own.ring_tag && value != own.ring_tag_value) return value;
    }
    return std::nullopt;
}

Result<void> check_compatible(const NodeRecords& nodes, const MemberTable& known,
                              const NodeConfig& own) {
    WEFT_TRY(check_ring_tag(nodes, own));
    return check_versions(nodes, known);
}

}  // namespace weft::gossip
