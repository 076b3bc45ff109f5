#include "gossip/core/encoded.hpp"

namespace weft::gossip {

std::string encoded_blob(const SerfMessage& message) {
    std::string blob;
    encode_serf(blob, message);
    return blob;
}

std::string encoded_user(std::string_view blob) {
    std::string message(1, static_cast<char>(MessageType::User));
    message += blob;
    return message;
}

}  // namespace weft::gossip
