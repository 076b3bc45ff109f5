#pragma once

#include <memory>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/import.hpp"
#include "agent/catalog/interner.hpp"
#include "agent/catalog/journal.hpp"
#include "agent/catalog/restore.hpp"
#include "agent/catalog/root.hpp"

namespace weft::agent {

// Stored records that come one by one, beside the state whose place they will take.
struct Import {
    explicit Import(Interner& interner) : importer(*root, interner) {}

    RefPtr<CatalogRoot> root = make_ref<CatalogRoot>();
    Importer importer;
    bool failed = false;
};

struct Catalog::State {
    RefPtr<CatalogRoot> root = make_ref<CatalogRoot>();
    Journal journal;
    Interner interner;
    std::unique_ptr<Restore> restore;  // while pieces of a snapshot gather
    std::uint64_t restores = 0;
    std::unique_ptr<Import> import;

    // The root, made this catalog's own first when a view shares it.
    CatalogRoot& own_root() {
        if (!root->is_unique()) root = make_ref<CatalogRoot>(*root);
        return *root;
    }

    // The index of the state that goes with one of the log: of the command that is applied next,
    // and that was.
    Index begin(Index logged) const;
    void applied(Index logged);

    // Does what the command says, but for root->applied.
    ApplyOutcome run(Index index, const Command& command, Journal& changes);
    // All of it or nothing.
    ApplyOutcome run_whole(Index index, const Command& command);
    // logged: the command's place in the log.
    ApplyOutcome run_restore(Index logged, const RestoreCommand& piece);
    // Puts what has gathered in the state's place.
    void take_over(Index logged, const RestoreCommand& last);

    void reset() {
        root = make_ref<CatalogRoot>();
        journal.clear();
        restore.reset();
    }
};

}  // namespace weft::agent
