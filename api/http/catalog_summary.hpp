#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "agent/catalog/rows.hpp"
#include "agent/catalog/view.hpp"
#include "api/http/filter.hpp"

// The catalog counted together, as overviews show it. All texts are the view's: valid as long as it
// is.
namespace weft::api {

struct StatusCounts {
    std::size_t passing = 0;
    std::size_t warning = 0;
    std::size_t critical = 0;

    void add(agent::Status status);  // another one is not counted
    std::size_t total() const { return passing + warning + critical; }
};

// Texts in the order in which they came, each once.
class DistinctTexts {
public:
    void add(std::string_view text) {
        if (known_.insert(text).second) texts_.push_back(text);
    }
    const std::vector<std::string_view>& texts() const { return texts_; }

private:
    std::set<std::string_view> known_;
    std::vector<std::string_view> texts_;
};

// The instances of one service. Checks of a node count for each instance on it.
struct ServiceSummary {
    std::string_view kind;  // of the last one
    std::set<std::string_view> tags;
    std::vector<std::string_view> nodes;  // one an instance, in byte order
    DistinctTexts proxy_for;
    DistinctTexts external_sources;  // who put it into the catalog: Nomad, Kubernetes
    StatusCounts checks;
};

// Of the instances that pass the filter (instance_fields()), by name; names that differ in case are
// apart.
std::map<std::string_view, ServiceSummary> summarize_services(const agent::View& view,
                                                              const Filter& filter,
                                                              std::string_view datacenter);

// A node or an instance is as well as the worst of its own checks.
struct HealthSummary {
    StatusCounts nodes;
    std::map<std::string_view, StatusCounts> services;  // instances by name
    std::map<std::string_view, StatusCounts> checks;    // by name
};
HealthSummary summarize_health(const agent::View& view);

// How much is registered.
struct Usage {
    std::size_t nodes = 0;
    std::size_t services = 0;  // names
    std::size_t instances = 0;
    std::map<std::string_view, std::size_t> connect_instances;  // every kind, those with none too
    // Neither of the mesh's own nor the servers.
    std::size_t billable_instances = 0;
};
Usage measure_usage(const agent::View& view);

}  // namespace weft::api
