#include "agent/runtime/state_snapshots.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "agent/io/clock.hpp"
#include "agent/runtime/snapshot_restore.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

// A snapshot while it is written. Used by one thread at a time.
class Saving {
public:
    Saving(View view, SnapshotOrigin origin, std::shared_ptr<std::atomic<int>> saves)
        : view_(std::move(view)), origin_(std::move(origin)), saves_(std::move(saves)) {}
    ~Saving() { --*saves_; }
    Saving(const Saving&) = delete;
    Saving& operator=(const Saving&) = delete;

    Result<std::string> next() {
        if (!writer_) writer_.emplace(view_, origin_);
        std::string bytes;
        while (bytes.size() < kChunkBytes) {
            WEFT_TRY(const bool more, writer_->next(bytes));
            if (!more) break;
        }
        return bytes;
    }

private:
    View view_;
    SnapshotOrigin origin_;
    std::shared_ptr<std::atomic<int>> saves_;
    std::optional<SnapshotWriter> writer_;
};

class SnapshotBody final : public api::BodySource {
public:
    SnapshotBody(std::shared_ptr<Saving> saving, boost::asio::any_io_executor thread)
        : saving_(std::move(saving)), thread_(std::move(thread)) {}
    // To free a state that is no longer the newest takes a while.
    ~SnapshotBody() override {
        boost::asio::post(thread_, [saving = std::move(saving_)] { (void)saving; });
    }
    SnapshotBody(const SnapshotBody&) = delete;
    SnapshotBody& operator=(const SnapshotBody&) = delete;

    void next(std::function<void(Result<std::string>)> done) override {
        boost::asio::post(thread_,
                          [saving = saving_, done = std::move(done)] { done(saving->next()); });
    }

private:
    std::shared_ptr<Saving> saving_;
    boost::asio::any_io_executor thread_;
};

}  // namespace

StateSnapshots::StateSnapshots(const api::CatalogReader& catalog, api::Writer& writer, Facts facts,
                               boost::asio::any_io_executor thread,
                               std::shared_ptr<spdlog::logger> log)
    : catalog_(catalog),
      writer_(writer),
      facts_(std::move(facts)),
      thread_(std::move(thread)),
      log_(std::move(log)) {}

Result<api::SavedSnapshot> StateSnapshots::save() {
    if (++*saves_ > kSavesMax) {
        --*saves_;
        return make_error(Errc::Limit, "Too many snapshots are being saved: try again");
    }
    const View view = catalog_.view();
    auto saving = std::make_shared<Saving>(view, facts_.origin(), saves_);
    return api::SavedSnapshot{view.applied_index(),
                              std::make_shared<SnapshotBody>(std::move(saving), thread_)};
}

void StateSnapshots::restore(std::shared_ptr<const std::string> file, Restored done) {
    if (restoring_->exchange(true)) {
        return done(make_error(Errc::Unavailable, "Another snapshot is being restored: try again"));
    }
    auto ended = [restoring = restoring_, log = log_, began = now(),
                  done = std::move(done)](const SnapshotRestore::Report& report) {
        *restoring = false;
        if (!report.result) {
            log->warn("snapshot not restored error=\"{}\"", report.result.error().message());
            return done(report.result.error());
        }
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now() - began);
        log->info("snapshot restored index={} rows={} skipped={} took_ms={}", report.index.get(),
                  report.rows, report.skipped, took.count());
        done(api::RestoredSnapshot{report.skipped});
    };
    const auto run = std::make_shared<SnapshotRestore>(std::move(file), facts_.state_bytes(),
                                                       writer_, thread_, std::move(ended));
    boost::asio::post(thread_, [run] { run->run(); });
}

}  // namespace weft::agent
