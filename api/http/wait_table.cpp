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
    auto at = groups_.find(key_of(watch));
    if (at == groups_.end()) return;
    make_due(at->second);
    groups_.erase(at);
}

void WaitTable::restored() {
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
