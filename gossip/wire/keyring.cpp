#include "gossip/wire/keyring.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "agent/base/assert.hpp"
#include "gossip/wire/errc.hpp"

namespace weft::gossip {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kBlockBytes = 16;

enum class Version : std::uint8_t { Padded = 0, Plain = 1 };

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* raw(char* text) {
    return reinterpret_cast<unsigned char*>(text);
}

const EVP_CIPHER* cipher_for(std::size_t key_bytes) {
    switch (key_bytes) {
        case 16:
            return EVP_aes_128_gcm();
        case 24:
            return EVP_aes_192_gcm();
        case 32:
            return EVP_aes_256_gcm();
        default:
            return nullptr;
    }
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

int int_of(std::size_t size) {
    return static_cast<int>(size);  // of a frame, which has a limit far below
}

}  // namespace

// A key with its schedule worked out once.
class Keyring::Cipher {
public:
    explicit Cipher(std::string_view key)
        : key_(key), seal_(EVP_CIPHER_CTX_new()), open_(EVP_CIPHER_CTX_new()) {
        const EVP_CIPHER* cipher = cipher_for(key.size());
        WEFT_ASSERT(cipher != nullptr);
        check(EVP_EncryptInit_ex(seal_.get(), cipher, nullptr, raw(key), nullptr));
        check(EVP_DecryptInit_ex(open_.get(), cipher, nullptr, raw(key), nullptr));
    }
    ~Cipher() { OPENSSL_cleanse(key_.data(), key_.size()); }
    Cipher(const Cipher&) = delete;
    Cipher& operator=(const Cipher&) = delete;

    const std::string& key() const { return key_; }

    // out has room for the plain text and the tag.
    void seal(char* out, std::string_view plain, std::string_view additional, const char* nonce) {
        EVP_CIPHER_CTX* context = seal_.get();
        int size = 0;
        check(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr,
                                 reinterpret_cast<const unsigned char*>(nonce)));
        check(
            EVP_EncryptUpdate(context, nullptr, &size, raw(additional), int_of(additional.size())));
        check(EVP_EncryptUpdate(context, raw(out), &size, raw(plain), int_of(plain.size())));
        check(EVP_EncryptFinal_ex(context, raw(out) + size, &size));
        check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, int_of(kTagBytes),
                                  out + plain.size()));
    }

    // out has room for the text. False: another key sealed it, or somebody changed it.
    bool open(char* out, std::string_view sealed, std::string_view tag, std::string_view additional,
              const char* nonce) {
        EVP_CIPHER_CTX* context = open_.get();
        int size = 0;
        check(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr,
                                 reinterpret_cast<const unsigned char*>(nonce)));
        check(
            EVP_DecryptUpdate(context, nullptr, &size, raw(additional), int_of(additional.size())));
        check(EVP_DecryptUpdate(context, raw(out), &size, raw(sealed), int_of(sealed.size())));
        check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, int_of(kTagBytes),
                                  const_cast<char*>(tag.data())));
        return EVP_DecryptFinal_ex(context, raw(out) + size, &size) == 1;
    }

private:
    // Only memory can be short here.
    static void check(int result) { WEFT_ASSERT(result == 1); }

    std::string key_;
    Context seal_;
    Context open_;
};

Keyring::Keyring() = default;
Keyring::~Keyring() = default;
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;

std::vector<std::string> Keyring::keys() const {
    std::vector<std::string> keys;
    for (const auto& cipher : ciphers_) keys.push_back(cipher->key());
    return keys;
}

std::vector<std::unique_ptr<Keyring::Cipher>>::iterator Keyring::find(std::string_view key) {
    return std::find_if(ciphers_.begin(), ciphers_.end(),
                        [&](const auto& cipher) { return cipher->key() == key; });
}

