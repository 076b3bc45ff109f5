#pragma once

#include <string>
#include <string_view>

#include "gossip/wire/value_writer.hpp"

namespace weft::gossip {

// A Serf blob decoded and encoded again, payloads and filters inside it too.
std::string serf_encoded_again(std::string_view blob, IntDialect dialect);

// Expect that tags and coordinate, when there are some, become the same bytes again.
void check_tags(const Bytes& meta);
void check_coordinate(const Bytes& payload);

}  // namespace weft::gossip
