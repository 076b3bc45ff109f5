#include "api/http/answer_cache.hpp"

#include <utility>

namespace weft::api {

std::size_t AnswerCache::Entry::cost() const {
    constexpr std::size_t kOverhead = 200;  // list and hash nodes, control block
    return key.size() + body->bytes.size() + kOverhead;
}

Rendered AnswerCache::find(std::string_view key, std::uint64_t version) {
    auto at = by_key_.find(key);
    if (at == by_key_.end()) return nullptr;
    if (at->second->version != version) {
        drop(at->second);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->body;
}

void AnswerCache::put(std::string_view key, std::uint64_t version, Rendered body) {
    if (auto at = by_key_.find(key); at != by_key_.end()) drop(at->second);
    Entry entry{std::string(key), version, std::move(body)};
    if (entry.cost() > bytes_max_ / 4) return;
    bytes_ += entry.cost();
    entries_.push_front(std::move(entry));
    by_key_.emplace(entries_.front().key, entries_.begin());
    shrink();
}

void AnswerCache::resize(std::size_t bytes_max) {
    bytes_max_ = bytes_max;
    shrink();
}

void AnswerCache::drop(Entries::iterator entry) {
    bytes_ -= entry->cost();
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

void AnswerCache::shrink() {
    while (bytes_ > bytes_max_) drop(std::prev(entries_.end()));
}

}  // namespace weft::api
