#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>

#include "agent/catalog/rows.hpp"

// The texts of a query's service that may hold interpolations, with Go's names of their places:
// "Service.Tags[1]".
namespace weft::agent {

// Calls visit(place, text) for the elements of a list; what visit changes is kept in a new list,
// since lists are shared.
template <class Visit>
void visit_texts(Visit& visit, const std::string& place, Shared<TextList>& list) {
    if (list.is_null()) return;
    TextList texts = list.get();
    for (std::size_t i = 0; i < texts.size(); ++i) visit(fmt::format("{}[{}]", place, i), texts[i]);
    list = std::move(texts);
}

// Likewise for the values of a map.
template <class Visit>
void visit_texts(Visit& visit, const std::string& place, Shared<TextMap>& map) {
    if (map.is_null()) return;
    TextMap texts = map.get();
    for (auto& [key, value] : texts) visit(fmt::format("{}[{}]", place, key.view()), value);
    map = std::move(texts);
}

template <class Visit>
void visit_texts(Visit& visit, QueryService& service) {
    visit("Service.Service", service.service);
    visit_texts(visit, "Service.Failover.Datacenters", service.failover.datacenters);
    visit_texts(visit, "Service.IgnoreCheckIDs", service.ignore_check_ids);
    visit("Service.Near", service.near);
    visit_texts(visit, "Service.Tags", service.tags);
    visit_texts(visit, "Service.NodeMeta", service.node_meta);
    visit_texts(visit, "Service.ServiceMeta", service.service_meta);
}

}  // namespace weft::agent
