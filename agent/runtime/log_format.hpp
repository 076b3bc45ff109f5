#pragma once

#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft::agent {

// "trace", "debug", "info", "warn", "err" and their usual other spellings; InvalidArgument with
// Consul's text otherwise.
Result<spdlog::level::level_enum> parse_log_level(std::string_view text);

// "2026-11-24T18:25:36.123Z [INFO]  raft: leader elected term=2\n"
std::unique_ptr<spdlog::formatter> text_log_format();
// {"@level":"info","@message":"..","@module":"raft","@timestamp":".."}, the keys of Consul's JSON
// lines.
std::unique_ptr<spdlog::formatter> json_log_format();

inline std::unique_ptr<spdlog::formatter> log_format(bool json) {
    return json ? json_log_format() : text_log_format();
}

}  // namespace weft::agent
