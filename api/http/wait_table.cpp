#include "api/http/wait_table.hpp"

#include "agent/catalog/text_order.hpp"

namespace weft::api {
namespace {

agent::Watch key_of(const agent::Watch& watch) {
    return {watch.kind, agent::folded(watch.name)};
}

}  // namespace

void WaitTable::add(Waiter& waiter) {
    auto [at, added] = groups_.try_emplace(key_of(waiter.query.watch));
    if (added) at->second.watch = &at->first;
    at->second.waiters.push_back(waiter);
    waiter.group = &at->second;
    ++size_;
}

void WaitTable::remove(Waiter& waiter) {
    if (!waiter.is_linked()) return;
    --size_;
    if (!waiter.group) {
        due_.erase(due_.iterator_to(waiter));
        return;
    }
    WaitGroup& group = *waiter.group;
    waiter.group = nullptr;
    group.waiters.erase(group.waiters.iterator_to(waiter));
    if (group.waiters.empty()) groups_.erase(*group.watch);
}

void WaitTable::changed(const agent::Watch& watch) {
    if (groups_.empty()) return;
    const agent::Watch key = key_of(watch);
    if (const auto at = groups_.find(key); at != groups_.end()) make_due(at);
    if (key.kind == agent::WatchKind::Key) prefixes_changed(key.name);
}

// Looks at no more groups than the key has bytes, however many there are. The greatest prefix not
// behind `rest` is a prefix of the key, or else where it departs from the key bounds the length of
// all others that are.
void WaitTable::prefixes_changed(std::string_view key) {
    std::string_view rest = key;
    while (true) {
        auto at = groups_.upper_bound({agent::WatchKind::KeyPrefix, std::string(rest)});
        if (at == groups_.begin()) return;
        --at;
        if (at->first.kind != agent::WatchKind::KeyPrefix) return;
        const std::size_t length = at->first.name.size();
        const std::size_t common = agent::common_prefix(at->first.name, key);
        if (common == length) make_due(at);
        if (common == length && length == 0) return;
        rest = key.substr(0, common == length ? length - 1 : common);
    }
}

void WaitTable::make_due(Groups::iterator at) {
    make_due(at->second);
    groups_.erase(at);
}

void WaitTable::restored() {
    for (Waiter& waiter : due_) waiter.restored = true;
    for (auto& [watch, group] : groups_) {
        for (Waiter& waiter : group.waiters) waiter.restored = true;
        make_due(group);
    }
    groups_.clear();
}

void WaitTable::make_due(WaitGroup& group) {
    for (Waiter& waiter : group.waiters) waiter.group = nullptr;
    due_.splice(due_.end(), group.waiters);
}

Waiter* WaitTable::take_due() {
    if (due_.empty()) return nullptr;
    Waiter& waiter = due_.front();
    due_.pop_front();
    --size_;
    return &waiter;
}

}  // namespace weft::api
