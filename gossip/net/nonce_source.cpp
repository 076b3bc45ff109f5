#include "gossip/net/nonce_source.hpp"

#include <openssl/rand.h>

#include "agent/base/assert.hpp"

namespace weft::gossip {

Keyring::Nonce NonceSource::next() {
    if (used_ == block_.size()) {
        const int drawn = RAND_bytes(reinterpret_cast<unsigned char*>(block_.data()),
                                     static_cast<int>(sizeof(block_)));
        WEFT_ASSERT(drawn == 1);
        used_ = 0;
    }
    return block_[used_++];
}

}  // namespace weft::gossip
