#include "agent/catalog/root.hpp"

#include "agent/catalog/row_digest.hpp"

namespace weft::agent {

Digest CatalogRoot::digest() const {
    Digest sum = rows_digest;
    if (!(globals == Globals())) sum += row_digest(Globals::key(), globals.encode());
    return sum;
}

std::vector<ServicePtr> services_of(const CatalogRoot& root, std::string_view node) {
    std::vector<ServicePtr> found;
    root.services.scan_node(node, [&](const ServicePtr& entry) {
        found.push_back(entry);
        return true;
    });
    return found;
}

}  // namespace weft::agent
