#pragma once

#include <cstdint>

#include "agent/base/result.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/import.hpp"
#include "agent/catalog/interner.hpp"
#include "agent/catalog/root.hpp"

namespace weft::agent {

// A snapshot that comes in pieces, beside the state whose place it will take. It is the same on
// every replica, but in no checkpoint: see Catalog::is_restoring().
class Restore {
public:
    explicit Restore(SharedText id) : id_(std::move(id)) {}
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

    // After an error it is of no use.
    Result<void> add(const RestoreCommand& piece);

    const SharedText& id() const { return id_; }
    const RefPtr<CatalogRoot>& root() const { return root_; }
    Interner& interner() { return interner_; }

private:
    Result<void> check_end(const RestoreEnd& end) const;

    SharedText id_;
    RefPtr<CatalogRoot> root_ = make_ref<CatalogRoot>();
    Interner interner_;
    Importer importer_{*root_, interner_};
    std::uint64_t records_ = 0;
    Digest digest_;  // of the records as they came
};

}  // namespace weft::agent
