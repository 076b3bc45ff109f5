#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::api {

// The target of a request line, decoded: "/v1/catalog/service/a%20b?tag=x+y".
struct Target {
    std::string path;  // begins with '/', or is "*"
    std::string_view raw_query;
    std::vector<std::pair<std::string, std::string>>
        query;  // pairs with a bad escape are dropped, as Go does
};

// nullopt: malformed (a bad escape in the path, no leading slash). raw_query refers to raw.
std::optional<Target> parse_target(std::string_view raw);

// Without control characters, odd spaces and the like: Consul refuses other paths.
bool is_printable(std::string_view path);

// The path without "//", "/./" and "/../", as Go's ServeMux cleans it before routing.
std::string clean_path(std::string_view path);

// Percent-encodes what may not stand in a path, for Location headers.
std::string escape_path(std::string_view path);

}  // namespace weft::api
