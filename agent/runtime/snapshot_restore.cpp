#include "agent/runtime/snapshot_restore.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "agent/base/uuid.hpp"
#include "agent/catalog/row_digest.hpp"

namespace weft::agent {
namespace {

// A piece takes the control thread about a millisecond.
constexpr std::size_t kPieceBytes = std::size_t{48} << 10;
constexpr std::size_t kPieceRows = 1024;
constexpr std::uint64_t kCheckedRows = 4096;  // then snapshots being saved get their turn
constexpr int kUnderWayMax = 8;               // one synced write takes what came during the last
constexpr auto kGiveUpAgain = std::chrono::milliseconds(100);

}  // namespace

SnapshotRestore::SnapshotRestore(std::shared_ptr<const std::string> file, std::uint64_t state_max,
                                 api::Writer& writer, boost::asio::any_io_executor thread,
                                 Done done)
    : file_(std::move(file)),
      state_max_(state_max),
      writer_(writer),
      thread_(std::move(thread)),
      timer_(thread_),
      done_(std::move(done)),
      id_(random_uuid()) {}

void SnapshotRestore::run() {
    if (report_.result = begin(); !report_.result) return done_(report_);
    report_.index = reader_->header().index;
    check_on();
}

Result<void> SnapshotRestore::begin() {
    WEFT_TRY(reader_, SnapshotReader::open(reader_of(*file_), state_max_));
    return success();
}

// Nothing of a damaged file may get into the log.
void SnapshotRestore::check_on() {
    auto checked = check_rows();
    if (!checked) {
        report_.result = std::move(checked).error();
        return done_(report_);
    }
    if (!checked.value())
        return boost::asio::post(thread_, [self = shared_from_this()] { self->check_on(); });
    report_.skipped = reader_->skipped();
    if (report_.result = begin(); !report_.result) return done_(report_);
    pump();
}

Result<bool> SnapshotRestore::check_rows() {
    for (std::uint64_t i = 0; i < kCheckedRows; ++i, ++report_.rows) {
        WEFT_TRY(const auto row, reader_->next());
        if (!row) return true;
    }
    return false;
}

void SnapshotRestore::pump() {
    while (!failed_ && !all_sent_ && under_way_ < kUnderWayMax) {
        if (auto sent = send_piece(); !sent) fail(sent.error());
    }
    if (under_way_ > 0) return;
    if (failed_) return give_up();
    if (all_sent_) done_(report_);
}

Result<void> SnapshotRestore::send_piece() {
    WEFT_TRY(RestoreCommand piece, next_piece());
    sent_ += piece.records.size();
    all_sent_ = piece.end.has_value();
    ++under_way_;
    writer_.write(std::move(piece), [self = shared_from_this()](Result<api::Written> written) {
        boost::asio::post(self->thread_, [self, written] { self->finished(written); });
    });
    return success();
}

Result<RestoreCommand> SnapshotRestore::next_piece() {
    RestoreCommand piece;
    piece.id = id_;
    piece.first = sent_;
    std::size_t bytes = 0;
    while (bytes < kPieceBytes && piece.records.size() < kPieceRows) {
        if (!held_) {
            WEFT_TRY(held_, reader_->next());
        }
        if (!held_) {
            piece.end = RestoreEnd{report_.index, digest_};
            break;
        }
        const std::size_t size = held_->key.size() + held_->value.size();
        if (!piece.records.empty() && bytes + size > kPieceBytes) break;
        bytes += size;
        digest_ += row_digest(held_->key, held_->value);
        piece.records.push_back(std::move(*held_));
        held_.reset();
    }
    return piece;
}

void SnapshotRestore::finished(const Result<api::Written>& written) {
    --under_way_;
    if (!written) fail(written.error());
    pump();
}

void SnapshotRestore::fail(const Error& error) {
    // The first says why; others follow from it.
    if (!std::exchange(failed_, true)) report_.result = error;
}

// While the catalog keeps the pieces, no checkpoint is written. It drops them with one that does
// not follow.
void SnapshotRestore::give_up() {
    RestoreCommand none;
    none.id = id_;
    none.first = ~std::uint64_t{0};
    writer_.write(std::move(none), [self = shared_from_this()](Result<api::Written> written) {
        boost::asio::post(self->thread_, [self, written] { self->given_up(written); });
    });
}

void SnapshotRestore::given_up(const Result<api::Written>& written) {
    // The log's queue is full. Anything else is the refusal that was asked for, or the end of all
    // writes.
    const bool again = !written && written.error().code == Errc::Unavailable;
    if (!again) return done_(report_);
    timer_.expires_after(kGiveUpAgain);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled) self->give_up();
    });
}

}  // namespace weft::agent
