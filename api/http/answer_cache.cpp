#include "api/http/answer_cache.hpp"

#include <utility>

namespace weft::api {

std::size_t AnswerCache::Entry::cost() const {
    constexpr std::size_t kOverhead = 200;  // list and hash nodes, control block
    return key.size() + body->bytes.size() + kOverhead;
}

Rendered AnswerCache::find(std::string_view key, std::uint64_t version) {
    auto at = by_key_.find(key);
    if (at == by_key_.end()) {
        if (large_.key != key) return nullptr;
        if (large_.version != version) large_ = {};
        large_.used = round_;
        return large_.body.lock();
    }
    if (at->second->version != version) {
        drop(at->second);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, at->second);
    at->second->used = round_;
    return at->second->body;
}

void AnswerCache::put(std::string_view key, std::uint64_t version, Rendered body) {
    if (auto at = by_key_.find(key); at != by_key_.end()) drop(at->second);
    if (large_.key == key) large_ = {};
    Entry entry{std::string(key), version, std::move(body), round_};
    if (entry.cost() > bytes_max_ / 4) return put_large(std::move(entry));
    bytes_ += entry.cost();
    entries_.push_front(std::move(entry));
    by_key_.emplace(entries_.front().key, entries_.begin());
    shrink();
}

void AnswerCache::put_large(Entry entry) {
    large_ = {std::move(entry.key), entry.version, entry.body, nullptr, entry.used};
    if (entry.body->bytes.size() <= bytes_max_) large_.kept = std::move(entry.body);
}

void AnswerCache::age() {
    ++round_;
    const auto is_old = [this](std::uint64_t used) { return used + 2 <= round_; };
    while (!entries_.empty() && is_old(entries_.back().used)) drop(std::prev(entries_.end()));
    if (is_old(large_.used)) large_.kept = nullptr;
    if (entries_.empty()) by_key_ = {};  // which else keeps its buckets
}

std::size_t AnswerCache::bytes() const {
    return bytes_ + (large_.kept ? large_.kept->bytes.size() : 0);
}

void AnswerCache::resize(std::size_t bytes_max) {
    bytes_max_ = bytes_max;
    large_ = {};
    shrink();
}

void AnswerCache::clear() {
    by_key_.clear();
    entries_.clear();
    bytes_ = 0;
    large_ = {};
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
