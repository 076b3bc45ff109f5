#include "tests/sim/memberlist_model/fact.hpp"

#include <algorithm>

namespace weft::sim::model {

void FactQueue::add(const Fact& fact) {
    if (replaces_) {
        std::erase_if(entries_,
                      [&](const Entry& entry) { return entry.fact.subject == fact.subject; });
    }
    entries_.push_back({.fact = fact, .number = next_number_++});
}

void FactQueue::take(std::vector<Fact>& packet, std::size_t& space, std::size_t limit) {
    while (true) {
        Entry* best = nullptr;
        for (Entry& entry : entries_) {
            if (entry.is_chosen || entry.fact.bytes() > space) continue;
            if (best != nullptr) {
                if (entry.transmits != best->transmits) {
                    if (entry.transmits > best->transmits) continue;
                } else if (entry.fact.bytes() != best->fact.bytes()) {
                    if (entry.fact.bytes() < best->fact.bytes()) continue;
                } else if (entry.number < best->number) {
                    continue;
                }
            }
            best = &entry;
        }
        if (best == nullptr) break;
        best->is_chosen = true;
        space -= best->fact.bytes();
        packet.push_back(best->fact);
    }
    for (Entry& entry : entries_) {
        if (entry.is_chosen) ++entry.transmits;
        entry.is_chosen = false;
    }
    std::erase_if(entries_, [&](const Entry& entry) { return entry.transmits >= limit; });
}

}  // namespace weft::sim::model
