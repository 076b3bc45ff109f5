#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"
#include "agent/cli/target.hpp"

// What `watch` asks for and how it hands the answers on. Pure.
namespace weft::agent {

enum class WatchShape {
    AsAnswered,  // the agent's JSON
    Key,         // one pair, or null
    KeyPrefix,   // an array of pairs, or null
    Events,      // the events that were not handed on before
};

struct WatchPlan {
    Target target;
    WatchShape shape = WatchShape::AsAnswered;
};

// From -type and the flags that go with it; the error says which do not.
Result<WatchPlan> watch_plan(const CliArguments& arguments);

// The answers of one plan as handlers get them: minified JSON.
class WatchView {
public:
    explicit WatchView(WatchShape shape) : shape_(shape) {}

    // body is that of a 200, or empty for a 404. Errc::Corrupt when it is not what the plan asks.
    Result<std::string> show(const std::string& body);

private:
    Result<std::string> new_events(const std::string& body);

    WatchShape shape_;
    std::string last_event_;
};

}  // namespace weft::agent
