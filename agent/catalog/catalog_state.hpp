#pragma once

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/interner.hpp"
#include "agent/catalog/journal.hpp"
#include "agent/catalog/root.hpp"

namespace weft::agent {

struct Catalog::State {
    RefPtr<CatalogRoot> root = make_ref<CatalogRoot>();
    Journal journal;
    Interner interner;
    bool importing = false;
    bool import_failed = false;

    // The root, made this catalog's own first when a view shares it.
    CatalogRoot& own_root() {
        if (!root->is_unique()) root = make_ref<CatalogRoot>(*root);
        return *root;
    }

    // Does what the command says, but for root->applied.
    ApplyOutcome run(Index index, const Command& command, Journal& changes);
    // All of it or nothing.
    ApplyOutcome run_whole(Index index, const Command& command);

    void reset() {
        root = make_ref<CatalogRoot>();
        journal.clear();
    }
};

}  // namespace weft::agent
