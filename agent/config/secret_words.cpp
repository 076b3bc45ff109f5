#include "agent/config/secret_words.hpp"

#include <algorithm>
#include <array>

namespace weft::agent {

bool is_secret_key(std::string_view key) {
    constexpr std::array<std::string_view, 6> kWords = {
        "encrypt", "secret_id", "private_key", "authorization", "proxy-authorization", "cookie"};
    return key.ends_with("token") || key.ends_with("password") ||
           std::find(kWords.begin(), kWords.end(), key) != kWords.end();
}

std::string_view credentials_in(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    url.remove_prefix(scheme + 3);
    const std::size_t at = url.substr(0, url.find_first_of("/?#")).rfind('@');
    return at == std::string_view::npos ? std::string_view() : url.substr(0, at);
}

std::string without_credentials(std::string url) {
    const std::string_view found = credentials_in(url);
    if (found.empty()) return url;
    const auto begin = static_cast<std::size_t>(found.data() - url.data());
    return url.erase(begin, found.size() + 1);
}

}  // namespace weft::agent