Result<void> Keyring::add(std::string_view key) {
    if (!cipher_for(key.size())) {
        return make_error(Errc::InvalidArgument,
                          fmt::format("a gossip key has 16, 24 or 32 bytes, not {}", key.size()));
    }
    if (find(key) != ciphers_.end()) return success();
    if (ciphers_.size() >= kKeysMax) {
        return make_error(Errc::Limit, fmt::format("the keyring is full: it has {} keys; remove "
                                                   "those that are not in use",
                                                   kKeysMax));
    }
    ciphers_.push_back(std::make_unique<Cipher>(key));
    return success();
}

Result<void> Keyring::make_primary(std::string_view key) {
    const auto found = find(key);
    if (found == ciphers_.end()) {
        return make_error(Errc::NotFound, "the key is not in the keyring: install it first");
    }
    std::rotate(ciphers_.begin(), found, found + 1);
    return success();
}

Result<void> Keyring::remove(std::string_view key) {
    const auto found = find(key);
    if (found == ciphers_.end()) return success();
    if (found == ciphers_.begin()) {
        return make_error(Errc::InvalidArgument,
                          "the primary key cannot be removed: use another one first");
    }
    ciphers_.erase(found);
    return success();
}

void Keyring::seal(std::string& out, std::string_view plain, std::string_view additional,
                   const Nonce& nonce) {
    WEFT_ASSERT(!is_empty());
    out.push_back(static_cast<char>(Version::Plain));
    out.append(nonce.data(), nonce.size());
    const std::size_t begin = out.size();
    out.resize(begin + plain.size() + kTagBytes);
    ciphers_.front()->seal(out.data() + begin, plain, additional, nonce.data());
}

Result<void> Keyring::open(std::string& out, std::string_view sealed, std::string_view additional) {
    if (sealed.empty()) return make_error(WireErrc::Truncated);
    const auto version = static_cast<std::uint8_t>(sealed.front());
    // Before the size: a short one of another version is whole.
    if (version > static_cast<std::uint8_t>(Version::Plain)) {
        return make_error(WireErrc::UnknownType);
    }
    if (sealed.size() < kOverhead) return make_error(WireErrc::Truncated);
    const char* nonce = sealed.data() + 1;
    const std::string_view tag = sealed.substr(sealed.size() - kTagBytes);
    sealed = sealed.substr(1 + kNonceBytes, sealed.size() - kOverhead);
    const std::size_t begin = out.size();
    out.resize(begin + sealed.size());
    const bool opened = std::any_of(ciphers_.begin(), ciphers_.end(), [&](const auto& cipher) {
        return cipher->open(out.data() + begin, sealed, tag, additional, nonce);
    });
    std::size_t padding = 0;
    if (opened && version == static_cast<std::uint8_t>(Version::Padded)) {
        padding = sealed.empty() ? 0 : static_cast<std::uint8_t>(out.back());
        if (padding < 1 || padding > std::min(kBlockBytes, sealed.size())) {
            out.resize(begin);
            return make_error(WireErrc::Undecryptable);
        }
    }
    out.resize(opened ? out.size() - padding : begin);
    return opened ? Result<void>(success()) : Result<void>(make_error(WireErrc::Undecryptable));
}

std::string key_to_text(std::string_view key) {
    std::string text(4 * ((key.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(raw(text.data()), raw(key), int_of(key.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Result<std::string> key_from_text(std::string_view text) {
    std::string key(text.size(), '\0');
    const int size = text.size() % 4 == 0
                         ? EVP_DecodeBlock(raw(key.data()), raw(text), int_of(text.size()))
                         : -1;
    // The decoder counts the padding as zero bytes.
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    if (size >= 0) key.resize(static_cast<std::size_t>(size) - padding);
    if (size < 0 || !cipher_for(key.size())) {
        return make_error(Errc::InvalidArgument,
                          "an encryption key is base64 of 16, 24 or 32 bytes, as \"weft keygen\" "
                          "prints it");
    }
    return key;
}

}  // namespace weft::gossip
