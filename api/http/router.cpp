#include "api/http/router.hpp"

#include "api/http/target.hpp"

namespace weft::api {

std::size_t Router::Entry::method(std::string_view name) const {
    for (std::size_t i = 0; i < route.methods.size(); ++i) {
        if (route.methods[i].first == name) return i;
    }
    return npos;
}

Router::Router(std::vector<Route> routes) {
    for (Route& route : routes) {
        auto [at, added] = by_pattern_.try_emplace(route.pattern, entries_.size());
        if (added) {
            entries_.push_back({std::move(route), {}, at->second});
            continue;
        }
        auto& methods = entries_[at->second].route.methods;
        for (auto& method : route.methods) methods.push_back(std::move(method));
    }
    for (Entry& entry : entries_) {
        entry.allow = "OPTIONS";
        for (const auto& [name, handler] : entry.route.methods)
            entry.allow.append(",").append(name);
    }
}

const Router::Entry* Router::find(std::string_view pattern) const {
    auto at = by_pattern_.find(pattern);
    return at == by_pattern_.end() ? nullptr : &entries_[at->second];
}

Router::Match Router::match(std::string_view path) const {
    Match match;
    // The common case first: cleaning costs an allocation.
    if (path.find("//") != std::string_view::npos || path.find("/.") != std::string_view::npos) {
        std::string cleaned = clean_path(path);
        if (cleaned != path) {
            match.redirect = std::move(cleaned);
            return match;
        }
    }
    if (const Entry* exact = find(path)) {
        match.entry = exact;
        return match;
    }
    std::string with_slash(path);
    with_slash.push_back('/');
    if (find(with_slash)) {
        match.redirect = std::move(with_slash);
        return match;
    }
    for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
         slash = path.rfind('/', slash - 1)) {
        if (const Entry* entry = find(path.substr(0, slash + 1))) {
            match.entry = entry;
            match.rest = path.substr(slash + 1);
            return match;
        }
    }
    return match;
}

}  // namespace weft::api
