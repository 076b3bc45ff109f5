#include "agent/runtime/reloader.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "agent/config/advertised.hpp"

namespace weft::agent {

namespace asio = boost::asio;

Reloader::Reloader(AgentConfig running, LoadRequest request, Apply apply,
                   asio::any_io_executor control, asio::any_io_executor background,
                   std::shared_ptr<spdlog::logger> log)
    : running_(std::move(running)),
      request_(std::move(request)),
      apply_(std::move(apply)),
      control_(std::move(control)),
      background_(std::move(background)),
      log_(std::move(log)) {}

void Reloader::reload(Done done) {
    next_.push_back(std::move(done));
    if (!busy_) begin();
}

void Reloader::begin() {
    busy_ = true;
    under_way_ = std::exchange(next_, {});
    asio::post(background_, [this, request = request_] {
        auto result = std::make_shared<const LoadResult>(load(request));
        asio::post(control_, [this, result] { loaded(*result); });
    });
}

void Reloader::loaded(const LoadResult& result) {
    if (result.ok()) {
        finish(carry_out(*result.config));
    } else {
        log_->error("reload refused, the configuration stays as it was");
        // A line each: the log escapes what would end one.
        std::istringstream text(result.text());
        for (std::string line; std::getline(text, line);) log_->error("{}", line);
        finish(make_error(Errc::InvalidArgument, result.text()));
    }
}

Result<void> Reloader::carry_out(AgentConfig next) {
    // Learned once, when the agent started.
    if (running_.gossip.advertises_by_route && next.gossip.advertises_by_route)
        set_advertised(next, running_.advertise_addr);
    const ReloadPlan plan = plan_reload(running_, next);
    AgentConfig effective = apply_reload(running_, next);
    if (auto applied = apply_(effective); !applied) {
        log_->error("reload refused, the configuration stays as it was error={}",
                    applied.error().message());
        return applied.error();
    }
    running_ = std::move(effective);
    restart_needed_.clear();
    for (const ReloadPlan::Change& change : plan.restart) {
        restart_needed_.push_back(change.key);
        log_->warn("reload: a restart is needed key={} value={} place={}", change.key, change.next,
                   change.origin.text());
    }
    log_->info(
        "configuration reloaded changes={} services={} checks={} entries={} watches={}",
        plan.now.size() + plan.new_connections.size(),
        plan.services.added.size() + plan.services.changed.size() + plan.services.removed.size(),
        plan.checks.added.size() + plan.checks.changed.size() + plan.checks.removed.size(),
        plan.entries.added.size() + plan.entries.changed.size() + plan.entries.removed.size(),
        plan.watches.added.size() + plan.watches.changed.size() + plan.watches.removed.size());
    return success();
}

void Reloader::finish(const Result<void>& result) {
    for (Done& done : std::exchange(under_way_, {})) done(result);
    busy_ = false;
    if (!next_.empty()) begin();
}

}  // namespace weft::agent
