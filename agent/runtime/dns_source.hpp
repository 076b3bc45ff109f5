#pragma once

#include "agent/runtime/catalog_machine.hpp"
#include "api/dns/dns_catalog.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// What DNS answers from: the catalog, and the coordinates of the ring. Any thread.
class DnsSource final : public api::DnsCatalog {
public:
    DnsSource(const CatalogMachine& machine, const api::Ring& ring)
        : machine_(machine), ring_(ring) {}

    View view() const override { return machine_.view(); }
    CoordinatesPtr coordinates() const override { return ring_.coordinates(); }

private:
    const CatalogMachine& machine_;
    const api::Ring& ring_;
};

}  // namespace weft::agent
