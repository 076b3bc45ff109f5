#include "agent/catalog/service_names.hpp"

#include "agent/catalog/text_order.hpp"

namespace weft::agent {

int ServiceNames::ByName::compare(const Count& a, const Key& key) {
    const int order = exact_compare(a.name, key.name);
    if (order != 0) return order;
    if (a.is_tag != key.is_tag) return a.is_tag ? 1 : -1;
    return exact_compare(a.tag, key.tag);
}

bool ServiceNames::change(const Count& counted, bool more) {
    const Count* found = counts_.find(counted);
    Count next = found ? *found : counted;
    next.rows += more ? 1U : ~0U;
    if (next.rows == 0) {
        counts_.erase(counted);
    } else {
        counts_.put(next);
    }
    return next.rows == (more ? 1U : 0U);
}

bool ServiceNames::change(const ServiceRow& row, bool more) {
    const bool name_changed = change(Count{row.name, {}, false, 0}, more);
    if (name_changed) names_ += more ? 1U : ~std::size_t{0};
    bool changed = name_changed;
    for (const SharedText& tag : *row.tags) {
        if (change(Count{row.name, tag, true, 0}, more)) changed = true;
    }
    return changed;
}

bool ServiceNames::add(const ServiceRow& row) { return change(row, true); }

bool ServiceNames::remove(const ServiceRow& row) { return change(row, false); }

bool ServiceNames::contains(std::string_view name) const { return counts_.find(Key{name, false, {}}) != nullptr; }

std::vector<ServiceName> ServiceNames::list() const {
    std::vector<ServiceName> names;
    names.reserve(names_);
    counts_.scan([&](const Count& count) {
        if (count.is_tag) {
            names.back().tags.push_back(count.tag);
        } else {
            names.push_back(ServiceName{count.name, {}});
        }
        return true;
    });
    return names;
}

}  // namespace weft::agent
