#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace weft::agent {

// What comes back on a question to the ring, until there is nothing left to wait for: all who were
// there when it was asked gave what it wants. Others may answer, too: they came since, or left and
// have not ended yet. What they say is kept, but nobody waits for less because of them.
class RingQuestion {
public:
    enum class Wants : std::uint8_t { Acks, Answers };

    RingQuestion(Wants wants, std::set<std::string> expected)
        : wants_(wants), expected_(std::move(expected)), missing_(expected_) {}

    void acknowledged(const std::string& from) {
        acks_.insert(from);
        if (wants_ == Wants::Acks) missing_.erase(from);
    }
    // Of two answers of one name the first counts.
    void answered(const std::string& from, std::string payload) {
        answers_.emplace(from, std::move(payload));
        if (wants_ == Wants::Answers) missing_.erase(from);
    }
    bool is_complete() const { return missing_.empty(); }

    const std::set<std::string>& expected() const { return expected_; }
    // Of the expected ones, who gave nothing yet.
    const std::set<std::string>& missing() const { return missing_; }
    // Of anybody.
    const std::set<std::string>& acks() const { return acks_; }
    const std::map<std::string, std::string>& answers() const { return answers_; }  // by node

private:
    Wants wants_;
    std::set<std::string> expected_;
    std::set<std::string> missing_;
    std::set<std::string> acks_;
    std::map<std::string, std::string> answers_;
};

}  // namespace weft::agent
