#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/catalog/catalog_state.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/restore.hpp"

namespace weft::agent {

Result<void> Restore::add(const RestoreCommand& piece) {
    if (piece.first != records_)
        return make_error(Errc::Corrupt, "a piece of the snapshot is missing");
    for (const StoredRecord& record : piece.records) {
        digest_ += row_digest(record.key, record.value);
        WEFT_TRY(importer_.add(record));
    }
    records_ += piece.records.size();
    if (!piece.end) return success();
    return check_end(*piece.end);
}

Result<void> Restore::check_end(const RestoreEnd& end) const {
    if (!(end.digest == digest_))
        return make_error(Errc::Corrupt,
                          "the snapshot's records are not those that it was made of");
    if (end.index > kIndexMax)
        return make_error(Errc::Corrupt, fmt::format("the snapshot's index is {}: none is so great",
                                                     end.index.get()));
    // Whoever waits for a change of such a row would wait for ever.
    if (importer_.newest() <= end.index) return success();
    return make_error(Errc::Corrupt, fmt::format("the snapshot has index {} and a row of index {}",
                                                 end.index.get(), importer_.newest().get()));
}

ApplyOutcome Catalog::State::run_restore(Index logged, const RestoreCommand& piece) {
    if (piece.first == 0) restore = std::make_unique<Restore>(piece.id);
    if (!restore || restore->id() != piece.id) {
        return {.refusal = make_error(Errc::NotFound,
                                      "another restore or another leader has begun meanwhile: "
                                      "nothing was restored, try again")};
    }
    if (auto added = restore->add(piece); !added) {
        restore.reset();
        return {.refusal = added.error()};
    }
    if (!piece.end) return {};
    take_over(logged, piece);
    return {.changed = true};
}

// Indexes go on above both those of the state and those of the snapshot, and all results have
// changed: clients that compare indexes never see one go back, nor miss what came in its place.
void Catalog::State::take_over(Index logged, const RestoreCommand& last) {
    const Globals before = root->globals;
    const Index index{std::max(logged.get() + before.lead, last.end->index.get() + 1)};
    root = restore->root();
    interner = std::move(restore->interner());
    restore.reset();
    journal.clear();
    ++restores;

    CatalogRoot& own = own_root();
    own.globals.restored = index;
    own.globals.lead = index.get() - logged.get();
    const UnixMillis time =
        std::clamp(std::max(before.time, last.time), UnixMillis{0}, Globals::kTimeMax);
    // A snapshot may be of a clock that was ahead. Time would stand still here, and lock delays
    // with it, until this log's commands have caught up.
    const std::int64_t ahead = own.globals.time.get() - time.get();
    own.globals.time = std::min(own.globals.time, time);
    Mutation mutation(own, journal, interner, index, time);
    if (ahead > 0) mutation.bring_lock_delays_forward(ahead);
    mutation.pass_time();
    mutation.finish();
}

}  // namespace weft::agent
