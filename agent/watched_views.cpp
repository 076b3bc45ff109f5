#include "agent/watched_views.hpp"

#include <utility>

#include "agent/cli/watch_plan.hpp"

namespace weft::agent {
namespace {

class PlannedView final : public WatchedView {
public:
    explicit PlannedView(const WatchPlan& plan) : target_(plan.target), view_(plan.shape) {}

    std::string target() const override { return target_.text(); }
    Result<std::string> show(const std::string& body) override { return view_.show(body); }

private:
    Target target_;
    WatchView view_;
};

}  // namespace

Result<std::unique_ptr<WatchedView>> make_watched_view(const WatchDefinition& watch) {
    CliArguments flags;
    const auto add = [&](const char* flag, const std::string& value) {
        if (!value.empty()) flags.add(flag, value);
    };
    add("type", watch.type);
    add("key", watch.key);
    add("prefix", watch.prefix);
    add("service", watch.service);
    for (const std::string& tag : watch.tag.texts) flags.add("tag", tag);
    if (watch.passing_only) flags.add("passingonly", "true");
    add("state", watch.state);
    add("name", watch.name);
    WEFT_TRY(auto plan, watch_plan(flags));
    if (!watch.datacenter.empty()) plan.target.add("dc", watch.datacenter);
    if (watch.stale) plan.target.add("stale");
    return std::unique_ptr<WatchedView>(std::make_unique<PlannedView>(plan));
}

}  // namespace weft::agent
