#pragma once

#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/load.hpp"
#include "agent/config/reload_plan.hpp"

namespace weft::agent {

// Reads the configuration again and carries out the difference. Validated whole first: an error
// keeps everything as it is. Keys that need a restart are named in the log and in restart_needed().
// Control thread; files are read on the background executor. One reload at a time: those asked for
// meanwhile get the result of one more.
class Reloader {
public:
    using Done = std::function<void(Result<void>)>;
    // Carries out a reload, or refuses it whole. `effective` is the configuration that holds
    // afterwards.
    using Apply = std::function<Result<void>(const AgentConfig& effective)>;

    Reloader(AgentConfig running, LoadRequest request, Apply apply,
             boost::asio::any_io_executor control, boost::asio::any_io_executor background,
             std::shared_ptr<spdlog::logger> log);

    void reload(Done done);

    const AgentConfig& running() const { return running_; }
    const std::vector<std::string>& restart_needed() const { return restart_needed_; }

private:
    void begin();
    void loaded(const LoadResult& result);
    Result<void> carry_out(AgentConfig next);
    void finish(const Result<void>& result);

    AgentConfig running_;
    LoadRequest request_;
    Apply apply_;
    boost::asio::any_io_executor control_;
    boost::asio::any_io_executor background_;
    std::shared_ptr<spdlog::logger> log_;
    std::vector<std::string> restart_needed_;
    std::vector<Done> under_way_;
    std::vector<Done> next_;
    bool busy_ = false;
};

}  // namespace weft::agent
