#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "api/http/config.hpp"

namespace weft::api {

// What an endpoint that may keep its client waiting has to know of it. Goes with each request to a
// ControlHandler; used on the control thread, but for the constructor.
class LongPoll {
public:
    explicit LongPoll(std::shared_ptr<const HttpConfig> config) : config_(std::move(config)) {}

    // How long to wait: default_query_time, max_query_time.
    const HttpConfig& config() const { return *config_; }

    // answer is called once when the client is to be answered at once with what there is, or never
    // if the answer came before.
    void on_end(std::function<void()> answer) {
        answer_ = std::move(answer);
        if (ended_ && answer_) std::exchange(answer_, nullptr)();
    }

    // The client has left, or sends no more and may have left, or the server closes.
    void end() {
        ended_ = true;
        if (answer_) std::exchange(answer_, nullptr)();
    }

private:
    std::shared_ptr<const HttpConfig> config_;
    std::function<void()> answer_;
    bool ended_ = false;
};

}  // namespace weft::api
