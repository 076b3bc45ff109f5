#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/wire/value_reader.hpp"
#include "gossip/wire/values.hpp"

// Serf's tags, which memberlist carries as the meta of a node (protocols: tags in Meta).
namespace weft::gossip {

inline constexpr std::size_t kMetaBytesMax = 512;
// More do not fit: each takes two bytes at least.
inline constexpr ElementLimit kTagLimit{kMetaBytesMax / 2};

using TagList = std::vector<std::pair<std::string_view, std::string_view>>;

// In the order of the wire, pointing into meta. A meta of old agents is the tag "role". Errors are
// of WireErrc.
Result<TagList> decode_tags(const Bytes& meta);

// Appends a meta. Errc::Limit when it would be larger than peers take: then out is as it was.
Result<void> encode_tags(std::string& out,
                         std::span<const std::pair<std::string_view, std::string_view>> tags);

}  // namespace weft::gossip
