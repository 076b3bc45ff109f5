#pragma once

#include <string>
#include <string_view>

namespace weft::agent {

// Whether the value of a key, in small letters, is a secret by its name: tokens, passwords, keys,
// and the headers that carry them.
bool is_secret_key(std::string_view key);

// Of a URL, the user and password; empty when there are none, or it is no URL.
std::string_view credentials_in(std::string_view url);
std::string without_credentials(std::string url);

}  // namespace weft::agent
