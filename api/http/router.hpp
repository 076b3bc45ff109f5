#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/http/exchange.hpp"

namespace weft::api {

// Finds the route of a path by the rules of Go's ServeMux, which Consul's clients have come to rely
// on: an exact pattern wins, then the longest pattern that ends in a slash; a path that is no clean
// one, or that lacks a prefix pattern's slash, is redirected.
class Router {
public:
    struct Entry {
        Route route;
        std::string allow;       // the Allow header: "OPTIONS,GET,PUT"
        std::size_t number = 0;  // of the route, counted from 0

        // Position in route.methods; npos: the method is not allowed.
        static constexpr std::size_t npos = static_cast<std::size_t>(-1);
        std::size_t method(std::string_view name) const;
    };

    struct Match {
        const Entry* entry = nullptr;  // null: nothing there, or to be redirected
        std::string_view rest;         // of the path, behind a prefix pattern
        std::string redirect;          // path to redirect to; empty: none
    };

    // Routes with the same pattern are merged.
    explicit Router(std::vector<Route> routes);

    Match match(std::string_view path) const;
    const std::vector<Entry>& entries() const { return entries_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    const Entry* find(std::string_view pattern) const;

    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> by_pattern_;
};

}  // namespace weft::api
