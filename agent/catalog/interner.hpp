#pragma once

#include <array>
#include <cstdint>

#include "agent/catalog/rows.hpp"

namespace weft::agent {

// Makes equal texts and lists of different rows the same memory: instances of a service have the
// same name, tags and check names, and commands and checkpoints bring a copy with each row.
// Remembers recent values in tables of fixed size; what falls out is merely not shared. Only memory
// depends on it, never a result.
class Interner {
public:
    void share(NodeRow& row);
    void share(ServiceRow& row, const NodeRow& node);
    void share(CheckRow& row);

private:
    template <class T>
    using Recent = std::array<T, 1024>;

    void share(SharedText& text);
    void share(Shared<TextList>& list);
    void share(Shared<TextMap>& map);
    void share(Shared<ServiceAddressMap>& map);
    void share(Shared<ProxyRow>& proxy);
    void share(Shared<CheckDefinitionRow>& definition);

    std::array<SharedText, 8192> texts_;
    Recent<Shared<TextList>> lists_;
    Recent<Shared<TextMap>> maps_;
    Recent<Shared<ServiceAddressMap>> addresses_;
    Recent<Shared<ProxyRow>> proxies_;
    Recent<Shared<CheckDefinitionRow>> definitions_;
};

}  // namespace weft::agent
