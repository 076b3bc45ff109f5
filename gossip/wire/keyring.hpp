#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"

namespace weft::gossip {

// AES keys of a ring of agents, the primary first: it encrypts, all decrypt (protocols: encryption;
// AES-GCM of NIST SP 800-38D with a nonce of 12 bytes and a tag of 16). One thread at a time.
class Keyring {
public:
    static constexpr std::size_t kNonceBytes = 12;
    static constexpr std::size_t kOverhead = 1 + kNonceBytes + 16;  // of what seal() makes
    static constexpr std::size_t kKeysMax = 64;
    using Nonce = std::array<char, kNonceBytes>;

    // Without keys nothing is encrypted.
    Keyring();
    ~Keyring();
    Keyring(Keyring&&) noexcept;
    Keyring& operator=(Keyring&&) noexcept;

    bool is_empty() const { return ciphers_.empty(); }
    std::vector<std::string> keys() const;  // primary first

    // 16, 24 or 32 bytes, else Errc::InvalidArgument; Errc::Limit beyond kKeysMax. The first is
    // primary. A key that is there already changes nothing.
    Result<void> add(std::string_view key);
    // Errc::NotFound when it is not in the ring.
    Result<void> make_primary(std::string_view key);
    // Errc::InvalidArgument for the primary. One that is not there is none, too.
    Result<void> remove(std::string_view key);

    // Appends version, nonce, ciphertext and tag. The nonce must never come again with the primary
    // key, which must be there. additional: authenticated with it, not sent.
    void seal(std::string& out, std::string_view plain, std::string_view additional,
              const Nonce& nonce);

    // Appends the plaintext of what any key sealed, of version 0 (padded) or 1. An error leaves out
    // as it was: WireErrc::Truncated, UnknownType or Undecryptable.
    Result<void> open(std::string& out, std::string_view sealed, std::string_view additional);

private:
    class Cipher;

    std::vector<std::unique_ptr<Cipher>>::iterator find(std::string_view key);

    std::vector<std::unique_ptr<Cipher>> ciphers_;  // primary first
};

// Keys as people and files write them: base64 (RFC 4648, section 4). The second is
// Errc::InvalidArgument for other text and for keys of no possible length.
std::string key_to_text(std::string_view key);
Result<std::string> key_from_text(std::string_view text);

}  // namespace weft::gossip
