#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/persistent_set.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/stored_value.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::agent {

template <class Mark>
struct KeyMark : RefCounted {
    SharedText key;
    Mark at{};
};

template <class Mark>
struct StoredMark {
    Mark at{};
};
template <class Visitor, class Mark>
void visit_fields(Visitor& visit, StoredMark<Mark>& row) {
    visit("at", row.at);
}
template <class Visitor, class Mark>
void visit_fields(Visitor& visit, const StoredMark<Mark>& row) {
    visit("at", row.at);
}

// What is remembered of single keys apart from their rows, since it outlives them: when something
// happened, or until when something holds. Found by key, and the least mark first. Its owner bounds
// it.
template <TableTag kTableTag, class Mark>
class KeyMarks {
public:
    static constexpr TableTag kTag = kTableTag;
    using Entry = KeyMark<Mark>;
    using Ptr = RefPtr<const Entry>;

    static Ptr make(SharedText key, Mark at) {
        auto made = make_ref<Entry>();
        made->key = std::move(key);
        made->at = at;
        return made;
    }

    Ptr find(std::string_view key) const {
        const Ptr* found = by_key_.find(key);
        return found ? *found : Ptr();
    }
    // Of the least mark the first key; null when empty.
    Ptr least() const {
        Ptr first;
        by_mark_.scan([&](const Ptr& entry) {
            first = entry;
            return false;
        });
        return first;
    }
    std::size_t size() const { return by_key_.size(); }
    std::size_t key_bytes() const { return key_bytes_; }
    template <class Visit>
    void scan(Visit&& visit) const {
        by_key_.scan(visit);
    }
    template <class Visit>
    void scan_below(std::string_view prefix, Visit&& visit) const {
        by_key_.scan_from(prefix, [&](const Ptr& entry) {
            return entry->key.view().starts_with(prefix) && visit(entry);
        });
    }

    void replace(const Ptr& old, const Ptr& fresh) {
        if (old) key_bytes_ -= old->key.size();
        if (fresh) key_bytes_ += fresh->key.size();
        if (old) by_mark_.erase(old);
        if (fresh) {
            by_mark_.put(fresh);
            by_key_.put(fresh);
        } else if (old) {
            by_key_.erase(old);
        }
    }

    static std::string key_of(const Entry& entry) { return record_key(kTag, {}, entry.key); }
    static std::string encode(const Entry& entry) {
        return encode_value(StoredMark<Mark>{entry.at});
    }
    static std::optional<Mark> decode(std::string_view value) {
        const auto stored = decode_value<StoredMark<Mark>>(value);
        return stored ? std::optional(stored->at) : std::nullopt;
    }
    Ptr find_record(const ParsedKey& key) const { return key.name.empty() ? find(key.id) : Ptr(); }

    void check_invariants() const {
        by_key_.check_invariants();
        by_mark_.check_invariants();
        WEFT_ASSERT(by_key_.size() == by_mark_.size());
        std::size_t bytes = 0;
        scan([&](const Ptr& entry) {
            bytes += entry->key.size();
            WEFT_ASSERT(by_mark_.find(entry) != nullptr && *by_mark_.find(entry) == entry);
            return true;
        });
        WEFT_ASSERT(bytes == key_bytes_);
    }

private:
    struct ByKey {
        static int compare(const Ptr& a, std::string_view key) {
            return exact_compare(a->key, key);
        }
        static int compare(const Ptr& a, const Ptr& b) { return compare(a, b->key.view()); }
    };
    struct ByMark {
        static int compare(const Ptr& a, const Ptr& b) {
            if (a->at != b->at) return a->at < b->at ? -1 : 1;
            return ByKey::compare(a, b);
        }
    };

    PersistentSet<Ptr, ByKey> by_key_;
    PersistentSet<Ptr, ByMark> by_mark_;
    std::size_t key_bytes_ = 0;
};

// Keys may be long: beyond so many bytes the least mark goes, as beyond the number.
inline constexpr std::size_t kMaxMarkedKeyBytes = std::size_t{8} << 20;

// When a key was deleted that does not exist: what its watches, and those of prefixes, are told.
using KvTombstones = KeyMarks<TableTag::KvTombstones, Index>;
// Of deleted keys so many are remembered: names come and go for ever.
inline constexpr std::size_t kMaxKvTombstones = 4096;

// Until when nobody gets the lock of a key whose holder's session has ended.
using LockDelays = KeyMarks<TableTag::LockDelays, UnixMillis>;
// More at a time: the one that is over first ends early.
inline constexpr std::size_t kMaxLockDelays = 65'536;

}  // namespace weft::agent
