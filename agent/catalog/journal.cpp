#include "agent/catalog/journal.hpp"

#include <algorithm>

namespace weft::agent {

void Journal::watch(WatchKind kind, std::string_view name) {
    if (!watches_.empty() && watches_.back().kind == kind && watches_.back().name == name) return;
    watches_.push_back(Watch{kind, std::string(name)});
    // So that a caller who never asks costs no more than each watch once.
    if (watches_.size() > 2 * deduplicated_ + 4096) deduplicate();
}

void Journal::record(std::string key) {
    if (track_records_) records_.insert(std::move(key));
}

void Journal::add(Journal other) {
    for (const Watch& changed : other.watches_) watch(changed.kind, changed.name);
    records_.merge(other.records_);
}

void Journal::deduplicate() {
    std::sort(watches_.begin(), watches_.end());
    watches_.erase(std::unique(watches_.begin(), watches_.end()), watches_.end());
    deduplicated_ = watches_.size();
}

std::vector<Watch> Journal::take_watches() {
    deduplicate();
    deduplicated_ = 0;
    return std::exchange(watches_, {});
}

std::vector<std::string> Journal::take_records() {
    std::vector<std::string> keys;
    keys.reserve(records_.size());
    while (!records_.empty()) keys.push_back(std::move(records_.extract(records_.begin()).value()));
    records_ = {};  // gives the buckets of a large load back
    std::sort(keys.begin(), keys.end());
    return keys;
}

void Journal::set_record_tracking(bool on) {
    track_records_ = on;
    if (!on) records_ = {};
}

void Journal::clear() {
    watches_ = {};
    deduplicated_ = 0;
    records_ = {};
}

}  // namespace weft::agent
