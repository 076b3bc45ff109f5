#pragma once

#include <array>
#include <cstddef>

#include "gossip/wire/keyring.hpp"

namespace weft::gossip {

// Random nonces of OpenSSL's generator, drawn in blocks: of 96 bits, so that none comes again while
// a key seals less than 2^32 datagrams (NIST SP 800-38D, 8.3).
class NonceSource {
public:
    // Ends the program when the generator fails: a guessable nonce would give the key away.
    Keyring::Nonce next();

private:
    std::array<Keyring::Nonce, 64> block_{};
    std::size_t used_ = block_.size();
};

}  // namespace weft::gossip
