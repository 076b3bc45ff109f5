#include "agent/catalog/store/write_behind.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "agent/io/clock.hpp"

namespace weft::agent {

Result<void> WriteBehindConfig::validate() const {
    if (interval <= Duration::zero() || bytes == 0) {
        return make_error(Errc::InvalidArgument,
                          "the interval and size of checkpoint rounds must be positive");
    }
    return success();
}

WriteBehind::WriteBehind(const WriteBehindConfig& config, CatalogStore& store,
                         WriteBehindHooks hooks, CatalogStoreMetrics& metrics,
                         boost::asio::any_io_executor control)
    : config_(config),
      store_(store),
      hooks_(std::move(hooks)),
      metrics_(metrics),
      control_(std::move(control)),
      timer_(control_) {
    metrics_.covered_index.Set(static_cast<double>(store_.checkpoint().applied.get()));
}

Result<std::unique_ptr<WriteBehind>> WriteBehind::open(const WriteBehindConfig& config,
                                                       CatalogStore& store, WriteBehindHooks hooks,
                                                       CatalogStoreMetrics& metrics,
                                                       boost::asio::any_io_executor control) {
    std::unique_ptr<WriteBehind> made(
        new WriteBehind(config, store, std::move(hooks), metrics, std::move(control)));
    WEFT_TRY(made->thread_.start());
    return made;
}

WriteBehind::~WriteBehind() {
    thread_.join();
}

void WriteBehind::applied(std::size_t bytes) {
    if (failed_ || closed_) return;
    dirty_ = true;
    pending_bytes_ += bytes;
    metrics_.pending_bytes.Set(static_cast<double>(pending_bytes_));
    if (under_way_) return;
    if (pending_bytes_ >= config_.bytes) {
        start();
    } else {
        arm();
    }
}

void WriteBehind::arm() {
    if (armed_) return;
    armed_ = true;
    timer_.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(config_.interval));
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired()) return;
        armed_ = false;
        if (dirty_ && !under_way_ && !failed_ && !closed_) start();
    });
}

void WriteBehind::start() {
    if (hooks_.holds && hooks_.holds()) return arm();
    dirty_ = false;
    pending_bytes_ = 0;
    metrics_.pending_bytes.Set(0);
    under_way_ = std::make_shared<Job>();
    under_way_->round = hooks_.take();
    const auto done = [this, alive = std::weak_ptr(alive_), job = under_way_] {
        if (alive.expired() || job != under_way_) return;  // close() was faster
        under_way_ = nullptr;
        finish(job);
    };
    boost::asio::post(thread_.context(), [this, job = under_way_, control = control_, done] {
        perform(*job);
        boost::asio::post(control, done);
    });
}

void WriteBehind::perform(Job& job) {
    const Instant begin = now();
    job.written = store_.write(job.round);
    job.took = now() - begin;
}

void WriteBehind::finish(const std::shared_ptr<Job>& job) {
    if (!job->written) {
        failed_ = true;
        metrics_.failures.Increment();
        if (hooks_.failed) hooks_.failed(job->written.error());
        return;
    }
    metrics_.rounds.Increment();
    metrics_.records.Increment(static_cast<double>(job->round.records.size()));
    metrics_.round_seconds.Observe(std::chrono::duration<double>(job->took).count());
    metrics_.covered_index.Set(static_cast<double>(job->round.checkpoint.applied.get()));
    if (dirty_ && !closed_) {
        if (pending_bytes_ >= config_.bytes) {
            start();
        } else {
            arm();
        }
    }
    if (hooks_.covered) hooks_.covered(job->round.checkpoint);
}

void WriteBehind::close() {
    if (closed_) return;
    closed_ = true;
    timer_.cancel();
    thread_.join();
    if (under_way_) finish(std::exchange(under_way_, nullptr));
    if (!dirty_ || failed_ || (hooks_.holds && hooks_.holds())) return;
    dirty_ = false;
    const auto last = std::make_shared<Job>();
    last->round = hooks_.take();
    perform(*last);
    finish(last);
}

}  // namespace weft::agent
