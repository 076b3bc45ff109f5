#include "agent/catalog/service_names.hpp"

#include "agent/catalog/text_order.hpp"

namespace weft::agent {

int ServiceNames::ByName::compare(const Count& a, const Key& key) {
    const int order = exact_compare(a.name, key.name);
    if (order != 0) return order;
    if (a.is_tag != key.is_tag) return a.is_tag ? 1 : -1;
    return exact_compare(a.tag, key.tag);
}

void ServiceNames::change(Toggle key, bool more, Toggles& toggles) {
    const Count* found = counts_.find(Key{key.name, key.is_tag, key.tag});
    Count next = found ? *found : Count{key, 0};
    next.rows += more ? 1U : ~0U;
    if (next.rows == 0) {
        counts_.erase(next);
    } else {
        counts_.put(next);
    }
    if (next.rows != (more ? 1U : 0U)) return;
    if (!key.is_tag) names_ += more ? 1U : ~std::size_t{0};
    toggles.push_back(std::move(key));
}

void ServiceNames::change(const ServiceRow& row, bool more, Toggles& toggles) {
    change(Toggle{row.name, {}, false}, more, toggles);
    for (const SharedText& tag : *row.tags) change(Toggle{row.name, tag, true}, more, toggles);
}

void ServiceNames::add(const ServiceRow& row, Toggles& toggles) {
    change(row, true, toggles);
}

void ServiceNames::remove(const ServiceRow& row, Toggles& toggles) {
    change(row, false, toggles);
}

bool ServiceNames::contains(std::string_view name) const {
    return counts_.find(Key{name, false, {}}) != nullptr;
}

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
