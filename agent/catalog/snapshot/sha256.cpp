#include "agent/catalog/snapshot/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "agent/base/assert.hpp"

namespace weft::agent {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    WEFT_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string Sha256::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum;
    unsigned int size = 0;
    EVP_DigestFinal_ex(state_->context, sum.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", sum[i]);
    return text;
}

}  // namespace weft::agent
