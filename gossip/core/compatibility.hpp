#pragma once

#include <optional>
#include <string_view>

#include "agent/base/result.hpp"
#include "gossip/core/member.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/wire/messages.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

// Who can be in one ring: by the versions of both protocols as memberlist compares them (protocols:
// version negotiation), and by the tag that one ring has in common (NodeConfig::ring_tag).

// Whether a member of these versions and all that live understand each other; own is what this
// agent speaks, which they do.
bool is_understood(const Versions& versions, const MemberTable& known, const Versions& own);

// Whether a ring of these nodes and the known ones can be; errors name the member, briefly:
// Errc::Unsupported when one of them speaks no version that all understand, Errc::InvalidArgument
// for a living one of another ring.
Result<void> check_compatible(const NodeRecords& nodes, const MemberTable& known,
                              const NodeConfig& own);

// What a member of another ring says that it is; nullopt: it is none.
std::optional<std::string_view> foreign_value(const Bytes& meta, const NodeConfig& own);

}  // namespace weft::gossip
