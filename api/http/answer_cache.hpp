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
    bool is_absent = false;  // there is no such thing: 404, with bytes as plain text
};
using Rendered = std::shared_ptr<const RenderedBody>;

// Rendered answers by name, each good for one version. Bounded by bytes; what was not used for
// longest goes first. An answer above a quarter of the bound would drive out all others: the last
// such one, up to the bound again, is kept apart, so that the many who wait for it share it.
class AnswerCache {
public:
    explicit AnswerCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Null when absent or of another version.
    Rendered find(std::string_view key, std::uint64_t version);

    void put(std::string_view key, std::uint64_t version, Rendered body);

    // Drops what was not used since the last call but one: whoever calls it each ten seconds keeps
    // nothing for longer than twenty that nobody asks for.
    void age();

    void resize(std::size_t bytes_max);
    void clear();
    bool is_empty() const { return entries_.empty() && !large_.kept; }
    std::size_t bytes() const;  // up to twice the bound: the large answer comes on top

private:
    struct Entry {
        std::string key;
        std::uint64_t version = 0;
        Rendered body;
        std::uint64_t used = 0;  // the round of its last use
        std::size_t cost() const;
    };
    using Entries = std::list<Entry>;

    // The last answer above a quarter of the bound. One above the whole bound is known only as long
    // as somebody else holds it, because it is being sent.
    struct Large {
        std::string key;
        std::uint64_t version = 0;
        std::weak_ptr<const RenderedBody> body;
        Rendered kept;
        std::uint64_t used = 0;
    };

    void put_large(Entry entry);
    void drop(Entries::iterator entry);
    void shrink();

    std::uint64_t round_ = 0;  // calls of age()
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;  // of entries_
    Large large_;
    Entries entries_;  // used last first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace weft::api
