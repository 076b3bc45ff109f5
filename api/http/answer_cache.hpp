#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weft::api {

// The body of an answer in one layout, shared by all who are being sent it.
struct RenderedBody {
    std::string bytes;
    std::uint64_t hash =
        0;  // of the minified body: tells whether two results differ, whatever their layout
};
using Rendered = std::shared_ptr<const RenderedBody>;

// Rendered answers by name, each good for one version. Bounded by bytes; what was not used for
// longest goes first.
class AnswerCache {
public:
    explicit AnswerCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Null when absent or of another version.
    Rendered find(std::string_view key, std::uint64_t version);

    // An answer above a quarter of the bound is not kept: it would drive out all others.
    void put(std::string_view key, std::uint64_t version, Rendered body);

    void resize(std::size_t bytes_max);
    std::size_t bytes() const { return bytes_; }

private:
    struct Entry {
        std::string key;
        std::uint64_t version = 0;
        Rendered body;
        std::size_t cost() const;
    };
    using Entries = std::list<Entry>;

    void drop(Entries::iterator entry);
    void shrink();

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    Entries entries_;  // used last first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace weft::api
