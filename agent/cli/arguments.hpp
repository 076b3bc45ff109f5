#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// Flags as Go's: -x v, -x=v, --x; switches take a value only with "=". They may stand before or
// after words; "--" ends them. No abbreviations. The error is one line that names the nearest flag.
// Under the name consul the first word ends the flags, and the error is in Go's words.
Result<CliArguments> parse_arguments(const CliCommand& command, std::span<const std::string> words,
                                     bool as_consul = false);

// What a word means to Go's strconv.ParseBool; nothing when it is no truth value.
std::optional<bool> truth_of(std::string_view word);

// The number that a flag was given, or the fallback. The error says what it may be.
Result<std::uint64_t> number_flag(const CliArguments& arguments, const std::string& flag,
                                  std::uint64_t fallback, std::uint64_t least = 0,
                                  std::uint64_t most = ~std::uint64_t{0});

// The same for a time such as "30s"; not negative.
Result<Duration> time_flag(const CliArguments& arguments, const std::string& flag,
                           Duration fallback = Duration::zero());

// -modify-index of commands with -cas.
CliFlag modify_index_flag(std::string help);

}  // namespace weft::agent
