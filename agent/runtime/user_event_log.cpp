#include "agent/runtime/user_event_log.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <optional>

namespace weft::agent {
namespace {

// Fits everything when the expression is empty.
class EventFilter {
public:
    explicit EventFilter(const std::string& expression) : is_set_(!expression.empty()) {
        // Any peer sends expressions, and to compile one takes longer the longer it is.
        if (is_set_ && expression.size() <= kFilterBytesMax) regex_.emplace(expression, options());
    }

    bool fits(std::string_view text) const {
        if (!is_set_) return true;
        return regex_ && regex_->ok() &&
               re2::RE2::PartialMatch({text.data(), text.size()}, *regex_);
    }
    bool is_set() const { return is_set_; }

private:
    static re2::RE2::Options options() {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(1 << 20);
        return options;
    }

    bool is_set_;
    std::optional<re2::RE2> regex_;  // none: it is too long
};

}  // namespace

bool passes_filters(const api::UserEvent& event, std::string_view node_name,
                    std::span<const api::LocalService> services) {
    if (!EventFilter(event.node_filter).fits(node_name)) return false;
    const EventFilter by_service(event.service_filter);
    if (!by_service.is_set()) return true;
    const EventFilter by_tag(event.tag_filter);
    return std::any_of(services.begin(), services.end(), [&](const api::LocalService& service) {
        if (!by_service.fits(service.row.id.view()) && !by_service.fits(service.row.name.view()))
            return false;
        const TextList& tags = service.row.tags.get();
        return !by_tag.is_set() || std::any_of(tags.begin(), tags.end(), [&](const auto& tag) {
            return by_tag.fits(tag.view());
        });
    });
}

void UserEventLog::add(api::UserEvent event) {
    if (events_.size() == api::Ring::kEventsKept) events_.erase(events_.begin());
    events_.push_back(std::move(event));
}

}  // namespace weft::agent
