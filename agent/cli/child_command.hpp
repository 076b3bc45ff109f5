#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "agent/cli/command.hpp"
#include "agent/io/child_process.hpp"
#include "agent/io/signal_source.hpp"

// Programs that a command runs for its user: `lock`, `watch`, `run`.
namespace weft::agent {

CliFlag shell_flag();

// The words from `first` on as a program to start: as one line for the shell ($SHELL or /bin/sh),
// with -shell=false as they are.
std::vector<std::string> child_words(const CliArguments& arguments, const CliConsole& console,
                                     std::size_t first);

// What a user or a supervisor sends to us is meant for the child.
Result<SignalSource> open_signals(const boost::asio::any_io_executor& executor);

// Passes signals on until cancelled; last is the last one that came. What the terminal sends
// reaches the child anyway.
boost::asio::awaitable<void> forward_signals(SignalSource& signals, const ChildProcess& child,
                                             int& last);

// The first signal, if one came before the wait was cancelled.
boost::asio::awaitable<void> first_signal(SignalSource& signals, int& number);

// "exit status 3" or "signal: terminated", as Go says it.
std::string ended_text(const EndedChild& ended);

// The status that a shell gives: that of the child, or 128 and the signal.
int ended_status(const EndedChild& ended);

ExitCode fail_start(CliConsole& console, ExitCode code, const Error& error);

}  // namespace weft::agent
