#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/result.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

// One thing that `wait` waits for: "service=NAME", "key=KEY" or "leader". Pure.
class WaitGoal {
public:
    // passing: how many instances of a service must pass.
    static Result<WaitGoal> parse(const std::string& text, std::uint64_t passing);

    // Of a GET whose answer tells; with the index of the last one it may wait.
    Target target(const std::string& index) const;
    // Whether the agent can be asked to wait for a change.
    bool can_block() const { return kind_ != Kind::Leader; }

    bool counts_instances() const { return kind_ == Kind::Service; }

    // What is missing, of the answer's status and body; none: it is reached.
    std::optional<std::string> missing(int status, const std::string& body) const;

    const std::string& text() const { return text_; }

private:
    enum class Kind { Service, Key, Leader };

    Kind kind_ = Kind::Leader;
    std::string text_;
    std::string name_;
    std::uint64_t passing_ = 1;
};

}  // namespace weft::agent
