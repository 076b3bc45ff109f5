#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace weft::agent {

// Percent-encodes everything but unreserved characters, for path segments and query values.
std::string url_escape(std::string_view text);

// The same for keys, whose slashes stay.
std::string url_escape_path(std::string_view key);

// Path and query of a request.
class Target {
public:
    explicit Target(std::string path) : text_(std::move(path)) {}

    Target& add(std::string_view name, std::string_view value);
    // A parameter without a value, written as Consul's client does: "recurse=".
    Target& add(std::string_view name);

    const std::string& text() const { return text_; }

private:
    void begin(std::string_view name);

    std::string text_;
    bool has_query_ = false;
};

}  // namespace weft::agent
