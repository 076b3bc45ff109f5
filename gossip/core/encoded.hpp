#pragma once

#include <string>
#include <string_view>

#include "gossip/wire/messages.hpp"
#include "gossip/wire/serf_messages.hpp"

// Messages as bytes of their own.
namespace weft::gossip {

template <class M>
std::string encoded(const M& message) {
    std::string out;
    encode_message(out, message);
    return out;
}

// A blob of Serf.
std::string encoded_blob(const SerfMessage& message);

// The blob as a message of memberlist.
std::string encoded_user(std::string_view blob);

}  // namespace weft::gossip
