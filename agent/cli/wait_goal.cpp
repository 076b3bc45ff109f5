#include "agent/cli/wait_goal.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "agent/cli/kv_commands.hpp"

namespace weft::agent {

namespace json = boost::json;

Result<WaitGoal> WaitGoal::parse(const std::string& text, std::uint64_t passing) {
    WaitGoal goal;
    goal.text_ = text;
    goal.passing_ = passing;
    if (text == "leader") return goal;
    const auto equals = text.find('=');
    const std::string kind = text.substr(0, equals);
    if (equals != std::string::npos) goal.name_ = text.substr(equals + 1);
    if (goal.name_.empty() || (kind != "service" && kind != "key"))
        return make_error(Errc::InvalidArgument,
                          "-for is service=NAME, key=KEY or leader, not \"" + text + "\"");
    goal.kind_ = kind == "service" ? Kind::Service : Kind::Key;
    if (goal.kind_ == Kind::Key) goal.name_ = without_leading_slash(goal.name_);
    return goal;
}

Target WaitGoal::target(const std::string& index) const {
    if (kind_ == Kind::Leader) return Target("/v1/status/leader");
    Target target(kind_ == Kind::Key ? "/v1/kv/" + url_escape_path(name_)
                                     : "/v1/health/service/" + url_escape(name_));
    if (kind_ == Kind::Service) target.add("passing", "1");
    if (!index.empty()) target.add("index", index);
    return target;
}

std::optional<std::string> WaitGoal::missing(int status, const std::string& body) const {
    if (kind_ == Kind::Key) {
        if (status == 200) return std::nullopt;
        return fmt::format("there is no key {}", name_);
    }
    json::error_code failure;
    const json::value answer = json::parse(body, failure);
    if (kind_ == Kind::Leader) {
        const bool has_leader = !failure && answer.is_string() && !answer.get_string().empty();
        if (has_leader) return std::nullopt;
        return "there is no leader";
    }
    const std::size_t found = !failure && answer.is_array() ? answer.get_array().size() : 0;
    if (found >= passing_) return std::nullopt;
    return fmt::format("{} of {} instances of {} are passing", found, passing_, name_);
}

}  // namespace weft::agent
